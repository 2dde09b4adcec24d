/**
 * One program over all places that serve the API, which differ by the layer of the client alone: the exact requests that each
 * of them is sent, whole and streamed.
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { AzureAi, type Completion, MistralClient, OpenAiCompatible, RetryPolicy, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Ref, Schema, Stream } from "effect"
import { Chat, LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import type { HttpClient } from "effect/http"
import { deliveries } from "./fixtures/deliveries.ts"

type Client = Layer.Layer<MistralClient.MistralClient, never, HttpClient.HttpClient>

/** A place that serves the API. */
interface Place {
  readonly client: Client
  readonly url: (streaming: boolean) => string
  /** The header that lets Mistral's own parameters pass. */
  readonly extra?: string
  /** The seed and the tool choices, which have other names in other places. */
  readonly seed: object
  readonly required: string
}

const apiKey = Redacted.make("the-key")
const retry = RetryPolicy.none
const model = "mistral-small-2503"

const vertex = VertexAi.layer({ projectId: "my-project", region: "us-central1", accessToken: apiKey, retry })
const azure = AzureAi.layer({ endpoint: "https://res.services.ai.azure.com", apiKey, retry })
const compatible = OpenAiCompatible.layer({ baseUrl: "https://gateway.test/openai", apiKey, retry })

const places: Readonly<Record<string, Place>> = {
  "Mistral": {
    client: MistralClient.layer({ apiKey, retry }),
    url: () => "https://api.mistral.ai/v1/chat/completions",
    seed: { random_seed: 7 },
    required: "any"
  },
  "Vertex AI": {
    client: vertex,
    url: (streaming) =>
      `https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1/publishers/mistralai/models/${model}:${
        streaming ? "streamRawPredict" : "rawPredict"
      }`,
    seed: { random_seed: 7 },
    required: "any"
  },
  "Azure AI": {
    client: azure,
    url: () => "https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
    extra: "pass-through",
    seed: { random_seed: 7 },
    required: "required"
  },
  "an OpenAI-compatible server": {
    client: compatible,
    url: () => "https://gateway.test/openai/v1/chat/completions",
    seed: { seed: 7 },
    required: "required"
  }
}

const toolkit = Toolkit.make(
  Tool.make("get_weather", {
    description: "The weather of a city",
    parameters: Schema.Struct({ city: Schema.String, day: Schema.optionalKey(Schema.String) }),
    success: Schema.Struct({ degrees: Schema.Finite })
  })
)

const handlers = toolkit.toLayer({ get_weather: () => Effect.succeed({ degrees: 18 }) })

const config = { temperature: 0.2, max_tokens: 50, random_seed: 7, stop: ["END"] }

/** The call has an id as OpenAI's API makes it, and leaves out the optional parameter as a strict schema has it. */
const call = TestCompletion.toolCall("get_weather", { city: "Paris", day: null }, "call_abc123")
const sentId = /^[A-Za-z0-9]{9}$/

/** A server that calls a tool, and answers in words once it has the result. */
const server = ScriptedHttpClient.layer(({ body }) => {
  const { messages, stream } = body as { readonly messages: ReadonlyArray<{ readonly role: string }>; stream: boolean }
  const answered = messages.at(-1)?.role === "tool"
  const text = answered ? "It is 18 degrees." : ""
  const options = answered ? {} : { toolCalls: [call] }
  return stream
    ? ScriptedHttpClient.sse(TestCompletion.chunks(text, options))
    : ScriptedHttpClient.json(TestCompletion.response(text, options))
})

const over = (client: Client, config: Omit<MistralLanguageModel.ConfigOptions, "model"> = {}) =>
  MistralLanguageModel.model(model, config).pipe(Layer.provide(client))

const strictParameters = {
  type: "object",
  properties: {
    city: { type: "string" },
    day: { anyOf: [{ type: "string" }, { type: "null" }] }
  },
  required: ["city", "day"],
  additionalProperties: false
}

for (const [name, place] of Object.entries(places)) {
  describe(name, () => {
    for (const [delivery, ask] of Object.entries(deliveries)) {
      it.effect(`is sent a conversation with tools, ${delivery}`, () =>
        Effect.gen(function*() {
          const tools = yield* toolkit
          const chat = yield* Chat.fromPrompt([{ role: "system", content: "Be brief." }])
          const first = yield* ask({ prompt: "How warm is it in Paris?", toolkit: tools, toolChoice: "required" }, chat)
          assert.deepStrictEqual(first.calls, [["get_weather", { city: "Paris" }]])
          assert.deepStrictEqual(first.callIds, ["call_abc123"])
          assert.deepStrictEqual(first.results, { call_abc123: { result: { degrees: 18 }, isFailure: false } })
          assert.strictEqual(first.finish, "tool-calls")
          const second = yield* ask({ prompt: [], toolkit: tools }, chat)
          assert.deepStrictEqual([second.text, second.finish], ["It is 18 degrees.", "stop"])

          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          const seen = yield* requests
          const streaming = delivery === "streamed"
          const id = sentIdOf(seen[1]?.body)
          assert.match(id, sentId)
          const question = [
            { role: "system", content: "Be brief." },
            { role: "user", content: "How warm is it in Paris?" }
          ]
          const body = {
            model,
            temperature: 0.2,
            max_tokens: 50,
            ...place.seed,
            stop: ["END"],
            tools: [{
              type: "function",
              function: {
                name: "get_weather",
                description: "The weather of a city",
                strict: true,
                parameters: strictParameters
              }
            }],
            stream: streaming
          }
          assert.deepStrictEqual(seen.map(({ body, url }) => ({ url, body })), [
            { url: place.url(streaming), body: { ...body, messages: question, tool_choice: place.required } },
            {
              url: place.url(streaming),
              body: {
                ...body,
                messages: [
                  ...question,
                  {
                    role: "assistant",
                    content: "",
                    tool_calls: [{
                      id,
                      type: "function",
                      function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" }
                    }]
                  },
                  { role: "tool", content: "{\"degrees\":18}", tool_call_id: id, name: "get_weather" }
                ],
                tool_choice: "auto"
              }
            }
          ])
          for (const { headers, method } of seen) {
            assert.deepStrictEqual(
              [method, headers.authorization, headers.accept, headers["extra-parameters"]],
              ["POST", "Bearer the-key", streaming ? "text/event-stream" : "application/json", place.extra]
            )
          }
        }).pipe(Effect.provide(handlers), Effect.provide(over(place.client, config)), Effect.provide(server)))
    }

    it.effect("is sent the schema of an object", () =>
      Effect.gen(function*() {
        const Painter = Schema.Struct({ name: Schema.String, born: Schema.optionalKey(Schema.Int) })
        const { value } = yield* LanguageModel.generateObject({
          prompt: "Who painted it?",
          schema: Painter,
          objectName: "painter"
        })
        assert.deepStrictEqual(value, { name: "Claude Monet" })
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const [seen] = yield* requests
        assert.strictEqual(seen?.url, place.url(false))
        assert.deepStrictEqual(seen?.body, {
          model,
          messages: [{ role: "user", content: "Who painted it?" }],
          response_format: {
            type: "json_schema",
            json_schema: {
              name: "painter",
              strict: true,
              schema: {
                type: "object",
                properties: {
                  name: { type: "string" },
                  born: { anyOf: [{ type: "integer" }, { type: "null" }] }
                },
                required: ["name", "born"],
                additionalProperties: false
              }
            }
          },
          stream: false
        })
      }).pipe(
        Effect.provide(over(place.client)),
        Effect.provide(ScriptedHttpClient.layer([
          ScriptedHttpClient.json(TestCompletion.response("{\"name\":\"Claude Monet\",\"born\":null}"))
        ]))
      ))

    it.effect("says in an error nothing of the key and the prompt where it refuses the key", () =>
      Effect.gen(function*() {
        for (const call of [generate, drain]) {
          const error = yield* Effect.flip(call("A secret prompt"))
          assert.strictEqual(error.reason._tag, "AuthenticationError")
          assert.isFalse(error.isRetryable)
          assert.notMatch(JSON.stringify(error) + error.message + String(error), /the-key|secret prompt/)
        }
      }).pipe(
        Effect.provide(over(place.client)),
        Effect.provide(
          ScriptedHttpClient.layer(() => ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 }))
        )
      ))
  })
}

const generate = (prompt: Prompt.RawInput) => Effect.asVoid(LanguageModel.generateText({ prompt }))
const drain = (prompt: Prompt.RawInput) => Stream.runDrain(LanguageModel.streamText({ prompt }))

const sentIdOf = (body: unknown): string => {
  // The cast is safe: a test compares the whole body afterwards.
  const { messages } = body as { readonly messages: ReadonlyArray<{ readonly tool_call_id?: string }> }
  return String(messages.at(-1)?.tool_call_id)
}

describe("a parameter that a place does not take", () => {
  const refused: ReadonlyArray<readonly [name: string, client: Client, config: MistralLanguageModel.ConfigOptions]> = [
    ["Vertex AI", vertex, { safe_prompt: true }],
    ["Vertex AI", vertex, { prompt_cache_key: "k" }],
    ["Vertex AI", vertex, { service_tier: "auto" }],
    ["Vertex AI", vertex, { reasoning_effort: "low" }],
    ["Azure AI", azure, { prompt_cache_key: "k" }],
    ["Azure AI", azure, { service_tier: "auto" }],
    ["An OpenAI-compatible server", compatible, { safe_prompt: true }],
    ["An OpenAI-compatible server", compatible, { guardrails: [{ moderation_llm_v2: { action: "block" } }] }],
    ["An OpenAI-compatible server", compatible, { prompt_mode: "reasoning" }]
  ]
  for (const [name, client, config] of refused) {
    const [key = ""] = Object.keys(config)
    it.effect(`is an invalid request that is not sent: ${key} to ${name}`, () =>
      Effect.gen(function*() {
        for (const call of [generate, drain]) {
          const { isRetryable, reason } = yield* Effect.flip(call("Hi"))
          assert.strictEqual(reason._tag, "InvalidRequestError")
          assert.isFalse(isRetryable)
          const description = "description" in reason ? String(reason.description) : ""
          assert.include(description, key)
          assert.include(description, name)
        }
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(over(client, config)), Effect.provide(ScriptedHttpClient.layer())))
  }

  const taken: ReadonlyArray<
    readonly [name: string, client: Client, config: MistralLanguageModel.ConfigOptions, sent: object]
  > = [
    ["Azure AI", azure, { safe_prompt: true }, { safe_prompt: true }],
    ["Vertex AI", vertex, { reasoning_effort: "high" }, { reasoning_effort: "high" }],
    ["an OpenAI-compatible server", compatible, { prompt_cache_key: "k" }, { prompt_cache_key: "k" }],
    ["an OpenAI-compatible server", compatible, { service_tier: "standard_only" }, { service_tier: "default" }],
    ["an OpenAI-compatible server", compatible, { safe_prompt: false }, {}],
    ["an OpenAI-compatible server", compatible, { reasoning_effort: "low" }, { reasoning_effort: "low" }],
    ["an OpenAI-compatible server", compatible, { requestOptions: { extraBody: { top_k: 5 } } }, { top_k: 5 }]
  ]
  for (const [name, client, config, sent] of taken) {
    it.effect(`is sent to ${name} where it takes it: ${JSON.stringify(config)}`, () =>
      Effect.gen(function*() {
        yield* generate("Hi")
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual((yield* requests).map(({ body }) => body), [
          { model, messages: [{ role: "user", content: "Hi" }], ...sent, stream: false }
        ])
      }).pipe(
        Effect.provide(over(client, config)),
        Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Hello"))]))
      ))
  }
})

describe("tools without a strict schema", () => {
  it.effect("are sent to a server that does not take one", () =>
    Effect.gen(function*() {
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [seen] = yield* requests
      assert.deepNestedInclude(seen?.body, {
        "tools[0].function.parameters": {
          type: "object",
          properties: { city: { type: "string" }, day: { type: "string" } },
          required: ["city"]
        }
      })
      assert.isFalse(JSON.stringify(seen?.body).includes("\"strict\":true"))
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(over(compatible, { strictJsonSchema: false })),
      Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Hello"))]))
    ))
})

describe("the thinking of an OpenAI-compatible server", () => {
  const withMessage = (message: object): unknown => ({
    id: "1",
    model,
    created: 1_700_000_000,
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  })
  const chunk = (delta: object, finish_reason: string | null = null): unknown => ({
    id: "1",
    model,
    created: 1_700_000_000,
    choices: [{ index: 0, delta, finish_reason }]
  })

  for (const key of ["reasoning_content", "reasoning"]) {
    for (const [delivery, ask] of Object.entries(deliveries)) {
      it.effect(`is reasoning, and is sent back as it came: ${key}, ${delivery}`, () =>
        Effect.gen(function*() {
          const chat = yield* Chat.empty
          const tools = yield* Toolkit.empty
          const first = yield* ask({ prompt: "Which is larger?", toolkit: tools }, chat)
          assert.deepStrictEqual([first.reasoning, first.text], ["9.9 or 9.11? 9.9.", "9.9 is."])
          yield* ask({ prompt: "Sure?", toolkit: tools }, chat)
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          const [, second] = yield* requests
          assert.deepNestedInclude(second?.body, {
            messages: [
              { role: "user", content: "Which is larger?" },
              { role: "assistant", [key]: "9.9 or 9.11? 9.9.", content: "9.9 is." },
              { role: "user", content: "Sure?" }
            ]
          })
        }).pipe(
          Effect.provide(over(compatible)),
          Effect.provide(ScriptedHttpClient.layer(({ body }) =>
            (body as { readonly stream: boolean }).stream
              ? ScriptedHttpClient.sse([
                chunk({ role: "assistant", [key]: "9.9 or 9.11? " }),
                chunk({ [key]: "9.9." }),
                chunk({ content: "9.9 " }),
                chunk({ content: "is." }, "stop")
              ])
              : ScriptedHttpClient.json(withMessage({ [key]: "9.9 or 9.11? 9.9.", content: "9.9 is." }))
          ))
        ))
    }
  }

  it.effect("becomes reasoning_content where Mistral's own thinking is sent to it", () =>
    Effect.gen(function*() {
      const chat = yield* Chat.empty
      const tools = yield* Toolkit.empty
      const mistral = over(MistralClient.layer({ apiKey, retry }))
      const first = yield* deliveries.whole({ prompt: "Which is larger?", toolkit: tools }, chat).pipe(
        Effect.provide(mistral)
      )
      assert.strictEqual(first.reasoning, "9.9 or 9.11?")
      for (const client of [compatible, MistralClient.layer({ apiKey, retry })]) {
        yield* LanguageModel.generateText({ prompt: Prompt.concat(yield* Ref.get(chat.history), "Sure?") }).pipe(
          Effect.provide(over(client))
        )
      }
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [, toCompatible, toMistral] = yield* requests
      assert.deepNestedInclude(toCompatible?.body, {
        "messages[1]": { role: "assistant", reasoning_content: "9.9 or 9.11?", content: "9.9 is." }
      })
      assert.deepNestedInclude(toMistral?.body, {
        "messages[1]": {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "9.9 or 9.11?" }], closed: true },
            { type: "text", text: "9.9 is." }
          ]
        }
      })
    }).pipe(
      Effect.provide(ScriptedHttpClient.layer([
        ScriptedHttpClient.json(TestCompletion.response([
          { type: "thinking", thinking: [{ type: "text", text: "9.9 or 9.11?" }], closed: true },
          { type: "text", text: "9.9 is." }
        ])),
        ScriptedHttpClient.json(TestCompletion.response("Yes.")),
        ScriptedHttpClient.json(TestCompletion.response("Yes."))
      ]))
    ))
})

describe("the end of a stream of an OpenAI-compatible server", () => {
  const chunks: ReadonlyArray<Completion.Chunk> = TestCompletion.chunks("Hello there.")
  const withoutDone = ScriptedHttpClient.bytes(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), {
    headers: { "content-type": "text/event-stream" }
  })

  it.effect("is [DONE]: a stream without it has no finish", () =>
    Effect.gen(function*() {
      const types: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(LanguageModel.streamText({ prompt: "Hi" }), ({ type }) => Effect.sync(() => types.push(type)))
      )
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
      assert.include(types, "text-end")
      assert.notInclude(types, "finish")
    }).pipe(Effect.provide(over(compatible)), Effect.provide(ScriptedHttpClient.layer([withoutDone]))))

  it.effect("may be the finish reason, for servers that never send [DONE]", () =>
    Effect.gen(function*() {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
      const last = parts.at(-1)
      assert.isTrue(last?.type === "finish" && last.reason === "stop")
    }).pipe(
      Effect.provide(over(
        OpenAiCompatible.layer({ baseUrl: "https://gateway.test", endOfStream: "finishReason", retry })
      )),
      Effect.provide(ScriptedHttpClient.layer([withoutDone]))
    ))
})

describe("the calls of an OpenAI-compatible server", () => {
  it.effect("come in fragments with an index, whose later names are null", () =>
    Effect.gen(function*() {
      const tools = yield* toolkit
      const { callIds, calls, finish, results } = yield* deliveries.streamed({ prompt: "Hi", toolkit: tools })
      assert.deepStrictEqual(calls, [["get_weather", { city: "Paris" }], ["get_weather", { city: "Rome" }]])
      assert.deepStrictEqual(callIds, ["call_1", "call_2"])
      assert.deepStrictEqual(Object.keys(results), ["call_1", "call_2"])
      assert.strictEqual(finish, "tool-calls")
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(over(compatible)),
      Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.sse(fragments())]))
    ))

  const fragments = (): ReadonlyArray<unknown> => {
    const chunk = (tool_calls: ReadonlyArray<object>, finish_reason: string | null = null) => ({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      model,
      choices: [{ index: 0, delta: { content: null, tool_calls }, finish_reason }]
    })
    const piece = (index: number, text: string) => ({ index, function: { name: null, arguments: text } })
    return [
      chunk([{ index: 0, id: "call_1", type: "function", function: { name: "get_weather", arguments: "" } }]),
      chunk([piece(0, "{\"city\":")]),
      chunk([piece(0, "\"Paris\"}")]),
      chunk([{ index: 1, id: "call_2", type: "function", function: { name: "get_weather", arguments: "" } }]),
      chunk([piece(1, "{\"city\":\"Ro")]),
      chunk([piece(1, "me\"}")]),
      chunk([], "tool_calls"),
      { id: "chatcmpl-1", object: "chat.completion.chunk", model, choices: [], usage: { total_tokens: 3 } }
    ]
  }
})
