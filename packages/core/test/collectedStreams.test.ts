/** Streams as servers of many kinds send them, read by the client and collected, beside the whole completion. */
import * as Completion from "@effect-mistral/core/Completion"
import * as Message from "@effect-mistral/core/Message"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { complete, stream } from "./fixtures/completions.ts"

const head = { id: "i", object: "chat.completion.chunk", created: 1, model: "m" }
const request = { model: "m", messages: [Message.user("Hi")] }

const fragments = (...deltas: ReadonlyArray<ReadonlyArray<object>>) => deltas.map((tool_calls) => ({ tool_calls }))

/** Each case: the deltas of a stream, and the message that the whole completion would have had. */
const cases: Record<string, readonly [deltas: ReadonlyArray<object | null>, message: object]> = {
  "a call whose ids change, with names that are null": [
    fragments(
      [{ index: 0, id: "A", type: "function", function: { name: "f", arguments: "" } }],
      [{ index: 0, id: "B", type: "function", function: { name: null, arguments: "{\"a\":" } }],
      [{ index: 0, id: "C", type: "function", function: { name: null, arguments: "1}" } }]
    ),
    { tool_calls: [{ id: "A", type: "function", function: { name: "f", arguments: "{\"a\":1}" }, index: 0 }] }
  ],
  "a call whose first fragment has function: null": [
    fragments(
      [{ index: 0, id: "A", type: "function", function: null }],
      [{ index: 0, function: { name: "f", arguments: null } }],
      [{ index: 0, function: { arguments: "{\"a\":1}" } }],
      [{ index: 0 }]
    ),
    { tool_calls: [{ id: "A", type: "function", function: { name: "f", arguments: "{\"a\":1}" }, index: 0 }] }
  ],
  "a call without arguments": [
    fragments([{ index: 0, id: "A", function: { name: "f", arguments: null } }], [{ index: 0, function: {} }]),
    { tool_calls: [{ id: "A", function: { name: "f", arguments: null }, index: 0 }] }
  ],
  "reasoning_content": [
    [
      { role: "assistant", content: null, reasoning_content: "I " },
      { reasoning_content: "think " },
      { reasoning_content: "so." },
      { content: "Yes" },
      null
    ],
    { content: "Yes", reasoning_content: "I think so." }
  ],
  "reasoning": [
    [{ reasoning: "I " }, { reasoning: "think " }, { reasoning: "so.", content: "" }, { content: "Yes" }, {}],
    { content: "Yes", reasoning: "I think so." }
  ],
  "thinking as a string": [
    [
      { content: [{ type: "thinking", thinking: "I " }] },
      { content: [{ type: "thinking", thinking: "think so." }] },
      { content: [{ type: "text", text: "Yes" }] }
    ],
    { content: [{ type: "thinking", thinking: "I think so." }, { type: "text", text: "Yes" }] }
  ],
  "padding": [
    [{ content: "Y", p: "abc" }, { content: "es", p: "" }, { content: "", p: "abcdef" }],
    { content: "Yes" }
  ]
}

describe("a stream that is read and collected", () => {
  for (const [name, [deltas, message]] of Object.entries(cases)) {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const chunks = [
      ...deltas.map((delta) => ({ ...head, p: "ab", choices: [{ index: 0, delta, finish_reason: null }] })),
      { ...head, choices: [{ index: 0, delta: null, finish_reason: "stop" }] },
      { ...head, choices: [], usage }
    ]
    const whole = {
      ...head,
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
      usage
    }

    it.effect(`is the whole completion: ${name}`, () =>
      Effect.gen(function*() {
        const { error, response } = yield* Completion.collectPartial(stream(request))
        assert.deepStrictEqual(error._tag, "None")
        const expected = yield* complete(request)
        assert.deepStrictEqual(response, expected)
        assert.strictEqual(Completion.thinking(response), Completion.thinking(expected))
      }).pipe(Effect.provide(scripted([
        // As text: no answer here is valid by the types.
        ScriptedHttpClient.bytes(
          [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"],
          { headers: { "content-type": "text/event-stream" } }
        ),
        ScriptedHttpClient.json(whole)
      ]))))
  }
})

const scripted = (answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  MistralClient.layer({ retry: RetryPolicy.none }).pipe(Layer.provideMerge(ScriptedHttpClient.layer(answers)))
