/**
 * A conversation with tools as `docs/tool-calling.md` shows it, whole and streamed, over scripted responses and over the
 * emulator: calls in parallel, a tool that fails, arguments that do not fit, and a tool that does not exist.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message, MistralClient, RetryPolicy, Tool } from "@effect-mistral/core"
import { Emulator, type Script } from "@effect-mistral/emulator"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Layer, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

/** The calls of each round, as the model writes them, and the result that each gets. */
const rounds: ReadonlyArray<ReadonlyArray<Call>> = [
  [
    ["get_weather", "{\"city\":\"Zurich\",\"day\":\"2026-02-01T00:00:00.000Z\"}", "{\"celsius\":4,\"day\":\"Sun\"}"],
    ["exchange", "{\"euros\":100,\"to\":\"CHF\"}", "95"],
    ["get_trains", "{}", "{\"error\":\"There is no timetable\"}"]
  ],
  [
    [
      "exchange",
      "{\"euros\":\"a secret\",\"to\":\"GBP\"}",
      "{\"error\":\"The arguments of the tool exchange do not fit: euros: Expected number; " +
      "to: Expected \\\"USD\\\" | \\\"CHF\\\". Correct them and call it again.\"}"
    ],
    ["get_flights", "{}", "{\"error\":\"There is no tool named get_flights\"}"],
    [
      "get_weather",
      "{\"city\":\"Zur",
      "{\"error\":\"The arguments of the tool get_weather do not fit: Expected a JSON object, got one whose end is missing. " +
      "Correct them and call it again.\"}"
    ]
  ],
  [
    ["exchange", "\"{\\\"euros\\\":50,\\\"to\\\":\\\"CHF\\\"}\"", "47.5"],
    ["get_weather", "{\"city\":\"Zurich\",\"day\":null}", "{\"celsius\":4}"],
    ["get_trains", "", "{\"error\":\"There is no timetable\"}"]
  ]
]

type Call = readonly [name: string, args: string, result: string]

const text = "Take a coat and 142.5 francs."

describe("a loop of three rounds with tools", () => {
  for (const [how, send] of Object.entries(senders())) {
    it.effect(`over a script, ${how}: all results go back in the order of their calls`, () =>
      Effect.gen(function*() {
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const fiber = yield* Effect.forkChild(converse(send))
        // Each tool takes a second, and the three of a round run at the same time.
        yield* TestClock.adjust("3 seconds")
        assert.isDefined(fiber.pollUnsafe(), "the calls of a round did not run in parallel")
        assert.strictEqual(yield* Fiber.join(fiber), text)
        const bodies = (yield* requests).map(({ body }) => body as Chat.Request)
        assert.deepStrictEqual(
          bodies.map(({ messages }) => messages),
          [0, 1, 2, 3].map((count) => conversationAfter(count))
        )
        for (const { tools: sent } of bodies) assert.deepStrictEqual(sent, tools)
      }).pipe(Effect.provide(scriptedChat)))

    it.live(`over the emulator, ${how}: every round is accepted, and all results go back`, () =>
      Effect.gen(function*() {
        const sent: Array<ReadonlyArray<Message.Message>> = []
        const sendAndNote: Send = (request) => Effect.suspend(() => (sent.push(request.messages), send(request)))
        assert.strictEqual(yield* converse(sendAndNote, Effect.void), text)
        assert.deepStrictEqual(sent, [0, 1, 2, 3].map((count) => conversationAfter(count, asMistralSends(how))))
      }).pipe(Effect.provide(emulatedChat)))
  }

  it.effect("runs the calls of a response that has its arguments as objects", () =>
    Effect.gen(function*() {
      const call = { id: "aB3dE6gH9", function: { name: "exchange", arguments: { euros: 10, to: "CHF" } } }
      assert.deepStrictEqual(yield* answer(call, Effect.void), Message.toolResult(call, 9.5))
    }))
})

describe("a call without a name", () => {
  for (const [how, send] of Object.entries(senders())) {
    it.effect(`gets a result that says so, ${how}, and the conversation goes on`, () =>
      Effect.gen(function*() {
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.strictEqual(yield* converse(send, Effect.void), text)
        const [, { body } = assert.fail("one request")] = yield* requests
        assert.deepStrictEqual((body as Chat.Request).messages.at(-1), {
          role: "tool",
          content: "{\"error\":\"There is no tool named \"}",
          tool_call_id: "nameless0",
          name: ""
        })
      }).pipe(Effect.provide(chatOver(({ headers }, round) => {
        const toolCalls = [{ id: "nameless0", function: { name: "", arguments: "{}" } }]
        const options = round === 0 ? { toolCalls } : {}
        const content = round === 0 ? "" : text
        return headers["accept"] === "text/event-stream"
          ? ScriptedHttpClient.sse(TestCompletion.chunks(content, options))
          : ScriptedHttpClient.json(TestCompletion.response(content, options))
      }))))
  }
})

describe("a loop that does not end by itself", () => {
  it.effect("ends after the last round, which asks for a text", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const fiber = yield* Effect.forkChild(converse(Chat.complete))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "")
      const choices = (yield* requests).map(({ body }) => (body as Chat.Request).tool_choice)
      assert.deepStrictEqual(choices, ["auto", "auto", "auto", "auto", "none"])
    }).pipe(Effect.provide(chatOver(() => ScriptedHttpClient.json(responseOf(rounds[0]!))))))
})

const Weather = Schema.Struct({
  city: Schema.String.annotate({ description: "The name of a city" }),
  day: Schema.optionalKey(Schema.Date)
})

const Exchange = Schema.Struct({ euros: Schema.Finite, to: Schema.Literals(["USD", "CHF"]) })

const tools = [
  Tool.fromSchema({ name: "get_weather", description: "The temperature in a city", parameters: Weather, strict: true }),
  Tool.fromSchema({ name: "exchange", description: "Euros in another currency", parameters: Exchange }),
  Tool.fromSchema({ name: "get_trains" })
]

class ToolError extends Data.TaggedError("ToolError")<{ readonly message: string }> {}

const run = Effect.fnUntraced(function*(call: Tool.ReceivedCall) {
  switch (call.function.name) {
    case "get_weather": {
      const { day } = yield* Tool.decodeArguments(call, Weather)
      return { celsius: 4, day: day?.toUTCString().slice(0, 3) }
    }
    case "exchange":
      return (yield* Tool.decodeArguments(call, Exchange)).euros * 0.95
    case "get_trains":
      return yield* new ToolError({ message: "There is no timetable" })
  }
  return yield* new ToolError({ message: `There is no tool named ${call.function.name}` })
})

const answer = (call: Tool.ReceivedCall, before: Effect.Effect<void>) =>
  before.pipe(
    Effect.andThen(run(call)),
    Effect.catch((error) => Effect.succeed(error)),
    Effect.map((result) => Message.toolResult(call, result))
  )

type Send = (request: Chat.Request) => ReturnType<typeof Chat.complete>

const converse = Effect.fnUntraced(function*(send: Send, before: Effect.Effect<void> = Effect.sleep("1 second")) {
  const messages: Array<Message.Message> = [question]
  for (let round = 1;; round++) {
    const response = yield* send({
      model: "mistral-small-latest",
      messages: [...messages],
      tools,
      tool_choice: round < 5 ? "auto" : "none"
    })
    const message = response.choices[0]?.message
    if (!message?.tool_calls?.length || round === 5) return Completion.text(response)
    const results = yield* Effect.forEach(message.tool_calls, (call) => answer(call, before), {
      concurrency: "unbounded"
    })
    messages.push(Message.fromReceived(message), ...results)
  }
})

function senders(): Record<string, Send> {
  return {
    whole: Chat.complete,
    streamed: (request) => Completion.collect(Chat.stream(request))
  }
}

const question = Message.user("What do I need for a day in Zurich?")

const idOf = (round: number, at: number) => `round${round}at${at}`

const callsOf = (calls: ReadonlyArray<Call>): ReadonlyArray<Tool.ReceivedCall> => {
  const round = rounds.indexOf(calls)
  return calls.map(([name, args], at) => ({
    id: idOf(round, at),
    type: "function",
    function: { name, arguments: args },
    index: at
  }))
}

/** The message that sends the calls of a round back. */
type SentBack = (calls: ReadonlyArray<Call>, round: number) => Message.Assistant

const withTypesAndIndexes: SentBack = (calls, round) =>
  Message.assistant("", {
    tool_calls: calls.map(([name, args], at) => ({
      id: idOf(round, at),
      type: "function",
      function: { name, arguments: args },
      index: at
    }))
  })

/** Mistral's calls have neither a type nor an index, and its whole messages with calls no content. */
const asMistralSends = (how: string): SentBack => (calls, round) => ({
  role: "assistant",
  ...(how === "whole" ? undefined : { content: "" }),
  tool_calls: calls.map(([name, args], at) => ({ id: idOf(round, at), function: { name, arguments: args } }))
})

/** The messages of the request after so many rounds. */
const conversationAfter = (count: number, sentBack = withTypesAndIndexes): ReadonlyArray<Message.Message> => [
  question,
  ...rounds.slice(0, count).flatMap((calls, round) => [
    sentBack(calls, round),
    ...calls.map(([name, , content], at) => ({
      role: "tool" as const,
      content,
      tool_call_id: idOf(round, at),
      name
    }))
  ])
]

const chatOver = (script: NonNullable<Parameters<typeof ScriptedHttpClient.layer>[0]>) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

/** A response for each round, whole or in chunks as it is requested, and a text in the end. */
const scriptedChat = chatOver(({ headers }, round) => {
  const calls = rounds[round]
  return headers["accept"] === "text/event-stream"
    ? ScriptedHttpClient.sse(calls === undefined ? TestCompletion.chunks(text) : fragmentsOf(callsOf(calls)))
    : ScriptedHttpClient.json(calls === undefined ? TestCompletion.response(text) : responseOf(calls))
})

const responseOf = (calls: ReadonlyArray<Call>) => TestCompletion.response("", { toolCalls: callsOf(calls) })

/** Calls in chunks as hosted models send them: the name first, then the arguments in pieces. */
const fragmentsOf = (calls: ReadonlyArray<Tool.ReceivedCall>): ReadonlyArray<Completion.Chunk> => {
  const [first, ...others] = TestCompletion.chunks("", { finishReason: "tool_calls" })
  const chunk = (toolCall: Tool.CallDelta): Completion.Chunk => ({
    ...first!,
    choices: [{ index: 0, delta: { tool_calls: [toolCall] }, finish_reason: null }]
  })
  return [
    first!,
    ...calls.flatMap(({ function: { arguments: args, name }, ...call }) => [
      chunk({ ...call, function: { name, arguments: "" } }),
      ...(String(args).match(/[^]{1,7}/g) ?? []).map((piece) =>
        chunk({ index: call.index ?? null, function: { name: "", arguments: piece } })
      )
    ]),
    ...others
  ]
}

const emulatorScript: Script.Script = [
  ...rounds.map((calls): Script.Rule => ({
    answer: {
      tool_calls: callsOf(calls).map(({ function: { arguments: args, name }, id }) => ({
        id: id!,
        name,
        arguments: String(args)
      }))
    },
    times: 1
  })),
  { answer: { text } }
]

const emulatedChat = Chat.layer.pipe(
  Layer.provide(Layer.unwrap(Effect.map(
    Emulator.Emulator,
    ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url, retry: RetryPolicy.none })
  ))),
  Layer.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script: emulatorScript })),
  Layer.provide(FetchHttpClient.layer)
)
