import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Emulator from "../../src/Emulator.ts"
import type * as Script from "../../src/Script.ts"
import { ask, comparable, instant, local, messageOf, post, streamOf } from "../support.ts"

const call = { id: "weather0A", function: { name: "get_weather", arguments: "{}" } }

const script: Script.Script = [
  { when: { text: "Call" }, answer: { thinking: "Is it?", tool_calls: [{ ...call.function, id: call.id }] } },
  { when: { text: "Plain" }, answer: { text: "It is." } },
  { when: { text: "Fog" }, answer: { thinking: "Is it?", text: "It is." } }
]

const sent = (thinking: Emulator.Options["thinking"], more?: Emulator.Options) =>
  local({ ...instant, padding: false, script, thinking, ...more })

const role = { role: "assistant", content: "" }
const thought = (text: string, closed?: boolean) => ({
  type: "thinking",
  thinking: text === "" ? [] : [{ type: "text", text }],
  ...(closed === undefined ? undefined : { closed })
})
const text = (text: string) => ({ type: "text", text })
const pieces = (...content: ReadonlyArray<object>) => ({ content })
const end = { content: "" }

/** What each form makes of "Is it?", "It is.": the content of the whole message, the deltas, and those before a call. */
const forms = {
  magistral: {
    whole: [thought("Is it?"), text("It is.")],
    deltas: [
      role,
      end,
      ...["Is", " it", "?"].map((text) => pieces(thought(text))),
      pieces(thought("")),
      ...["It", " is", "."].map((content) => ({ content })),
      end
    ],
    beforeCall: [role, end, ...["Is", " it", "?"].map((text) => pieces(thought(text))), pieces(thought(""))]
  },
  strings: {
    whole: [thought("Is it?", true), text("It is.")],
    deltas: [
      role,
      ...["Is", " it", "?"].map((text) => pieces(thought(text, false))),
      pieces(thought("", true), text("It")),
      ...[" is", "."].map((content) => ({ content })),
      end
    ],
    beforeCall: [role, ...["Is", " it", "?"].map((text) => pieces(thought(text, false))), pieces(thought("", true))]
  },
  arrays: {
    whole: [thought("Is it?"), text("It is.")],
    deltas: [
      { role: "assistant", ...pieces(thought("Is")) },
      ...[" it", "?"].map((text) => pieces(thought(text))),
      ...["It", " is", "."].map((piece) => pieces(text(piece))),
      end
    ],
    beforeCall: [
      { role: "assistant", ...pieces(thought("Is")) },
      ...[" it", "?"].map((text) => pieces(thought(text)))
    ]
  }
}

const names = Object.keys(forms) as ReadonlyArray<keyof typeof forms>

const deltasOf = (...request: Parameters<typeof ask>) =>
  Effect.map(streamOf(ask(...request)), (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta))

describe("the form of thinking", () => {
  for (const form of names) {
    it.effect(`${form} is as recorded, whole and streamed`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(messageOf((yield* post(ask("Fog"))).json), {
          role: "assistant",
          content: forms[form].whole,
          tool_calls: null
        })
        assert.deepStrictEqual<unknown>(yield* deltasOf("Fog"), forms[form].deltas)
      }).pipe(Effect.provide(sent(form))))

    it.effect(`${form} ends before a tool call`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(yield* deltasOf("Call"), [
          ...forms[form].beforeCall,
          { content: null, tool_calls: [call] }
        ])
      }).pipe(Effect.provide(sent(form))))

    it.effect(`${form} changes no text without thinking`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(yield* deltasOf("Plain"), [
          role,
          { content: "It" },
          { content: " is" },
          { content: "." },
          end
        ])
      }).pipe(Effect.provide(sent(form))))

    it.effect(`${form} is read by the client as the whole response, however it is cut`, () =>
      Effect.gen(function*() {
        for (const [question, max_tokens] of [["Fog", 20], ["Fog", 2], ["Fog", 3], ["Fog", 4], ["Call", 20]] as const) {
          const request = ask(question, { max_tokens })
          const whole = yield* Chat.complete(request)
          const folded = yield* Completion.collect(Chat.stream(request))
          assert.deepStrictEqual(comparable(folded), comparable(whole), `${question} ${max_tokens}`)
          assert.strictEqual(Completion.thinking(folded), "Is it?".slice(0, max_tokens === 2 ? 5 : 6))
        }
      }).pipe(Effect.provide(sent(form))))
  }

  it.effect("is that of the model by default: Magistral's own, or that of an adjustable effort", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>(yield* deltasOf("Fog", { model: "magistral-small-2509" }), forms.magistral.deltas)
      assert.deepStrictEqual<unknown>(yield* deltasOf("Fog", { model: "acme" }), forms.magistral.deltas)
      assert.deepStrictEqual<unknown>(yield* deltasOf("Fog"), forms.strings.deltas)
    }).pipe(Effect.provide(sent(undefined, { models: { acme: "magistral-medium-latest" } }))))

  it.effect("mixed takes every one, the same for the same request and seed", () =>
    Effect.gen(function*() {
      const requests = Array.from({ length: 30 }, (_, temperature) => [{ temperature: temperature / 30 }] as const)
      const send = Effect.forEach(requests, ([more]) => deltasOf("Fog", more))
      const first = yield* Effect.provide(send, sent("mixed"))
      assert.deepStrictEqual(yield* Effect.provide(send, sent("mixed")), first)
      assert.notDeepEqual(yield* Effect.provide(send, sent("mixed", { seed: 1 })), first)
      assert.strictEqual(new Set(first.map((deltas) => JSON.stringify(deltas))).size, names.length)
    }))
})

describe("thinking", () => {
  it.effect("comes from Magistral models without being asked, from others if the request asks for it", () =>
    Effect.gen(function*() {
      const thinks = (...request: Parameters<typeof ask>) =>
        Effect.map(Chat.complete(ask(...request)), (response) => Completion.thinking(response) !== "")
      const question = "Tell me about lighthouses"
      for (const model of ["magistral-small-latest", "magistral-medium-2509", "acme"]) {
        assert.isTrue(yield* thinks(question, { model }), model)
        assert.isTrue(yield* thinks(question, { model, prompt_mode: "reasoning" }), model)
      }
      assert.isFalse(yield* thinks(question))
      assert.isFalse(yield* thinks(question, { reasoning_effort: "none" }))
      assert.isTrue(yield* thinks(question, { reasoning_effort: "high" }))
    }).pipe(Effect.provide(local({ ...instant, models: { acme: "magistral-small-latest" } }))))
})
