/** The order and the groups in which the site shows the documents. A test compares it with the files of `docs`. */

/** A group of the sidebar: a heading and the documents below it, by their paths in the repository. */
export interface Group {
  readonly text: string
  readonly items: ReadonlyArray<Item>
  readonly collapsed?: boolean
}

/** A document, and the short name that the sidebar gives it. */
export interface Item {
  readonly text: string
  readonly file: string
}

const doc = (name: string, text: string): Item => ({ text, file: `docs/${name}.md` })

/** The guides by topic. */
export const guides: ReadonlyArray<Group> = [
  {
    text: "Start",
    items: [
      doc("getting-started", "Getting started"),
      doc("examples", "Examples"),
      doc("recipes", "Recipes"),
      doc("migrating-from-mistralai", "Migrating from @mistralai/mistralai"),
      doc("comparison", "Comparison with other clients")
    ]
  },
  {
    text: "Completions",
    items: [
      doc("streaming", "Streaming"),
      doc("structured-output", "Structured output"),
      doc("tool-calling", "Tool calling"),
      doc("images-documents-audio", "Images, documents, audio"),
      doc("embeddings-moderation-ocr", "Embeddings, moderation, OCR"),
      doc("usage-cost-and-caching", "Usage, cost and caching"),
      doc("effect-ai", "effect/ai"),
      doc("effect-ai-models", "Models and options of effect/ai")
    ]
  },
  {
    text: "Failures",
    items: [
      doc("errors", "Errors"),
      doc("retries-and-timeouts", "Retries and timeouts"),
      doc("rate-limits-circuit-breakers-fallbacks", "Rate limits, circuits, fallbacks")
    ]
  },
  {
    text: "Servers and keys",
    items: [
      doc("deployments", "Deployments"),
      doc("api-keys-and-tenants", "API keys and tenants"),
      doc("http-clients-and-proxies", "HTTP clients and proxies")
    ]
  },
  {
    text: "Runtimes",
    items: [
      doc("runtimes", "Runtimes"),
      doc("browsers-and-edge", "Browsers and edge"),
      doc("bundlers", "Bundlers")
    ]
  },
  {
    text: "Observability",
    items: [doc("telemetry", "Telemetry"), doc("observability", "Observability API")]
  },
  {
    text: "Batches",
    items: [
      doc("batches", "Batch jobs and files"),
      doc("durable-batches", "Durable batches"),
      doc("operating-batches", "Operating durable batches"),
      doc("sqlite", "SQLite")
    ]
  },
  {
    text: "Testing",
    items: [
      doc("testing", "Testing"),
      doc("emulator", "The emulator"),
      doc("emulator-options", "Options"),
      doc("emulator-page", "Page in the browser"),
      doc("emulator-tests", "Emulator in tests"),
      doc("emulator-scripts", "Scripted responses"),
      doc("emulator-faults", "Faults"),
      doc("emulator-record-and-replay", "Record and replay"),
      doc("cassette-format", "Cassette files")
    ]
  },
  {
    text: "What the emulator does",
    collapsed: true,
    items: [
      doc("emulator-models", "Models"),
      doc("emulator-responses", "Responses"),
      doc("emulator-values", "Values"),
      doc("emulator-refusals", "Refusals"),
      doc("emulator-wire-format", "Wire format"),
      doc("emulator-access", "Keys and access"),
      doc("emulator-files", "Files"),
      doc("emulator-batch-jobs", "Batch jobs"),
      doc("emulator-observability", "Observability")
    ]
  },
  {
    text: "Project",
    items: [
      doc("architecture", "Architecture"),
      doc("api-coverage", "Supported endpoints"),
      doc("releases", "Releases"),
      { text: "Contributing", file: "CONTRIBUTING.md" },
      { text: "Security", file: "SECURITY.md" },
      { text: "Benchmark results", file: "bench/RESULTS.md" },
      { text: "Benchmark method", file: "bench/README.md" }
    ]
  }
]

/** The packages, in the order in which the README names them. */
export const packages: ReadonlyArray<string> = [
  "core",
  "chat",
  "ai",
  "agents",
  "fim",
  "batch",
  "observability",
  "node",
  "testing",
  "emulator"
]
