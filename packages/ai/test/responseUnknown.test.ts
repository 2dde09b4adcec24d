import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chunks, response } from "./fixtures/bodies.ts"
import { contentOf, finishMetadata, joined, type Json, streamed, whole } from "./fixtures/parts.ts"

const text = (text: string): Json => ({ type: "text", text })

describe("what this version does not know", () => {
  it.effect("is in the metadata of the end: kinds of content, and keys of the response, the choice, the message and a piece", () =>
    Effect.gen(function*() {
      const content = [{ type: "text", text: "Hi", mood: "calm" }, { type: "sculpture", clay: true }, { type: "text" }]
      const body = {
        ...response({ content, audio: { id: "a" }, refusal: null }, { logprobs: { content: [] }, matched: 1 }),
        system_fingerprint: "fp",
        provider: null
      }
      const parts = yield* whole(body)
      assert.deepStrictEqual(contentOf(parts), [text("Hi")])
      assert.deepPropertyVal(finishMetadata(parts), "unknown", {
        response: { system_fingerprint: "fp" },
        choice: { logprobs: { content: [] }, matched: 1 },
        message: { audio: { id: "a" } },
        content: [{ type: "text", mood: "calm" }, { type: "sculpture", clay: true }, { type: "unknown:text" }]
      })
    }))

  it.effect("is accumulated over the chunks of a stream", () =>
    Effect.gen(function*() {
      const [first, second, last] = chunks({ content: "H", refusal: "n" }, { content: "i", refusal: "o" })
      const { parts } = yield* streamed([
        { ...first, p: "abc", citations: ["a"] },
        { ...second, obfuscation: "abcdef", citations: ["a", "b"] },
        { ...last, p: "" }
      ])
      assert.deepStrictEqual(contentOf(joined(parts)), [text("Hi")])
      assert.deepPropertyVal(finishMetadata(parts), "unknown", {
        response: { citations: ["a", "b"] },
        message: { refusal: "no" }
      })
    }))

  it.effect("may be nested as deeply as JSON can be", () =>
    Effect.gen(function*() {
      const deep = "[".repeat(50_000) + "]".repeat(50_000)
      const body = JSON.stringify(response({ content: "Hi" }, {}, { novel: "DEEP" })).replace("\"DEEP\"", deep)
      const parts = yield* whole(ScriptedHttpClient.text(body, { headers: { "content-type": "application/json" } }))
      assert.deepStrictEqual(contentOf(parts), [text("Hi")])
    }))

  it.effect("never fails a call, whatever the content is made of", () =>
    Effect.gen(function*() {
      for (
        const content of [
          [null],
          [1],
          ["Hi"],
          [[]],
          [{}],
          [{ type: null }],
          [{ type: "thinking" }],
          [{ type: "thinking", thinking: [null, 1, "x", {}] }],
          5,
          {}
        ]
      ) {
        yield* whole(response({ content }))
        const { reason } = yield* streamed(chunks({ content }))
        assert.isUndefined(reason)
      }
    }))
})
