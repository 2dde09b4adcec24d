/**
 * Every example: what it shows and what it prints. `npm run example` and `docs/examples.md` show this list, and
 * `test/examples.test.ts` runs each example and compares its output with `prints`.
 */

/** An example. Its file is `NAME.ts` in this folder, unless `file` says another. */
export interface Example {
  readonly name: string
  readonly shows: string
  /** Lines of its output, in their order. `…` stands for a text that differs from run to run, `#` for a number. */
  readonly prints: ReadonlyArray<string>
  /** Arguments that the test gives it. */
  readonly args?: ReadonlyArray<string>
  readonly file?: string
  /** What must be there before it runs. */
  readonly needs?: string
  /** A program that runs until it is stopped, or a test that Vitest runs. */
  readonly kind?: "server" | "test"
}

/** Examples of one subject. */
export interface Group {
  readonly title: string
  readonly examples: ReadonlyArray<Example>
}

export const groups: ReadonlyArray<Group> = [
  {
    title: "Completions",
    examples: [
      {
        name: "quickstart",
        shows: "a chat completion, streamed token by token (`npm start`)",
        prints: ["model: mistral-small-latest", "finish reason: …", "usage: # prompt tokens, # completion tokens"]
      },
      { name: "complete", shows: "a conversation of two turns", prints: ["1: …", "2: …", "# tokens"] },
      {
        name: "agents",
        shows: "a conversation with an agent, whole and streamed",
        prints: ["mistral-medium-latest: …", "(# tokens, then …)"]
      },
      {
        name: "fim",
        shows: "code completion at the cursor of a document (fill-in-the-middle)",
        prints: ["  const total = …", "console.log(mean([1, 2, 3]))", "// # tokens suggested by codestral-latest"]
      },
      {
        name: "deployments",
        shows: "one program on two deployments, of which only the layer differs",
        prints: ["Mistral: …", "OpenAI-compatible: …"]
      }
    ]
  },
  {
    title: "Structured output and tools",
    examples: [
      {
        name: "structured-output",
        shows: "a completion as a value of a schema, at once and while it grows",
        prints: ["… (…, #), a Book", "tokens: #", "so far: {…}", "complete: {…}"]
      },
      {
        name: "extraction",
        shows: "values of a schema out of several documents, with the cost of each in tokens",
        prints: ["…, # items: # tokens", "not read (finish reason: length): # tokens", "in total: # tokens"]
      },
      {
        name: "tools",
        shows: "tool calling, whole and streamed: parallel calls, and failures that go back to the model",
        prints: ["get_weather: {\"city\":\"Zurich\",\"celsius\":4}", "exchange: #", "get_trains: {\"error\":\"…\"}"]
      }
    ]
  },
  {
    title: "Errors, retries and limits",
    examples: [
      {
        name: "error-handling",
        shows: "errors caught by their reason",
        prints: ["1. …", "2. never sent: temperature: …", "3. refused with code 1500: …"]
      },
      {
        name: "custom-retry",
        shows: "a retry policy of your own for a service, and none for one call",
        prints: ["attempt 1 failed, the next one in # ms", "Hello at last.", "without retries: …: 503 server error: …"]
      },
      {
        name: "rate-limit",
        shows: "at most two requests a second and four at a time, by a layer around the service",
        prints: ["answered after # s"]
      },
      {
        name: "circuit-breaker",
        shows: "calls that fail at once while a server is down",
        prints: ["…: 503 capacity exceeded: …", "…: Circuit open for …", "3 requests were sent"]
      },
      {
        name: "fallback",
        shows: "another model that answers if the first one fails before its first chunk",
        prints: ["complete: … answered", "stream: … answered", "cut: … wrote \"…\", then it failed:"]
      }
    ]
  },
  {
    title: "Embeddings, moderation, classification, OCR",
    examples: [
      {
        name: "embeddings",
        shows: "a semantic search: texts ranked by their similarity to a question",
        prints: ["# A parcel arrives within three working days in France."]
      },
      {
        name: "moderation",
        shows: "a message that is moderated before a model answers it",
        prints: ["- When do the trains to Lyon leave?", "(not answered: pii)"]
      },
      {
        name: "classify",
        shows: "messages labelled by a classifier; a person is asked where the score is low",
        prints: ["Where is my parcel? -> …"]
      },
      {
        name: "ocr",
        shows: "a document as markdown, with its images, and facts of it as a value of a schema",
        prints: ["# pages with # images, in ….md", "page #, # px: …"]
      }
    ]
  },
  {
    title: "Batches",
    examples: [
      {
        name: "batch-classify",
        shows: "ten thousand requests as a batch job at half the price; failed ones are sent again",
        prints: ["job 1: # of 10000 classified", "the rows are in …"]
      },
      {
        name: "batch-durable",
        shows: "a durable batch: killed at any moment, the next run continues it",
        prints: ["completed: # answered, # failed, # identical", "cost: #, perhaps paid twice: # requests"]
      },
      {
        name: "batch-kill",
        shows: "the durable batch killed twice in the middle, and its report beside what the emulator received",
        prints: ["killed after # requests", "completed: # answered, …", "the emulator saw # requests"]
      },
      {
        name: "batch-jobs-route",
        shows: "the durable batch as a job at half the price: only the route differs",
        prints: ["# answered, # failed, # identical"]
      },
      {
        name: "batch-cluster",
        shows: "the durable batch in three processes over PostgreSQL, one of which is killed",
        prints: ["# answered, # failed, # identical", "one of three processes was killed: …"],
        needs: "PostgreSQL, such as `npm run postgres` starts in another terminal"
      }
    ]
  },
  {
    title: "Observability and telemetry",
    examples: [
      {
        name: "search-events",
        shows: "slow and truncated completions of the past month as a table",
        prints: ["timestamp model_name …", "# events"]
      },
      {
        name: "export-events",
        shows: "a year of logged completions in a file, one JSON object a line, in constant memory",
        prints: ["# events, # bytes, in …"]
      },
      {
        name: "judge-events",
        shows: "a hundred logged completions judged by a model, eight at a time",
        prints: ["friendly # …", "# events judged"]
      },
      {
        name: "campaign",
        shows: "a stored judge over the events of a filter, run by the server",
        prints: ["started: …", "ended: COMPLETED", "scores: #, # of 10 on average"]
      },
      {
        name: "nightly-export",
        shows: "the completions of yesterday as records of a dataset, every night or once (`--now`)",
        prints: ["Chats of …: # records before, # added"],
        args: ["--now"]
      },
      {
        name: "telemetry",
        shows: "spans and metrics exported by OpenTelemetry's protocol to a collector",
        prints: [
          "span chat mistral-small-latest",
          "gen_ai.usage.output_tokens: #",
          "metric gen_ai.client.operation.duration: # x, sum #"
        ]
      }
    ]
  },
  {
    title: "effect/ai",
    examples: [
      {
        name: "ai-generate-text",
        shows: "Mistral as a `LanguageModel`: usage, configuration for one call, errors by reason",
        prints: ["mistral-small-latest: …", "finish reason: …, # tokens", "refused with status 400: …"]
      },
      {
        name: "ai-generate-object",
        shows: "structured output with `generateObject`",
        prints: ["…: # …, due …", "# items, # tokens"]
      },
      {
        name: "ai-toolkit",
        shows: "a toolkit with typed handlers; the model reads the failures of tools",
        prints: ["book_table failed: {…}", "get_weather gave: {\"celsius\":4}"]
      },
      {
        name: "ai-stream-tools",
        shows: "a streamed conversation with tools: text and arguments as the model writes them",
        prints: ["get_weather {\"city\":\"Zurich\"}", "exchange gave #", "(stop, # tokens)"]
      },
      {
        name: "ai-tool-loop",
        shows: "a tool loop with a limit of rounds",
        prints: ["searching …", "… (after # rounds, # messages)"]
      },
      {
        name: "ai-chat",
        shows: "a chat that remembers: the history in a store",
        prints: ["mistral-small-latest: … (2 messages)", "mistral-large-latest: … (6 messages)"]
      },
      {
        name: "ai-execution-plan",
        shows: "a fallback from a large to a small model with an `ExecutionPlan`",
        prints: ["model 1 failed: …", "mistral-small-latest: …"]
      },
      {
        name: "ai-rag",
        shows: "retrieval-augmented generation with embeddings",
        prints: ["# A parcel arrives within three working days in France.", "It arrives within three working days."]
      },
      {
        name: "ai-mcp",
        shows: "the tools of an MCP server as a toolkit",
        prints: ["tides__next_high_tide gave {…}", "The water is highest at …"]
      },
      {
        name: "ai-telemetry",
        shows: "the span and the metrics of a call with a tool, without its arguments",
        prints: ["span LanguageModel.generateText", "parameters: \"<redacted>\""]
      }
    ]
  },
  {
    title: "Programs",
    examples: [
      {
        name: "cli",
        shows: "a chat on the command line, with flags, standard input and exit codes",
        prints: ["…"],
        args: ["Who painted the Water Lilies?"]
      },
      {
        name: "editor",
        shows: "code completion while somebody types: a keystroke cancels the request before it",
        prints: ["typed: const …", "suggested: …"]
      },
      {
        name: "sse-server",
        shows: "an endpoint of server-sent events for browsers, with a key for each tenant",
        prints: ["Listening on http://…"],
        kind: "server"
      },
      {
        name: "chat-app",
        shows: "a chat in the browser: streamed answers, a stop button, tool calls, errors with advice",
        prints: ["The chat is at http://localhost:#"],
        file: "chat-app/main.ts",
        kind: "server"
      }
    ]
  },
  {
    title: "Testing",
    examples: [
      {
        name: "testing",
        shows: "one function tested with a mock, scripted responses, `TestClock` and the emulator",
        prints: ["Tests # passed (#)"],
        file: "test/testing.test.ts",
        kind: "test"
      },
      {
        name: "mocked-layer",
        shows: "a program tested with a mock of the chat service, without HTTP",
        prints: ["Tests # passed (#)"],
        file: "test/mocked-layer.test.ts",
        kind: "test"
      }
    ]
  }
]

export const examples: ReadonlyArray<Example> = groups.flatMap(({ examples }) => examples)

/** The file of an example, from this folder. */
export const fileOf = ({ file, name }: Example): string => file ?? `${name}.ts`
