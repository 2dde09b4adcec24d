import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Emulator from "../../src/Emulator.ts"
import type * as Script from "../../src/Script.ts"
import { ask, comparable, instant, local, messageOf, post, streamOf } from "../support.ts"

const script: Script.Script = [
  { when: { text: "Cut" }, answer: { tool_calls: [weather("Par")], finish_reason: "length" } },
  { when: { text: "Both" }, answer: { text: "Yes.", tool_calls: [weather("Paris"), time()] } },
  { when: { text: "Thanks" }, answer: { text: "Welcome." } },
  { answer: { tool_calls: [weather("Paris"), time()] } }
]

const sent = (toolCalls: Emulator.Options["toolCalls"], more?: Emulator.Options) =>
  local({ ...instant, padding: false, script, toolCalls, ...more })

const weatherText = "{\"city\":\"Paris\"}"

/** What each form makes of the two calls: the whole message, and the deltas of a stream. */
const forms = {
  mistral: {
    message: {
      role: "assistant",
      tool_calls: [called("weather0A", "get_weather", weatherText), called("time00000", "get_time", "{}")]
    },
    deltas: [
      { role: "assistant", content: "" },
      {
        content: null,
        tool_calls: [called("weather0A", "get_weather", weatherText), called("time00000", "get_time", "{}")]
      }
    ]
  },
  index: {
    message: {
      role: "assistant",
      content: "",
      tool_calls: [
        { ...called("weather0A", "get_weather", weatherText), index: 0 },
        { ...called("time00000", "get_time", "{}"), index: 1 }
      ]
    },
    deltas: [
      { role: "assistant", content: "" },
      {
        tool_calls: [
          { ...called("weather0A", "get_weather", weatherText), index: 0 },
          { ...called("time00000", "get_time", "{}"), index: 1 }
        ]
      }
    ]
  },
  type: {
    message: {
      role: "assistant",
      content: "",
      prefix: false,
      tool_calls: [
        { ...called("weather0A", "get_weather", weatherText), type: "function" },
        { ...called("time00000", "get_time", "{}"), type: "function" }
      ]
    },
    deltas: [
      { role: "assistant", content: "" },
      {
        content: "",
        tool_calls: [
          { ...called("weather0A", "get_weather", weatherText), type: "function" },
          { ...called("time00000", "get_time", "{}"), type: "function" }
        ]
      }
    ]
  },
  fragments: {
    message: {
      role: "assistant",
      content: "",
      tool_calls: [
        { ...called("weather0A", "get_weather", weatherText), type: "function", index: 0 },
        { ...called("time00000", "get_time", "{}"), type: "function", index: 1 }
      ]
    },
    deltas: [
      { role: "assistant", content: "" },
      { role: "assistant", index: 0, content: "" },
      fragment(0, "get_weather", "", "weather0A"),
      ...["{\"", "city", "\":\"", "Paris", "\"}"].map((text) => fragment(0, "", text)),
      fragment(1, "get_time", "", "time00000"),
      fragment(1, "", "{}"),
      { index: 0, content: "" }
    ]
  },
  object: {
    message: {
      role: "assistant",
      content: "",
      tool_calls: [
        { ...called("weather0A", "get_weather", { city: "Paris" }), type: "function", index: 0 },
        { ...called("time00000", "get_time", {}), type: "function", index: 1 }
      ]
    },
    deltas: [
      { role: "assistant", content: "" },
      {
        content: "",
        tool_calls: [
          { ...called("weather0A", "get_weather", { city: "Paris" }), type: "function", index: 0 },
          { ...called("time00000", "get_time", {}), type: "function", index: 1 }
        ]
      }
    ]
  }
} as const

const names = Object.keys(forms) as ReadonlyArray<keyof typeof forms>

describe("the form of tool calls", () => {
  for (const form of names) {
    it.effect(`${form} is as recorded, whole and streamed`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(messageOf((yield* post(ask("Go"))).json), forms[form].message)
        const choices = (yield* streamOf(ask("Go"))).map((chunk) => chunk.choices[0])
        assert.deepStrictEqual<unknown>(choices.map((choice) => choice?.delta), forms[form].deltas)
        assert.deepStrictEqual(choices.map((choice) => choice?.finish_reason), [
          ...forms[form].deltas.slice(1).map(() => null),
          "tool_calls"
        ])
      }).pipe(Effect.provide(sent(form))))

    it.effect(`${form} is read by the client, whose conversation goes on with it`, () =>
      Effect.gen(function*() {
        for (const question of ["Go", "Both"]) {
          const whole = yield* Chat.complete(ask(question))
          const folded = yield* Completion.collect(Chat.stream(ask(question)))
          assert.deepStrictEqual(withoutKeys(folded), withoutKeys(whole))
          const message = whole.choices[0]?.message ?? assert.fail("no message")
          const calls = message.tool_calls ?? []
          assert.deepStrictEqual(calls.map((call) => [call.id, call.function.name]), [
            ["weather0A", "get_weather"],
            ["time00000", "get_time"]
          ])
          const after = yield* Chat.complete(ask("", {
            messages: [
              Message.user(question),
              Message.fromReceived(message),
              ...calls.map((call) => Message.toolResult(call, "Done")),
              Message.assistant("Done."),
              Message.user("Thanks")
            ]
          }))
          assert.strictEqual(Completion.text(after), "Welcome.")
        }
      }).pipe(Effect.provide(sent(form))))
  }

  it.effect("mistral is the default, and a hosted model sends fragments", () =>
    Effect.gen(function*() {
      const deltas = (model: string) =>
        Effect.map(streamOf(ask("Go", { model })), (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta))
      assert.deepStrictEqual<unknown>(yield* deltas("mistral-large-latest"), forms.mistral.deltas)
      assert.deepStrictEqual<unknown>(yield* deltas("zai-glm-5-2"), forms.fragments.deltas)
      assert.deepStrictEqual<unknown>(yield* deltas("acme-glm"), forms.fragments.deltas)
    }).pipe(Effect.provide(sent(undefined, { models: { "acme-glm": "zai-glm-5-2" } }))))

  it.effect("object leaves arguments that were cut a text", () =>
    Effect.gen(function*() {
      const { choices } = yield* Chat.complete(ask("Cut"))
      assert.deepStrictEqual(choices[0]?.message?.tool_calls?.map((call) => call.function.arguments), [
        "{\"city\": \"Par"
      ])
    }).pipe(Effect.provide(sent("object"))))

  it.effect("mixed takes every one, the same for the same request and seed", () =>
    Effect.gen(function*() {
      const questions = Array.from({ length: 40 }, (_, at) => ask(`Go ${at}`))
      const send = Effect.forEach(questions, (question) => Effect.map(post(question), ({ json }) => messageOf(json)))
      const first = yield* Effect.provide(send, sent("mixed"))
      assert.deepStrictEqual(yield* Effect.provide(send, sent("mixed")), first)
      assert.notDeepEqual(yield* Effect.provide(send, sent("mixed", { seed: 1 })), first)
      const texts = new Set(first.map((message) => JSON.stringify(sorted(message))))
      // Whole messages of the form `fragments` are complete, as no recording of one is known.
      assert.strictEqual(texts.size, names.length)
    }))
})

function weather(city: string) {
  const args = city === "Paris" ? { city } : `{"city": "${city}`
  return { id: "weather0A", name: "get_weather", arguments: args }
}

function time() {
  return { id: "time00000", name: "get_time", arguments: {} }
}

function called<Arguments>(id: string, name: string, args: Arguments) {
  return { id, function: { name, arguments: args } }
}

function fragment(index: number, name: string, text: string, id?: string) {
  return {
    tool_calls: [{
      ...(id === undefined ? undefined : { id }),
      type: "function",
      function: { name, arguments: text },
      index
    }],
    index: 0,
    content: ""
  }
}

/** A response without keys that only the whole form of a call has: `prefix`. */
const withoutKeys = (response: Completion.Response) =>
  comparable({
    ...response,
    choices: response.choices.map((choice) => {
      const { prefix: _, ...message } = choice.message ?? {}
      return { ...choice, message }
    })
  })

const sorted = (value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
