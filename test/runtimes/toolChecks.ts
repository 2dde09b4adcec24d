/** The checks of tool calls through `Chat`: the model calls, the program runs, the model reads the result. */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message, Tool } from "@effect-mistral/core"
import { Effect, Schema } from "effect"
import { failure } from "./calls.ts"
import { expect } from "./expect.ts"
import type { Checks } from "./services.ts"

const Weather = Schema.Struct({ city: Schema.String })

const tools = [Tool.fromSchema({ name: "get_weather", description: "The weather in a city", parameters: Weather })]

const ask = "What is the weather in Zürich and in Kyōto?"

/** The rules of the emulator for these checks. */
export const toolScript = [
  { when: { text: "cold, said the tool" }, answer: { text: "It is cold." } },
  {
    when: { text: ask, tool: "get_weather" },
    answer: {
      tool_calls: [
        { name: "get_weather", arguments: { city: "Zürich" } },
        { name: "get_weather", arguments: { city: "Kyōto" } }
      ]
    }
  },
  {
    when: { text: "What is the weather nowhere?" },
    answer: { tool_calls: [{ name: "get_weather", arguments: "{\"town\":1}" }] }
  }
]

const requestOf = (messages: Chat.Request["messages"]): Chat.Request => ({
  model: "mistral-small-latest",
  messages,
  tools
})

const whole = (messages: Chat.Request["messages"]) => Chat.complete(requestOf(messages))

const accumulated = (messages: Chat.Request["messages"]) => Completion.collect(Chat.stream(requestOf(messages)))

const converse = Effect.fnUntraced(function*(send: typeof whole) {
  const question = Message.user(ask)
  const first = (yield* send([question])).choices[0]?.message ?? {}
  const calls = first.tool_calls ?? []
  const cities = yield* Effect.orDie(Effect.forEach(calls, (call) => Tool.decodeArguments(call, Weather)))
  yield* expect(cities, [{ city: "Zürich" }, { city: "Kyōto" }], "arguments")
  const results = calls.map((call) => Message.toolResult(call, "cold, said the tool"))
  const second = yield* send([question, Message.fromReceived(first), ...results])
  yield* expect(Completion.text(second), "It is cold.", "text")
})

export const toolChecks: Checks = {
  "tools": converse(whole),
  "tools in a stream": converse(accumulated),
  "arguments that do not fit": Effect.gen(function*() {
    const response = yield* whole([Message.user("What is the weather nowhere?")])
    const [call] = response.choices[0]?.message?.tool_calls ?? []
    if (call === undefined) return yield* Effect.die(new Error("no call"))
    const error = yield* failure(Tool.decodeArguments(call, Weather))
    yield* expect(/city/.test(error.message), true, "the place")
  }),
  "a result without its call": Effect.gen(function*() {
    const error = yield* failure(whole([
      Message.user(ask),
      Message.assistant("I do not know."),
      { role: "tool", tool_call_id: "aB3dE6gH9", content: "cold" }
    ]))
    yield* expect(error.reason._tag, "InvalidRequest", "error")
  })
}
