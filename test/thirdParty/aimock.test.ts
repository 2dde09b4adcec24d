/** `@copilotkit/aimock`, a server of OpenAI's API (and OpenRouter's and Azure's) with scripted answers and chaos. */
import { LLMock } from "@copilotkit/aimock"
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Chat } from "@effect-mistral/chat"
import { AzureAi, Completion, FetchHttpClient, Message, RetryPolicy } from "@effect-mistral/core"
import { assert, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Option, Redacted, Schedule, Schema, Stream } from "effect"
import { type AiError, EmbeddingModel, LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import {
  answered,
  asked,
  callsTools,
  completes,
  each,
  failedStream,
  failure,
  makesObjects,
  refuses,
  request
} from "./conversation.ts"
import { reasoningOf, runsLanguageModels, textOf } from "./languageModel.ts"
import { model, Program } from "./program.ts"

class Mock extends Context.Service<Mock, LLMock>()("test/thirdParty/Mock") {}

/** The error that a fixture answers a text with. */
const refusal = (status: number, code: string) => ({
  status,
  error: { message: `Refused with ${status}`, type: "some_error", code },
  ...(status === 429 ? { retryAfter: 7 } : undefined)
})

const aimock = Layer.unwrap(Effect.gen(function*() {
  const mock = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const mock = new LLMock({ port: 0, chunkSize: 5 })
      mock.on({ userMessage: asked.weather, hasToolResult: true }, { content: answered.weather })
      mock.on({ userMessage: asked.weather }, {
        toolCalls: [{ ...answered.call, arguments: JSON.stringify(answered.call.arguments) }]
      })
      mock.onMessage(asked.hello, { content: answered.hello })
      mock.onMessage(asked.painter, { content: JSON.stringify(answered.painter) })
      mock.onMessage("Think first", { content: "It is.", reasoning: "Is it foggy? I think so." })
      mock.onMessage("Both", {
        content: "One moment.",
        toolCalls: [
          { id: "call_1", name: "get_weather", arguments: "{\"city\":\"Paris\"}" },
          { id: "call_2", name: "get_time", arguments: "{}" }
        ]
      })
      for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
        mock.onMessage(`Refuse with ${status}`, refusal(status, `code_${status}`))
      }
      mock.onMessage("Cut", { content: answered.hello }, { truncateAfterChunks: 4, latency: 5 })
      mock.onMessage("Pause", { content: answered.hello }, { streamingProfile: { ttft: 0, tps: 0.1 } })
      mock.onMessage("Half of the time", { content: answered.hello }, { chaos: { disconnectRate: 0.3, dropRate: 0.3 } })
      mock.onMessage("Drop", { content: "" }, { chaos: { dropRate: 1 } })
      mock.onMessage("Malformed", { content: "" }, { chaos: { malformedRate: 1 } })
      mock.onMessage("Disconnect", { content: "" }, { chaos: { disconnectRate: 1 } })
      mock.onMessage("Limit", { content: "" }, { chaos: { rateLimitRate: 1 } })
      mock.onMessage("Comments", { content: answered.hello }, { openRouterProcessing: true })
      mock.onMessage("Costs", { content: "Much.", usage: { prompt_tokens: 3, completion_tokens: 2, cost: 0.25 } })
      await mock.start()
      return mock
    }),
    (mock) => Effect.promise(() => mock.stop())
  )
  return Layer.mergeAll(
    Layer.succeed(Mock, mock),
    Layer.succeed(Program, { url: mock.url, apiKey: "mock", headers: {} })
  )
}))

layer(aimock, { excludeTestServices: true })("aimock", (it) => {
  completes(it, { usage: true })
  callsTools(it)
  makesObjects(it)
  runsLanguageModels(it)
  refuses(it, [
    ...([
      [400, "BadRequest"],
      [401, "Authentication"],
      [403, "PermissionDenied"],
      [404, "NotFound"],
      [409, "Conflict"],
      [422, "Validation"],
      [429, "RateLimited"],
      [500, "ServerError"],
      [503, "ServerError"]
    ] as const).map(([status, reason]) => ({
      text: `Refuse with ${status}`,
      status,
      reason,
      sentence: `Refused with ${status}`,
      code: `code_${status}`,
      isRetryable: status === 429 || status >= 500
    })),
    {
      text: "Nothing is scripted for this",
      status: 404,
      reason: "NotFound",
      sentence: "No fixture matched",
      code: "no_fixture_match",
      isRetryable: false
    }
  ])

  each(it, "keeps text, calls and their order, whole and streamed", (way) =>
    Effect.gen(function*() {
      const whole = yield* Chat.complete(request("Both"))
      const streamed = yield* Completion.collect(Chat.stream(request("Both")))
      for (const { choices: [choice] } of [whole, streamed]) {
        assert.strictEqual(choice?.message?.content, "One moment.")
        assert.deepStrictEqual(
          choice?.message?.tool_calls?.map((call) => [call.id, call.function.name, call.function.arguments]),
          [["call_1", "get_weather", "{\"city\":\"Paris\"}"], ["call_2", "get_time", "{}"]]
        )
      }
    }).pipe(Effect.provide(way.layer())))

  each(it, "joins the thinking of a stream to that of the whole answer", (way) =>
    Effect.gen(function*() {
      for (
        const response of [
          yield* Chat.complete(request("Think first")),
          yield* Completion.collect(Chat.stream(request("Think first")))
        ]
      ) {
        assert.strictEqual(Completion.text(response), "It is.")
        assert.strictEqual(Completion.thinking(response), "Is it foggy? I think so.")
      }
    }).pipe(Effect.provide(way.layer())))

  each(it, "sends a turn back as OpenAI has it", (way) =>
    Effect.gen(function*() {
      const mock = yield* Mock
      const first = request(asked.weather)
      for (const answer of [yield* Chat.complete(first), yield* Completion.collect(Chat.stream(first))]) {
        const message = answer.choices[0]!.message!
        yield* Chat.complete({
          ...first,
          messages: [
            ...first.messages,
            Message.fromReceived(message),
            Message.toolResult(message.tool_calls![0]!, "18")
          ]
        })
        const body = mock.getLastRequest()?.body as { readonly messages: ReadonlyArray<unknown> }
        const { arguments: input, id, name } = answered.call
        assert.deepStrictEqual(body.messages.slice(1), [
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id, type: "function", function: { name, arguments: JSON.stringify(input) } }]
          },
          { role: "tool", content: "18", tool_call_id: id, name }
        ])
      }
    }).pipe(Effect.provide(way.layer())), (way) => way.client === "OpenAiCompatible")

  each(it, "obeys Retry-After and retries until the program answers", (way) =>
    Effect.gen(function*() {
      const mock = yield* Mock
      for (const call of [Chat.complete(request(asked.hello)), Completion.collect(Chat.stream(request(asked.hello)))]) {
        mock.nextRequestError(503, { message: "Overloaded", type: "server_error" })
        mock.nextRequestError(500, { message: "Broken", type: "server_error" })
        assert.strictEqual(Completion.text(yield* call), answered.hello)
      }
    }).pipe(
      Effect.provide(way.layer({
        retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 3 })) })
      }))
    ))

  each(
    it,
    "chaos: a stream whose connection is cut is a lost connection, with the text that came",
    (way) =>
      Effect.gen(function*() {
        const { error, text } = yield* failedStream(Chat.stream(request("Cut")))
        assert.strictEqual(error.reason._tag, "ConnectionLost")
        assert.isTrue(error.isRetryable)
        assert.isTrue(text !== "" && answered.hello.startsWith(text) && text !== answered.hello, text)
        const partial = yield* Completion.collectPartial(Chat.stream(request("Cut")))
        assert.isTrue(answered.hello.startsWith(Completion.text(partial.response)))
        assert.isTrue(Option.isSome(partial.error))
      }).pipe(Effect.provide(way.layer()))
  )

  each(it, "chaos: dropped, limited, malformed and disconnected answers", (way) =>
    Effect.gen(function*() {
      for (const call of [Chat.complete, (request: Chat.Request) => Completion.collect(Chat.stream(request))]) {
        const dropped = yield* failure(call(request("Drop")))
        assert.deepStrictEqual([dropped.reason._tag, dropped.status], ["ServerError", 500])
        assert.include(dropped.message, "Chaos: request dropped")
        const limited = yield* failure(call(request("Limit")))
        assert.deepStrictEqual([limited.reason._tag, limited.status], ["RateLimited", 429])
        assert.strictEqual(limited.retryAfter && Duration.toMillis(limited.retryAfter), 1000)
        assert.deepInclude(limited.reason._tag === "RateLimited" ? limited.reason.limits : {}, {
          "x-ratelimit-remaining-requests": "0"
        })
        const malformed = yield* failure(call(request("Malformed")))
        assert.strictEqual(malformed.reason._tag, "InvalidResponse")
        assert.isFalse(malformed.isRetryable)
        const disconnected = yield* failure(call(request("Disconnect")))
        assert.strictEqual(disconnected.reason._tag, "ConnectionFailed")
        assert.isTrue(disconnected.isRetryable)
      }
    }).pipe(Effect.provide(way.layer())))

  each(it, "chaos: latency runs into the time limits", (way) =>
    Effect.gen(function*() {
      const header = { headers: { "x-aimock-chaos-latency": "5000" }, timeout: { firstByte: "20 millis" } } as const
      for (
        const call of [Chat.complete, (...all: Parameters<typeof Chat.stream>) => Stream.runDrain(Chat.stream(...all))]
      ) {
        const error = yield* failure(call(request(asked.hello), header))
        assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "firstByte", error.message)
      }
      const { error, text } = yield* failedStream(Chat.stream(request("Pause"), { timeout: { idle: "50 millis" } }))
      assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "idle", error.message)
      assert.strictEqual(text, "")
    }).pipe(Effect.provide(way.layer())))

  each(it, "chaos at half the requests is invisible behind retries", (way) =>
    Effect.gen(function*() {
      const mock = yield* Mock
      const all = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => Effect.map(Chat.complete(request("Half of the time")), Completion.text),
        { concurrency: 10 }
      )
      assert.deepStrictEqual([...new Set(all)], [answered.hello])
      assert.isAbove(mock.getRequests().length, 20)
      mock.clearRequests()
    }).pipe(
      Effect.provide(way.layer({
        retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 50 })) })
      }))
    ))

  each(
    it,
    "OpenRouter: comments before events, the cost of an answer, errors with a number as code",
    (way) =>
      Effect.gen(function*() {
        const commented = yield* Completion.collect(Chat.stream(request("Comments")))
        assert.strictEqual(Completion.text(commented), answered.hello)
        for (
          const response of [
            yield* Chat.complete(request("Costs")),
            yield* Completion.collect(Chat.stream(request("Costs"), {
              extraBody: { stream_options: { include_usage: true } }
            }))
          ]
        ) {
          const usage: Readonly<Record<string, unknown>> = response.usage ?? {}
          assert.deepStrictEqual([usage["prompt_tokens"], usage["completion_tokens"], usage["cost"]], [3, 2, 0.25])
        }
        const refused = yield* failure(Chat.complete(request("Refuse with 403")))
        assert.deepStrictEqual([refused.reason._tag, refused.status], ["PermissionDenied", 403])
        assert.include(refused.message, "Refused with 403")
      }).pipe(Effect.provide(way.layer({ path: "/api/v1" }))),
    (way) => way.client === "OpenAiCompatible"
  )

  it.effect("Azure: the client of `AzureAi`, by the path that it uses", () =>
    Effect.gen(function*() {
      const { url } = yield* Program
      const client = AzureAi.layer({ endpoint: `${url}/models`, apiKey: Redacted.make("key"), retry: RetryPolicy.none })
      yield* Effect.gen(function*() {
        assert.strictEqual(Completion.text(yield* Chat.complete(request(asked.hello))), answered.hello)
        const streamed = yield* Completion.collect(Chat.stream(request(asked.hello)))
        assert.strictEqual(Completion.text(streamed), answered.hello)
      }).pipe(Effect.provide(Chat.layer.pipe(Layer.provide(client), Layer.provide(FetchHttpClient.layer))))
    }))

  each(
    it,
    "effect/ai: the thinking of an answer, which is sent back under its own name",
    (way) =>
      Effect.gen(function*() {
        const mock = yield* Mock
        const whole = yield* LanguageModel.generateText({ prompt: "Think first" })
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Think first" }))
        for (const content of [whole.content, parts]) {
          assert.deepStrictEqual([reasoningOf(content), textOf(content)], ["Is it foggy? I think so.", "It is."])
          const history = Prompt.fromResponseParts(content)
          yield* LanguageModel.generateText({ prompt: Prompt.concat(history, asked.hello) })
          const body = mock.getLastRequest()?.body as { readonly messages: ReadonlyArray<unknown> }
          assert.deepStrictEqual(body.messages[0], {
            role: "assistant",
            content: "It is.",
            reasoning_content: "Is it foggy? I think so."
          })
        }
      }).pipe(Effect.provide(way.layer())),
    (way) => way.client === "OpenAiCompatible"
  )

  each(it, "effect/ai: text and two calls, whole and streamed, whose handlers run", (way) =>
    Effect.gen(function*() {
      const whole = yield* LanguageModel.generateText({ prompt: "Both", toolkit: both })
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Both", toolkit: both }))
      for (const content of [whole.content, parts]) {
        assert.strictEqual(textOf(content), "One moment.")
        assert.deepStrictEqual(
          content.flatMap((part) => part.type === "tool-call" ? [[part.id, part.name, part.params]] : []),
          [["call_1", "get_weather", { city: "Paris" }], ["call_2", "get_time", {}]]
        )
        const results = content.flatMap((part) => part.type === "tool-result" ? [part.result] : [])
        assert.sameMembers([...results], ["Fog in Paris", "14:30"])
      }
    }).pipe(
      Effect.provide(both.toLayer({
        get_weather: ({ city }) => Effect.succeed(`Fog in ${city}`),
        get_time: () => Effect.succeed("14:30")
      })),
      Effect.provide(way.layer())
    ))

  each(
    it,
    "effect/ai: errors have the right reason, and a stream that is cut has no finish",
    (way) =>
      Effect.gen(function*() {
        const refusals = [
          [400, "InvalidRequestError"],
          [401, "AuthenticationError"],
          [403, "AuthenticationError"],
          [404, "InvalidRequestError"],
          [422, "InvalidRequestError"],
          [429, "RateLimitError"],
          [500, "InternalProviderError"],
          [503, "InternalProviderError"]
        ] as const
        for (const [status, tag] of refusals) {
          const prompt = `Refuse with ${status}`
          for (
            const call of [
              Effect.asVoid(LanguageModel.generateText({ prompt })),
              Stream.runDrain(LanguageModel.streamText({ prompt }))
            ]
          ) {
            const error = yield* Effect.flip(call)
            assert.deepStrictEqual([error.reason._tag, error.isRetryable], [tag, status === 429 || status >= 500])
            assert.include(error.message, `Refused with ${status}`)
            if (error.reason._tag === "RateLimitError") {
              assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 7000)
            }
          }
        }
        const types: Array<string> = []
        const cut: AiError.AiError = yield* Effect.flip(
          Stream.runForEach(
            LanguageModel.streamText({ prompt: "Cut" }),
            ({ type }) => Effect.sync(() => types.push(type))
          )
        )
        assert.strictEqual(cut.reason._tag, "NetworkError")
        assert.include(types, "text-end")
        assert.notInclude(types, "finish")
      }).pipe(Effect.provide(way.layer()))
  )

  each(it, "effect/ai: embeddings of the dimensions", (way) =>
    Effect.gen(function*() {
      const embedder = yield* EmbeddingModel.EmbeddingModel
      const { embeddings } = yield* embedder.embedMany(["one", "two"])
      assert.deepStrictEqual(embeddings.map(({ vector }) => vector.length), [8, 8])
      const single = yield* embedder.embed("two")
      assert.deepStrictEqual(single.vector, embeddings[1]?.vector)
    }).pipe(Effect.provide(way.layer())), (way) => way.client === "OpenAiCompatible")

  it.effect("effect/ai: the same program over the client of `AzureAi`", () =>
    Effect.gen(function*() {
      const { url } = yield* Program
      const client = AzureAi.layer({ endpoint: `${url}/models`, apiKey: Redacted.make("key"), retry: RetryPolicy.none })
      yield* Effect.gen(function*() {
        const whole = yield* LanguageModel.generateText({ prompt: asked.hello })
        assert.strictEqual(whole.text, answered.hello)
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: asked.hello }))
        assert.strictEqual(textOf(parts), answered.hello)
      }).pipe(Effect.provide(
        MistralLanguageModel.model(model).pipe(Layer.provide(client), Layer.provide(FetchHttpClient.layer))
      ))
    }))
})

const both = Toolkit.make(
  Tool.make("get_weather", { parameters: Schema.Struct({ city: Schema.String }), success: Schema.String }),
  Tool.make("get_time", { success: Schema.String })
)
