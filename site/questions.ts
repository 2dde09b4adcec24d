/**
 * Questions as people ask them, and the documents that answer them. A test asks the search of the site each of them: the answer
 * must be its first or second hit. Where it is not, the search or a heading is to be improved, and never the question.
 */

/** A question, with the documents that answer it. */
export interface Question {
  readonly ask: string
  /** Any of these documents answers it. */
  readonly in: ReadonlyArray<string>
  /** If given, the hit must show a section with this heading, or a part of it. */
  readonly section?: string
}

const guide = (ask: string, name: string, section?: string, ...others: ReadonlyArray<string>): Question => ({
  ask,
  in: [name, ...others].map((name) => /[/.]/.test(name) ? name : `docs/${name}.md`),
  ...section === undefined ? {} : { section }
})

/** The questions by topic. */
export const questions: ReadonlyArray<Question> = [
  // Start
  guide("how do I install it", "getting-started"),
  guide("quickstart", "getting-started"),
  guide("which package do I need", "getting-started"),
  guide("try it without a key", "getting-started", undefined, "emulator", "README.md"),
  guide("which examples are there", "examples"),
  guide("migrate from the official SDK", "migrating-from-mistralai"),
  guide("how do I port code from @mistralai/mistralai", "migrating-from-mistralai"),

  // Completions
  guide("how do I stream a response", "streaming"),
  guide("how do I cancel a stream", "streaming", "How to cancel a stream", "retries-and-timeouts"),
  guide("abort a request", "retries-and-timeouts", "How to cancel a request", "streaming"),
  guide("stop button", "streaming", "How to cancel a stream"),
  guide("stream to the browser", "streaming", "How to stream to a browser", "recipes", "browsers-and-edge"),
  guide("server-sent events endpoint", "recipes", "server-sent events", "streaming", "browsers-and-edge"),
  guide("collect a stream into one response", "streaming", "collect"),
  guide("what does [DONE] mean", "streaming", "How streams end"),
  guide("backpressure", "streaming", "Backpressure"),
  guide("reasoning models thinking", "streaming", "Thinking"),
  guide("partial response when a stream fails", "streaming"),
  guide("how do I get JSON that matches a schema", "structured-output"),
  guide("structured output", "structured-output"),
  guide("stream a partial object", "structured-output", "Partials"),
  guide("how do I send an image", "images-documents-audio", "How to send an image"),
  guide("ask about a PDF in a chat", "images-documents-audio"),
  guide("which models see images", "images-documents-audio", "Which models can see"),
  guide("send audio to a model", "images-documents-audio", "How to send audio"),
  guide("continue an answer that broke off", "streaming", "How to continue"),
  guide("how do I call tools", "tool-calling"),
  guide("function calling", "tool-calling"),
  guide("tool loop with several rounds", "effect-ai", "tool loop", "tool-calling"),
  guide("use MCP", "effect-ai", "MCP"),
  guide("retrieval augmented generation", "effect-ai", "RAG", "embeddings-moderation-ocr"),
  guide("code completion in an editor", "recipes", "editor", "packages/fim/README.md"),
  guide("fill in the middle", "packages/fim/README.md", undefined, "recipes", "deployments"),
  guide("how do I create embeddings", "embeddings-moderation-ocr"),
  guide("read a PDF with OCR", "embeddings-moderation-ocr"),
  guide("moderate user input", "embeddings-moderation-ocr"),
  guide("classify texts", "embeddings-moderation-ocr", undefined, "recipes"),
  guide("list the models", "embeddings-moderation-ocr"),
  guide("what does a call cost", "usage-cost-and-caching"),
  guide("cost of an object", "usage-cost-and-caching", "Cost of a call or an object"),
  guide("count tokens", "usage-cost-and-caching"),
  guide("prompt caching", "usage-cost-and-caching", "Prompt caching"),
  guide("cache responses", "usage-cost-and-caching", "Cache responses"),
  guide("use it with effect/ai LanguageModel", "effect-ai", undefined, "packages/ai/README.md"),
  guide("chat with history", "effect-ai", "Conversations", "getting-started"),

  // Failures
  guide("how do I handle errors", "errors"),
  guide("catch a specific error", "errors", "How to catch an error by its reason"),
  guide("what errors are retryable", "retries-and-timeouts", undefined, "errors"),
  guide("401 unauthorized", "errors"),
  guide("422 validation error", "errors"),
  guide(
    "error 429 too many requests",
    "rate-limits-circuit-breakers-fallbacks",
    undefined,
    "errors",
    "retries-and-timeouts"
  ),
  guide("map errors to HTTP status codes", "errors", "How to map errors to HTTP statuses"),
  guide("StreamEndedEarly", "errors", "StreamEndedEarly"),
  guide("connection lost in the middle of a stream", "errors", undefined, "streaming"),
  guide("how do I set a timeout", "retries-and-timeouts", "How to set a timeout"),
  guide("request hangs forever", "retries-and-timeouts"),
  guide("how to turn off retries", "retries-and-timeouts", "How to turn retries off"),
  guide("custom retry policy", "retries-and-timeouts", "How to change the retry policy"),
  guide(
    "retry after rate limit",
    "retries-and-timeouts",
    "Retry after a rate limit",
    "rate-limits-circuit-breakers-fallbacks"
  ),
  guide("is it safe to retry a POST", "retries-and-timeouts", "Idempotent operations"),
  guide("limit requests per second", "rate-limits-circuit-breakers-fallbacks"),
  guide("circuit breaker", "rate-limits-circuit-breakers-fallbacks", "A circuit breaker"),
  guide("fall back to another model", "rate-limits-circuit-breakers-fallbacks", "A fallback to another model"),
  guide("remaining rate limit", "rate-limits-circuit-breakers-fallbacks", undefined, "http-clients-and-proxies"),

  // Servers and keys
  guide("Vertex AI", "deployments", "Google Vertex AI"),
  guide("use Azure", "deployments", "Azure AI"),
  guide("Ollama", "deployments", "OpenAI-compatible servers"),
  guide("local model with vLLM or llama.cpp", "deployments", "OpenAI-compatible servers"),
  guide("change the base URL", "deployments", undefined, "emulator"),
  guide("EU region host", "deployments", "Mistral's hosts"),
  guide("where do I put the API key", "api-keys-and-tenants", undefined, "getting-started"),
  guide("one key per tenant", "api-keys-and-tenants"),
  guide("rotate API keys", "api-keys-and-tenants"),
  guide("two clients in one program", "api-keys-and-tenants", "Two clients in one program"),
  guide("use a proxy", "http-clients-and-proxies", "How to set a proxy"),
  guide("corporate proxy with certificate", "http-clients-and-proxies"),
  guide("mutual TLS", "http-clients-and-proxies", "mutual TLS"),
  guide("add custom headers", "http-clients-and-proxies", "Headers and the user agent"),
  guide("where is the request id", "http-clients-and-proxies", "Request id", "errors"),
  guide("log requests", "http-clients-and-proxies", "How to log requests"),
  guide("use undici", "http-clients-and-proxies", undefined, "packages/node/README.md"),

  // Runtimes
  guide("does it run on Bun or Deno", "runtimes"),
  guide("which Node versions are supported", "runtimes"),
  guide("run in a browser", "browsers-and-edge"),
  guide("CORS error", "browsers-and-edge", undefined, "emulator-access"),
  guide("Cloudflare Workers", "browsers-and-edge", undefined, "runtimes"),
  guide("require() in CommonJS", "runtimes", undefined, "browsers-and-edge"),
  guide("bundle size", "bundlers", undefined, "docs/decisions/0007-what-a-bundle-holds.md"),
  guide("tree shaking with webpack", "bundlers"),

  // Observability
  guide("export traces with OpenTelemetry", "telemetry", "Exporting"),
  guide("metrics for token usage", "telemetry", undefined, "usage-cost-and-caching"),
  guide("are prompts logged", "telemetry", undefined, "http-clients-and-proxies", "errors"),
  guide("search logged completions", "observability", "Search events"),
  guide("judge", "observability", "Judges"),
  guide("create a dataset", "observability", "Datasets"),

  // Batches
  guide("batch job at half the price", "batches", undefined, "durable-batches"),
  guide("upload a file", "batches", "Files"),
  guide("process a million items", "durable-batches"),
  guide("resume after a crash", "durable-batches", undefined, "operating-batches"),
  guide("run a batch on several machines", "durable-batches", undefined, "operating-batches"),
  guide("budget for a batch", "durable-batches", "budgets"),

  // Testing
  guide("mock in tests", "testing", "Mock a service"),
  guide("how do I test without network", "testing", undefined, "emulator"),
  guide("record and replay", "testing", "Record and replay", "cassette-format", "emulator"),
  guide("test timeouts with TestClock", "testing", "TestClock", "retries-and-timeouts"),
  guide("start the emulator", "emulator"),
  guide("simulate a 503", "emulator", undefined, "testing", "emulator-tests"),

  // Project
  guide("which endpoints are supported", "api-coverage"),
  guide("is there a changelog", "releases"),
  guide("effect version compatibility", "releases", undefined, "getting-started"),
  guide("how do I contribute", "CONTRIBUTING.md"),
  guide("report a vulnerability", "SECURITY.md"),
  guide("how is the code organized", "architecture"),
  guide("how fast is it", "bench/RESULTS.md", undefined, "bench/README.md", "comparison", "README.md")
]
