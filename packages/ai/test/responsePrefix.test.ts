import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Prompt } from "effect/ai"
import { chunks, response } from "./fixtures/bodies.ts"
import { contentOf, joined, type Json, streamed, whole } from "./fixtures/parts.ts"

const after = (prefix: string): ReadonlyArray<Prompt.MessageEncoded> => [
  { role: "user", content: "What is the capital of France?" },
  { role: "assistant", content: prefix }
]

const text = (text: string): ReadonlyArray<Json> => text === "" ? [] : [{ type: "text", text }]

/** Asserts the text of a response whole, and streamed in pieces of each length. */
const assertText = (prefix: string, content: string, expected: string) =>
  Effect.gen(function*() {
    const prompt = after(prefix)
    assert.deepStrictEqual(contentOf(yield* whole(response({ content }), { prompt })), text(expected))
    for (const length of [1, 2, 5, 1000]) {
      const pieces = content.match(new RegExp(`[^]{1,${length}}`, "gu")) ?? []
      const { parts, reason } = yield* streamed(chunks(...pieces.map((content) => ({ content }))), { prompt })
      assert.isUndefined(reason)
      assert.deepStrictEqual(contentOf(joined(parts)), text(expected))
    }
  })

describe("the prefix that a response repeats", () => {
  it.effect("is removed", () => assertText("The capital is", "The capital is Paris.", " Paris."))

  it.effect("is removed where it is the whole response", () => assertText("The capital is", "The capital is", ""))

  it.effect("is removed where white space at its ends differs", () =>
    Effect.gen(function*() {
      yield* assertText("The capital is ", "The capital is Paris.", "Paris.")
      yield* assertText("The capital is ", "The capital is", "")
      yield* assertText("The capital is ", "The capital is\nParis.", "\nParis.")
      yield* assertText("  {", "\n {\"a\": 1}", "\"a\": 1}")
    }))

  it.effect("is removed with characters of several units", () => assertText("né à 🎨", "né à 🎨 巴黎", " 巴黎"))

  it.effect("is not removed where the response does not begin with it", () =>
    Effect.gen(function*() {
      yield* assertText("The capital is", " Paris.", " Paris.")
      yield* assertText("The capital is", "The capital of France is Paris.", "The capital of France is Paris.")
      yield* assertText("The capital is", "The cap", "The cap")
      yield* assertText("The capital is", "It is. The capital is Paris.", "It is. The capital is Paris.")
    }))

  it.effect("is removed once", () => assertText("ha", "hahaha", "haha"))

  it.effect("is given back where something else than text follows a part of it", () =>
    Effect.gen(function*() {
      const prompt = after("The capital is")
      const content = [{ type: "text", text: "The cap" }, {
        type: "thinking",
        thinking: [{ type: "text", text: "Hm." }]
      }, {
        type: "text",
        text: "ital is Paris."
      }]
      const expected = [...text("The cap"), { type: "reasoning", text: "Hm." }, ...text("ital is Paris.")]
      assert.deepStrictEqual(contentOf(yield* whole(response({ content }), { prompt })), expected)
    }))

  it.effect("is removed after the thinking", () =>
    Effect.gen(function*() {
      const prompt = after("The capital is")
      const { parts } = yield* streamed(
        chunks({ reasoning: "Hm." }, { content: "The capital" }, { content: " is Paris." }),
        { prompt }
      )
      assert.deepStrictEqual(contentOf(joined(parts)), [
        { type: "reasoning", text: "Hm.", metadata: { mistral: { field: "reasoning" } } },
        ...text(" Paris.")
      ])
    }))
})
