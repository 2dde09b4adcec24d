/** Conversations of several rounds with tools: what the model gets back from a call, and what it gets if a call fails. */
import { MistralTool } from "@effect-mistral/ai"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Chat, Tool, Toolkit } from "effect/ai"
import type { SentMessage } from "./fixtures/sentMessages.ts"
import { answer, calling, callingStream, scripted, sentBodies } from "./fixtures/sentTools.ts"

class NoSuchCity extends Schema.TaggedError<NoSuchCity>()("NoSuchCity", { city: Schema.String }) {}

const Weather = Tool.make("get_weather", {
  parameters: Schema.Struct({ city: Schema.String, day: Schema.optionalKey(Schema.Date) }),
  success: Schema.Struct({ degrees: Schema.Finite, at: Schema.DateFromString }),
  failure: NoSuchCity,
  failureMode: "return"
})

const Book = Tool.make("trains.book", {
  parameters: Schema.Struct({ seats: Schema.Int, names: Schema.Record(Schema.String, Schema.Int) }),
  success: Schema.String,
  failure: NoSuchCity
})

const Now = Tool.make("get_time", { success: Schema.String })

const Search = Tool.dynamic("search", {
  parameters: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
  success: Schema.Json
})

const toolkit = Toolkit.make(Weather, Book, Now, Search, MistralTool.WebSearch())

const Handlers = toolkit.toLayer({
  get_weather: ({ city, day }) =>
    city === "Paris"
      ? Effect.succeed({ degrees: 18, at: day ?? new Date("2026-01-01") })
      : Effect.fail(new NoSuchCity({ city })),
  "trains.book": ({ names, seats }) =>
    seats > 0
      ? Effect.succeed(`${seats} ${Object.keys(names).join(", ")}`)
      : Effect.fail(new NoSuchCity({ city: "?" })),
  get_time: () => Effect.succeed("noon"),
  search: (params) => Effect.succeed({ found: params === undefined ? 0 : 1 })
})

/** The name under which `trains.book` is sent. */
const sentNameOf = (body: Readonly<Record<string, unknown>> | undefined) =>
  // The cast is safe: the body is that of a request with tools.
  (body?.["tools"] as ReadonlyArray<{ readonly function: { readonly name: string } }> | undefined)?.[1]?.function
    .name ??
    ""

const bookName = Effect.gen(function*() {
  const chat = yield* Chat.empty
  yield* chat.generateText({ prompt: "Hi", toolkit })
  return sentNameOf((yield* sentBodies)[0])
}).pipe(Effect.provide(Handlers), Effect.provide(scripted([answer])))

/** Two rounds: the model calls tools, and answers after their results. */
const rounds = (how: "generateText" | "streamText", calls: ReadonlyArray<readonly [name: string, args: unknown]>) =>
  Effect.gen(function*() {
    const chat = yield* Chat.empty
    for (const prompt of ["How is the weather?", []]) {
      yield* how === "generateText"
        ? chat.generateText({ prompt, toolkit })
        : Stream.runDrain(chat.streamText({ prompt, toolkit }))
    }
    const bodies = yield* sentBodies
    assert.strictEqual(bodies.length, 2)
    // The cast is safe: the body is that of a chat request.
    return bodies[1]?.["messages"] as ReadonlyArray<SentMessage>
  }).pipe(
    Effect.provide(Handlers),
    Effect.provide(scripted([how === "generateText" ? calling(...calls) : callingStream(...calls), answer]))
  )

for (const how of ["generateText", "streamText"] as const) {
  describe(`a round of tools (${how})`, () => {
    it.effect("sends the calls and the results of all kinds of tools, each to its call", () =>
      Effect.gen(function*() {
        const book = yield* bookName
        const messages = yield* rounds(how, [
          ["get_weather", "{\"city\":\"Paris\",\"day\":null}"],
          [book, "{\"seats\":2,\"names\":[{\"key\":\"Ada\",\"value\":1}]}"],
          ["get_time", ""],
          ["search", "{\"query\":\"x\"}"]
        ])
        assert.deepStrictEqual(messages.map(({ role, tool_call_id }) => [role, tool_call_id]), [
          ["user", undefined],
          ["assistant", undefined],
          ...[1, 2, 3, 4].map((index) => ["tool", `call0000${index}`])
        ])
        assert.deepStrictEqual(messages[1]?.tool_calls?.map(({ function: { name } }) => name), [
          "get_weather",
          book,
          "get_time",
          "search"
        ])
        assert.deepStrictEqual(messages.slice(2).map(({ content, name }) => [name, content]), [
          ["get_weather", "{\"degrees\":18,\"at\":\"2026-01-01T00:00:00.000Z\"}"],
          [book, "2 Ada"],
          ["get_time", "noon"],
          ["search", "{\"found\":1}"]
        ])
      }))

    it.effect("sends a failure, and arguments that do not fit, as results where the tool returns them", () =>
      Effect.gen(function*() {
        const messages = yield* rounds(how, [
          ["get_weather", "{\"city\":\"Atlantis\"}"],
          ["get_weather", "{\"day\":\"tomorrow\"}"],
          ["get_weather", "Paris"],
          ["get_time", "{}"]
        ])
        const [failed, misfit, text, time] = messages.slice(2).map(({ content }) => String(content))
        assert.deepStrictEqual(JSON.parse(failed ?? ""), { _tag: "NoSuchCity", city: "Atlantis" })
        assert.include(misfit, "Missing key")
        assert.include(misfit, "city")
        assert.include(text, "Expected object")
        assert.strictEqual(time, "noon")
        // What was no JSON is sent back as the model wrote it.
        assert.deepStrictEqual(messages[1]?.tool_calls?.map((call) => call.function.arguments), [
          "{\"city\":\"Atlantis\"}",
          "{\"day\":\"tomorrow\"}",
          "Paris",
          "{}"
        ])
      }))

    const failures: Record<string, readonly [args: string, tag: string]> = {
      "a failure": ["{\"seats\":0,\"names\":{}}", "NoSuchCity"],
      "arguments that do not fit": ["{\"seats\":\"two\"}", "AiError"]
    }
    for (const [name, [args, tag]] of Object.entries(failures)) {
      it.effect(`fails with ${name} where the tool does not return it`, () =>
        Effect.gen(function*() {
          const book = yield* bookName
          const error = yield* Effect.flip(rounds(how, [[book, args]]))
          assert.strictEqual(error._tag, tag)
          if (error._tag === "AiError") assert.strictEqual(error.reason._tag, "ToolParameterValidationError")
        }))
    }

    it.effect("fails with the names of the tools where the model calls one that the toolkit lacks", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(rounds(how, [["get_wether", "{}"]]))
        assert.isTrue(error._tag === "AiError" && error.reason._tag === "ToolNotFoundError")
        if (error._tag !== "AiError" || error.reason._tag !== "ToolNotFoundError") return
        assert.strictEqual(error.reason.toolName, "get_wether")
        assert.deepStrictEqual(error.reason.availableTools, Object.keys(toolkit.tools))
        assert.isTrue(error.isRetryable)
      }))
  })
}

describe("values beyond JSON", () => {
  const Values = Schema.Struct({
    bytes: Schema.Uint8Array,
    note: Schema.Option(Schema.String),
    count: Schema.BigInt,
    wait: Schema.Duration,
    at: Schema.Date
  })
  const json = {
    bytes: "AQL/",
    note: { _tag: "Some", value: "x" },
    count: "12",
    wait: { _tag: "Millis", value: 5 },
    at: "2026-01-01T00:00:00.000Z"
  }
  const echo = Toolkit.make(
    Tool.make("echo", { parameters: Values, success: Values, failure: Values, failureMode: "return" })
  )
  const sent = (fails: boolean, tools: typeof echo | undefined) =>
    Effect.gen(function*() {
      const chat = yield* Chat.empty
      yield* chat.generateText({ prompt: "Hi", toolkit: echo })
      yield* tools === undefined ? chat.generateText({ prompt: [] }) : chat.generateText({ prompt: [], toolkit: tools })
      // The cast is safe: the body is that of a chat request.
      return (yield* sentBodies)[1]?.["messages"] as ReadonlyArray<SentMessage>
    }).pipe(
      Effect.provide(echo.toLayer({ echo: (values) => fails ? Effect.fail(values) : Effect.succeed(values) })),
      Effect.provide(scripted([calling(["echo", json]), answer]))
    )

  it.effect("are sent back as the JSON that the model and the tool wrote", () =>
    Effect.gen(function*() {
      for (const fails of [false, true]) {
        const [, call, result] = yield* sent(fails, echo)
        assert.deepStrictEqual(JSON.parse(call?.tool_calls?.[0]?.function.arguments ?? ""), json)
        assert.deepStrictEqual(JSON.parse(String(result?.content)), json)
      }
    }))

  it.effect("are sent back as they can be where their tool is gone", () =>
    Effect.gen(function*() {
      const [, call] = yield* sent(false, undefined)
      assert.deepInclude(JSON.parse(call?.tool_calls?.[0]?.function.arguments ?? ""), { at: json.at, count: "12" })
    }))
})
