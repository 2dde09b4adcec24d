/** Words that people search for, and the words that the documents have for the same. */
import { stem } from "./words.ts"

/** Each line: words that mean the same. */
const groups: ReadonlyArray<string> = [
  "cancel abort interrupt stop close",
  "timeout deadline slow hang stuck expire",
  "retry repeat reattempt backoff",
  "mock fake stub double",
  "key credential secret auth authentication token",
  "tenant customer multitenant multi-tenant organization",
  "browser frontend chromium page website",
  "edge worker workerd cloudflare vercel",
  "bundle bundler size kb webpack vite rollup esbuild",
  "cost price billing bill usage money spend expensive",
  "token usage count",
  "fallback failover fall alternative backup",
  "proxy corporate tunnel",
  "offline network emulator local",
  "log logging logger print debug",
  "trace tracing span opentelemetry otel telemetry monitor monitoring",
  "metric prometheus dashboard",
  "error failure fail exception throw catch handle",
  "ratelimit 429 throttle quota",
  "header headers requestid",
  "object structured schema json typed extraction extract",
  "tool toolcall",
  "ocr pdf document scan image",
  "embedding vector semantic similarity search rag retrieval",
  "moderation moderate guardrail safety unsafe",
  "classify classifier classification label",
  "judge evaluate evaluation score grade",
  "migrate migration port switch move upgrade",
  "install installation setup start begin quickstart getting-started tutorial",
  "record replay cassette vcr fixture",
  "fault inject chaos simulate flaky",
  "resume restart crash killed continue durable",
  "batch bulk many jobs job",
  "postgres postgresql cluster",
  "deployment host server azure vertex url baseurl region",
  "ollama vllm llamacpp llama openai compatible",
  "version release changelog semver",
  "fim codestral completion autocomplete",
  "thinking reasoning",
  "sse endpoint event",
  "certificate tls mtls ssl ca",
  "rotate rotation refresh",
  "history conversation chat memory turn multiturn",
  "parallel concurrency concurrent simultaneous queue",
  "budget limit cap",
  "limit ratelimit throttle",
  "organized structure architecture design internals",
  "half cheap cheaper discount",
  "hangs forever endless",
  "sdk mistralai official",
  "endpoint operation coverage",
  "supported served covered available",
  "vs versus compare comparison competitor",
  "vulnerability security",
  "benchmark performance fast speed latency",
  "mcp modelcontextprotocol",
  "cache caching cached",
  "image vision picture multimodal",
  "unknown new newer unexpected additional extra",
  "disable off without none",
  "frontend react vue svelte browser"
]

const related = new Map<string, Set<string>>()
for (const group of groups) {
  const words = group.split(" ").flatMap((word) => word.split("-")).map(stem)
  for (const word of words) {
    const others = related.get(word) ?? new Set()
    for (const other of words) if (other !== word) others.add(other)
    related.set(word, others)
  }
}

/** The stems that mean nearly the same as a stem. */
export const synonymsOf = (term: string): ReadonlyArray<string> => [...related.get(term) ?? []]
