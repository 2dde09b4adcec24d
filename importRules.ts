/**
 * The imports that are allowed. `oxlint.config.ts` turns these lists into lint rules; an import that no list allows is an
 * error. Each list is read from the top, and a row may name only rows above it, so that imports run one way.
 */

/** For each row, the rows that it may import: some, or all that stand above it. */
export type Rows = Readonly<Record<string, ReadonlyArray<string> | "all above">>

/** The packages, and the other packages that the sources of each may import. */
export const packages: Rows = {
  core: [],
  chat: ["core"],
  ai: ["core", "chat"],
  agents: ["core"],
  fim: ["core"],
  observability: ["core"],
  batch: ["core"],
  node: ["core"],
  testing: ["core"],
  emulator: ["core", "observability", "batch"]
}

/** The packages that may import Node's modules, `@effect/platform-node` and `undici`. The others run on every platform. */
export const nodePackages: ReadonlyArray<string> = ["node", "emulator"]

/**
 * The parts of Effect that are marked unstable, and the packages that may import them. A minor release of Effect may change them:
 * a package that does not need them must not break then.
 */
export const unstableParts: Readonly<Record<string, ReadonlyArray<string>>> = {
  "effect/ai": ["ai"],
  "effect/cluster": ["batch"],
  "effect/persistence": ["batch"],
  "effect/reactivity": ["node"],
  "effect/sql": ["batch", "node"],
  "effect/workflow": ["batch"]
}

/** The packages whose tests may import only the package itself and the packages that are named here. */
export const tests: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: ["testing", "emulator"]
}

/**
 * The folders of `src/internal`, and the other folders that the files of each may import. A file may import the files of
 * its own folder and the public modules of its package, too. A public module may import every folder.
 */
export const folders: Readonly<Record<string, Rows>> = {
  core: {
    json: [],
    error: [],
    openai: [],
    schema: ["json"],
    endpoint: ["schema"],
    transport: ["error"],
    timeout: [],
    completion: [],
    embedding: [],
    request: ["json", "schema", "transport", "timeout", "completion"],
    response: ["json", "error", "schema", "transport", "timeout", "request"],
    attempt: ["transport", "timeout", "request", "response"],
    stream: ["json", "error", "schema", "request", "response"],
    object: ["json", "schema"],
    tool: ["json", "schema", "object"],
    client: "all above"
  },
  ai: {
    json: [],
    names: [],
    config: [],
    error: ["json"],
    embedding: ["error"],
    prompt: ["json", "names"],
    tools: ["json", "names"],
    response: ["json", "tools"],
    stream: ["json", "error", "response"],
    telemetry: []
  },
  observability: {
    endpoints: []
  },
  batch: {
    jsonl: [],
    pages: [],
    files: ["jsonl"],
    input: ["jsonl"],
    results: ["jsonl", "files"],
    jobs: ["jsonl", "pages", "files", "results"],
    definition: [],
    sql: [],
    ledger: ["definition", "sql"],
    limits: ["sql"],
    work: ["definition"],
    progress: ["work"],
    live: ["definition", "work"],
    jobRoute: ["input", "results", "jobs", "definition", "work", "live"],
    loading: ["definition"],
    supervising: ["definition", "work"],
    engine: ["definition", "work", "supervising"],
    cluster: [],
    reading: ["jsonl", "definition"],
    batches: ["definition", "work", "loading", "supervising", "engine", "reading", "progress"]
  },
  emulator: {
    json: [],
    http: ["json"],
    random: ["json"],
    text: ["json", "http", "random"],
    timing: ["random"],
    models: ["http"],
    settings: ["timing", "models"],
    script: ["json", "http"],
    routing: ["http", "script", "settings"],
    modelEndpoints: ["http", "settings", "routing"],
    moderation: ["http", "random", "script", "text", "settings", "routing", "models"],
    ocr: ["http", "random", "text", "settings", "routing", "models"],
    classification: ["http", "random", "script", "text", "settings", "routing", "models"],
    completion: "all above",
    deployments: ["http", "models", "settings", "routing", "completion"],
    storage: ["json"],
    files: ["json", "http", "routing", "settings", "storage"],
    "observability/api": ["http", "routing", "storage"],
    "observability/filter": ["json", "http", "routing", "storage", "observability/api"],
    "observability/telemetry": [
      "http",
      "routing",
      "storage",
      "observability/api",
      "observability/filter"
    ],
    "observability/judges": [
      "json",
      "http",
      "random",
      "text",
      "routing",
      "storage",
      "observability/api"
    ],
    "observability/events": "all above",
    "observability/campaigns": "all above",
    "observability/datasets": "all above",
    "observability/service": "all above",
    "cassette/format": ["json"],
    "cassette/matching": ["json", "cassette/format"],
    "cassette/storage": ["cassette/format", "cassette/matching"],
    "cassette/client": ["http", "timing", "cassette/format", "cassette/matching", "cassette/storage"],
    proxy: ["http", "settings", "routing", "cassette/format", "cassette/matching", "cassette/client"],
    embeddings: ["http", "random", "script", "text", "settings", "routing", "models"],
    faults: ["json", "http", "random"],
    batch: "all above",
    log: ["json", "http", "settings"],
    remote: ["script", "faults", "log"],
    access: ["http", "settings"],
    admin: "all above",
    server: "all above",
    cli: ["access", "json", "models", "settings", "storage", "cassette/format"]
  }
}
