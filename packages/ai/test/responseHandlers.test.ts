/** When handlers of tools run, and what a conversation keeps of a stream that failed. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Schema, Stream } from "effect"
import { Chat, LanguageModel, Tool, Toolkit } from "effect/ai"
import { chunks, endedBy, response } from "./fixtures/bodies.ts"

const toolkit = Toolkit.make(
  Tool.make("getWeather", {
    parameters: Schema.Struct({ city: Schema.String }),
    success: Schema.String,
    failureMode: "return"
  })
)

/** The cities whose weather was asked for. */
const handlers = (cities: Array<string>) =>
  toolkit.toLayer({
    getWeather: ({ city }) =>
      Effect.sync(() => {
        cities.push(city)
        return "sunny"
      })
  })

const modelOver = (...answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  MistralLanguageModel.model("mistral-small-latest", { requestOptions: { retry: RetryPolicy.none } }).pipe(
    Layer.provide(MistralClient.layer({})),
    Layer.provideMerge(ScriptedHttpClient.layer(answers))
  )

const call = (city: unknown, id = "aB3dE6gH9", index = 0) => ({
  id,
  index,
  function: { name: "getWeather", arguments: JSON.stringify({ city }) }
})

/** Streams over one response with the toolkit, and returns the types of the parts, the cities and how it ended. */
const run = (answer: ScriptedHttpClient.Answer) =>
  Effect.gen(function*() {
    const cities: Array<string> = []
    const parts: Array<{ readonly type: string }> = []
    const result = yield* LanguageModel.streamText({ prompt: "How is the weather in Paris?", toolkit }).pipe(
      Stream.runForEach((part) => Effect.sync(() => parts.push(part))),
      Effect.result,
      Effect.provide(handlers(cities)),
      Effect.provide(modelOver(answer))
    )
    return { parts, cities, result, types: parts.map(({ type }) => type) }
  })

describe("the handlers of a stream", () => {
  it.effect("run after the last chunk, in the order of the calls", () =>
    Effect.gen(function*() {
      for (const reason of ["tool_calls", "stop"]) {
        const { cities, result, types } = yield* run(
          ScriptedHttpClient.sse(endedBy(reason, { tool_calls: [call("Paris"), call("Rome", "bbbbbbbbb", 1)] }))
        )
        assert.isTrue(Result.isSuccess(result))
        assert.deepStrictEqual(cities, ["Paris", "Rome"])
        assert.deepStrictEqual(types.slice(-5), ["tool-call", "tool-call", "tool-result", "tool-result", "finish"])
      }
    }))

  it.effect("do not run where the stream ends without [DONE]", () =>
    Effect.gen(function*() {
      const events = endedBy("tool_calls", { tool_calls: [call("Paris")] })
      for (const ending of ["end", "fail"] as const) {
        const { cities, result, types } = yield* run(ScriptedHttpClient.sse(events, { done: false, ending }))
        assert.isTrue(Result.isFailure(result))
        assert.deepStrictEqual(cities, [])
        assert.notInclude(types, "finish")
        assert.notInclude(types, "tool-call")
      }
    }))

  it.effect("do not run where the response was cut off, however complete its calls are", () =>
    Effect.gen(function*() {
      for (const reason of ["length", "model_length", "content_filter", "a_new_reason", null]) {
        const { cities, parts, types } = yield* run(
          ScriptedHttpClient.sse(endedBy(reason, { tool_calls: [call("Paris")] }))
        )
        assert.deepStrictEqual(cities, [])
        assert.deepStrictEqual(types.slice(-3), ["tool-call", "tool-result", "finish"])
        assert.deepInclude<object | undefined>(parts.at(-2), { isFailure: true, id: "aB3dE6gH9" })
      }
    }))

  it.effect("do not run with arguments that do not fit, which are a result of their own", () =>
    Effect.gen(function*() {
      const { cities, parts, result } = yield* run(
        ScriptedHttpClient.sse(endedBy("tool_calls", { tool_calls: [call("Paris"), call(1, "bbbbbbbbb", 1)] }))
      )
      assert.isTrue(Result.isSuccess(result))
      assert.deepStrictEqual(cities, ["Paris"])
      const results = parts.filter(({ type }) => type === "tool-result") as ReadonlyArray<
        { readonly id?: string; readonly isFailure?: boolean }
      >
      assert.deepStrictEqual(Object.fromEntries(results.map(({ id, isFailure }) => [id, isFailure])), {
        aB3dE6gH9: false,
        bbbbbbbbb: true
      })
    }))
})

describe("a stream", () => {
  it.effect("that is run twice gives the same parts twice", () =>
    Effect.gen(function*() {
      const stream = LanguageModel.streamText({ prompt: "Hi" })
      const first = yield* Stream.runCollect(stream)
      const second = yield* Stream.runCollect(stream)
      assert.deepStrictEqual(JSON.stringify(second), JSON.stringify(first))
    }).pipe(Effect.provide(
      modelOver(
        ScriptedHttpClient.sse(chunks({ content: "Hello" })),
        ScriptedHttpClient.sse(chunks({ content: "Hello" }))
      )
    )))

  it.effect("that fails in the middle leaves its text and no call in a conversation, which goes on", () =>
    Effect.gen(function*() {
      const chat = yield* Chat.fromPrompt("How is the weather in Paris?")
      const cities: Array<string> = []
      yield* chat.streamText({ prompt: [], toolkit }).pipe(
        Stream.runDrain,
        Effect.flip,
        Effect.provide(handlers(cities))
      )
      yield* chat.generateText({ prompt: "Go on." })
      assert.deepStrictEqual(cities, [])
      const requests = yield* Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests)
      assert.deepPropertyVal(requests[1]!.body, "messages", [
        { role: "user", content: "How is the weather in Paris?" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true },
            { type: "text", text: "Let me see." }
          ]
        },
        { role: "user", content: "Go on." }
      ])
    }).pipe(Effect.provide(
      modelOver(
        ScriptedHttpClient.sse(
          chunks(
            { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] },
            { content: "Let me see." },
            { tool_calls: [call("Paris")] }
          ),
          { done: false }
        ),
        ScriptedHttpClient.json(response({ content: "Sunny." }))
      )
    )))
})
