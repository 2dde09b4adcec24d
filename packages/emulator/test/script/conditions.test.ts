import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type { Script } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, post, postTo } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

describe("a rule's condition", () => {
  for (
    const [what, when, fitting, other] of [
      [
        "a text of any message",
        { any: "blue" },
        ask("", { messages: [{ role: "system", content: "Prefer blue" }, { role: "user", content: "Hi" }] }),
        ask("Prefer red")
      ],
      [
        "a text of a system message",
        { system: "blue" },
        ask("", { messages: [{ role: "system", content: "Prefer blue" }, { role: "user", content: "Hi" }] }),
        ask("Prefer blue")
      ],
      ["the turn of the conversation", { turn: 2 }, afterResult("12 degrees"), ask("How warm is it?")],
      [
        "the turn that a prefix continues",
        { turn: 1 },
        ask("", {
          messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "Well, ", prefix: true }]
        }),
        afterResult("12 degrees")
      ],
      ["a text of a tool's result", { result: "12 deg" }, afterResult("12 degrees"), afterResult("30 degrees")],
      ["the id of the call with the result", { call_id: "abcdef123" }, afterResult("1"), afterResult("1", "zzzzzz999")],
      ["the function with the result", { result_of: "get_weather" }, afterResult("1"), ask("get_weather")],
      [
        "a function that the request offers",
        { tool: "get_weather" },
        ask("Hi", { tools: [weather] }),
        ask("Hi", { tools: [{ ...weather, function: { ...weather.function, name: "get_time" } }] })
      ],
      ["whether the response is streamed", { stream: true }, ask("Hi", { stream: true }), ask("Hi")],
      ["that it is not streamed", { stream: false }, ask("Hi"), ask("Hi", { stream: true })],
      [
        "the type of the response format",
        { response_format: "json_object" },
        ask("Hi", { response_format: { type: "json_object" } }),
        ask("Hi")
      ],
      [
        "that the response is a text",
        { response_format: "text" },
        ask("Hi"),
        ask("Hi", { response_format: { type: "json_object" } })
      ]
    ] satisfies ReadonlyArray<
      readonly [string, Script.Condition, CompletionRequest.Chat, CompletionRequest.Chat]
    >
  ) {
    it.effect(`tells requests apart by ${what}`, () =>
      Effect.gen(function*() {
        assert.include((yield* post(fitting)).text, "fits")
        const refused = yield* post(other)
        assert.strictEqual(refused.status, 400)
        assert.include(refused.text, `when.${Object.keys(when)[0]} does not fit`)
      }).pipe(Effect.provide(scripted([{ when, answer: { text: "fits" } }], { strict: true }))))
  }

  it.effect("tells requests apart by a header, whatever the case of its name", () =>
    Effect.gen(function*() {
      const send = (tenant: string) => post(ask("Hi"), { headers: { "x-tenant": tenant } })
      assert.include((yield* send("a")).text, "for a")
      assert.notInclude((yield* send("b")).text, "for a")
    }).pipe(Effect.provide(scripted([{ when: { header: { "X-Tenant": "a" } }, answer: { text: "for a" } }]))))

  it.effect("looks at the last conversation and the last text of an input", () =>
    Effect.gen(function*() {
      const one = (content: string) => [{ role: "user", content }]
      for (
        const [path, input] of [
          ["/v1/embeddings", ["a", "last"]],
          ["/v1/moderations", ["a", "last"]],
          ["/v1/chat/moderations", [one("a"), one("last")]],
          ["/v1/chat/moderations", one("last")],
          ["/v1/classifications", "last"],
          ["/v1/chat/classifications", [{ messages: one("a") }, { messages: one("last") }]]
        ] as const
      ) {
        const hit = yield* postTo(path)({ model: "m", input })
        assert.strictEqual(hit.status, 418, path)
        const miss = yield* postTo(path)({ model: "m", input: Array.isArray(input) ? input.slice(0, 1) : "a" })
        if (Array.isArray(input) && input.length > 1) assert.notStrictEqual(miss.status, 418, path)
      }
    }).pipe(Effect.provide(scripted([{ when: { text: "last" }, answer: { error: { status: 418 } } }]))))
})

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: {} } }
} as const

/** A conversation whose last message is the result of a call of `get_weather`. */
function afterResult(content: string, id = "abcdef123"): CompletionRequest.Chat {
  return ask("", {
    tools: [weather],
    messages: [
      { role: "user", content: "How warm is it?" },
      { role: "assistant", content: "", tool_calls: [{ id, function: { name: "get_weather", arguments: "{}" } }] },
      { role: "tool", tool_call_id: id, content }
    ]
  })
}
