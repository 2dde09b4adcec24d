/** What a language model and an embedding model of `effect/ai` send to the emulator, validated by Mistral's OpenAPI file. */
import { MistralEmbeddingModel, MistralLanguageModel, type MistralMetadata, MistralTool } from "@effect-mistral/ai"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { type AiError, EmbeddingModel, LanguageModel, type Prompt, Tool, Toolkit } from "effect/ai"
import { FetchHttpClient } from "effect/http"
import { defects } from "./openapi/defects.ts"
import { type OpenApi, withSpecification } from "./openapi/specification.ts"
import { validator } from "./openapi/validator.ts"

withSpecification(check)

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

const text = (text: string) => ({ type: "text" as const, text })
const user = (...content: ReadonlyArray<Prompt.UserMessagePartEncoded>) => ({ role: "user" as const, content })
const file = (mediaType: string, data: string | Uint8Array | URL, options: MistralMetadata.File = {}) => ({
  type: "file" as const,
  mediaType,
  data,
  options: { mistral: options }
})

/** Prompts with everything that a request may hold. */
const prompts: Readonly<Record<string, Prompt.RawInput>> = {
  "a text": "Hello",
  "a system message": [{ role: "system", content: "Be brief." }, user(text("Hello"))],
  "images": [user(
    text("What is this?"),
    file("image/png", png),
    file("image/*", Uint8Array.of(1, 2, 3)),
    file("image/jpeg", new URL("https://example.com/cat.jpg"), { imageDetail: "high" }),
    file("image/gif", `data:image/gif;base64,${png}`, { imageDetail: "low" })
  )],
  "documents": [user(
    text("Sum it up."),
    { ...file("application/pdf", Uint8Array.of(1, 2, 3)), fileName: "report.pdf" },
    file("application/pdf", new URL("https://example.com/report.pdf")),
    file("text/plain", new TextEncoder().encode("A note")),
    file("application/pdf", "", { fileId: "0b4b6d1e-6d5c-4a5b-9a51-6d3f0a0c1b2a" })
  )],
  "recordings": [user(text("What do they say?"), file("audio/mpeg", Uint8Array.of(1, 2, 3)))],
  "thinking": [
    user(text("Which is larger?")),
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "9.9 or 9.11?", options: { mistral: { signature: "abc", closed: true } } },
        text("9.9 is.")
      ]
    },
    user(text("Sure?"))
  ],
  "calls, results, files among them, and one without a result": [
    user(text("Where is it warm?")),
    {
      role: "assistant",
      content: [
        text("I look."),
        { type: "tool-call", id: "call_1", name: "get_weather", params: { city: "Lyon" } },
        { type: "tool-call", id: "toolu_2", name: "get_weather", params: "{\"city\":" },
        { type: "tool-call", id: "3", name: "get_weather", params: undefined }
      ]
    },
    {
      role: "tool",
      content: [
        { type: "tool-result", id: "call_1", name: "get_weather", isFailure: false, result: { degrees: 12 } },
        { type: "tool-result", id: "toolu_2", name: "get_weather", isFailure: true, result: undefined }
      ]
    },
    user(text("Well?"))
  ],
  "the beginning of an answer": [user(text("Go on")), { role: "assistant", content: [text("In the fog, ")] }]
}

const toolkit = Toolkit.make(
  Tool.make("get_weather", {
    description: "The weather of a city",
    parameters: Schema.Struct({
      city: Schema.String,
      days: Schema.optionalKey(Schema.Array(Schema.Int)),
      units: Schema.Record(Schema.String, Schema.Literals(["C", "F"]))
    }),
    success: Schema.String
  }),
  Tool.make("get_time", { success: Schema.String }),
  Tool.dynamic("search", {
    parameters: { type: "object", properties: { q: { type: "string" } } },
    success: Schema.String
  }),
  MistralTool.WebSearch(),
  MistralTool.WebSearchPremium(),
  MistralTool.CodeInterpreter(),
  MistralTool.ImageGeneration(),
  MistralTool.DocumentLibrary({ library_ids: ["0b4b6d1e-6d5c-4a5b-9a51-6d3f0a0c1b2a"] }),
  MistralTool.Connector({ connector_id: "gmail" })
)

const handlers = toolkit.toLayer({
  get_weather: () => Effect.succeed("fog"),
  get_time: () => Effect.succeed("14:30"),
  search: () => Effect.succeed("nothing")
})

const config: MistralLanguageModel.ConfigOptions = {
  temperature: 0.3,
  top_p: 0.9,
  max_tokens: 20,
  random_seed: 1,
  stop: ["END"],
  presence_penalty: 0.1,
  frequency_penalty: -0.1,
  safe_prompt: true,
  prediction: { type: "content", content: "Hello" },
  prompt_mode: "reasoning",
  reasoning_effort: "high",
  guardrails: [{ moderation_llm_v2: { action: "block" } }],
  service_tier: "auto",
  prompt_cache_key: "k",
  metadata: { a: 1 },
  parallel_tool_calls: true
}

type Call = Effect.Effect<unknown, AiError.AiError, LanguageModel.LanguageModel | EmbeddingModel.EmbeddingModel>

const resolved = { disableToolCallResolution: true, toolkit } as const

const Painter = Schema.Struct({ name: Schema.String, born: Schema.optionalKey(Schema.Int) })

/** The calls, by what their requests hold. */
const calls: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    Object.entries(prompts).flatMap(([name, prompt]): ReadonlyArray<readonly [string, Call]> => [
      [name, LanguageModel.generateText({ prompt })],
      [`${name}, streamed`, Stream.runDrain(LanguageModel.streamText({ prompt }))]
    ])
  ),
  "every parameter": MistralLanguageModel.withConfigOverride(LanguageModel.generateText({ prompt: "Hi" }), config),
  "tools": LanguageModel.generateText({ prompt: "Hi", ...resolved }),
  "tools, of which one must be called": LanguageModel.generateText({
    prompt: "Hi",
    ...resolved,
    toolChoice: "required"
  }),
  "tools, of which none may be called": LanguageModel.generateText({ prompt: "Hi", ...resolved, toolChoice: "none" }),
  "one tool": Effect.asVoid(
    LanguageModel.generateText({ prompt: "Hi", ...resolved, toolChoice: { tool: "get_weather" } })
  ),
  "some tools": Effect.asVoid(
    LanguageModel.generateText({ prompt: "Hi", ...resolved, toolChoice: { oneOf: ["get_time", "MistralWebSearch"] } })
  ),
  "one tool that Mistral runs": Effect.asVoid(
    LanguageModel.generateText({ prompt: "Hi", ...resolved, toolChoice: { tool: "MistralWebSearch" } })
  ),
  "tools without strict schemas": MistralLanguageModel.withConfigOverride(
    LanguageModel.generateText({ prompt: "Hi", ...resolved }),
    { strictJsonSchema: false }
  ),
  "the schema of an object": LanguageModel.generateObject({ prompt: "Hi", schema: Painter, objectName: "A painter" }),
  "the schema of an object that is not strict": MistralLanguageModel.withConfigOverride(
    LanguageModel.generateObject({ prompt: "Hi", schema: Painter }),
    { strictJsonSchema: false }
  ),
  "texts to embed": EmbeddingModel.EmbeddingModel.use((model) => model.embedMany(["one", "two"])),
  "a text to embed": EmbeddingModel.EmbeddingModel.use((model) => model.embed("one")),
  "every parameter of embeddings": MistralEmbeddingModel.withConfigOverride(
    EmbeddingModel.EmbeddingModel.use((model) => model.embedMany(["one"])),
    { dimensions: 16, output_dtype: "float", encoding_format: "base64", metadata: { a: 1 } }
  )
}

const models = Layer.mergeAll(
  MistralLanguageModel.model("any-model"),
  MistralEmbeddingModel.model("codestral-embed"),
  handlers
).pipe(
  Layer.provide(Layer.unwrap(Effect.map(
    Emulator.Emulator,
    ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url, retry: RetryPolicy.none })
  ))),
  Layer.provide(FetchHttpClient.layer),
  // No one model takes recordings, pictures and every parameter.
  Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, anyModel: true }))
)

const schemas: Readonly<Record<string, string>> = {
  "/v1/chat/completions": "ChatCompletionRequest",
  "/v1/embeddings": "EmbeddingRequest"
}

function check(document: OpenApi) {
  const { schema } = validator(document, defects)
  const problems = (path: string, body: unknown) => {
    const fits = schema(schemas[path] ?? "")
    return fits(body) ? [] : (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }

  describe("a request of effect/ai fits Mistral's OpenAPI file", () => {
    for (const [name, call] of Object.entries(calls)) {
      it.effect(`with ${name}`, () =>
        Effect.gen(function*() {
          yield* call
          const { requests } = yield* Emulator.Emulator
          const seen = yield* requests
          assert.lengthOf(seen, 1)
          for (const { body, path } of seen) {
            assert.deepStrictEqual(problems(path, body), [], JSON.stringify(body))
            // The file is strict: a request with a key of another API does not fit.
            assert.isNotEmpty(problems(path, Object.assign({}, body, { top_k: 5 })))
          }
        }).pipe(Effect.provide(models)))
    }
  })
}
