import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { chunks as cases, withDelta } from "./fixtures/accumulatedChunks.ts"

const head = { id: "i", model: "m" }

/** Any JSON as a chunk. Most of it fits the schema, the rest is what tolerant reading lets through. */
const chunkOf = (json: object) => ({ ...head, ...json }) as Completion.Chunk

describe("a collected stream", () => {
  for (const [name, chunks, response] of cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const given = chunks.map(chunkOf)
        const before = JSON.stringify(given)
        const collected = yield* Completion.collect(Stream.fromIterable(given))
        assert.deepStrictEqual<unknown>(collected, { ...response, ...head })
        assert.isTrue(Schema.is(Completion.Response)(collected))
        assert.deepStrictEqual(
          Completion.toResponse(given.reduce(Completion.append, Completion.emptyAccumulator)),
          collected
        )
        assert.strictEqual(JSON.stringify(given), before)
      }))
  }

  it.effect("keeps the id and the model where other chunks have empty ones", () =>
    Effect.gen(function*() {
      const chunks = [{ id: "", model: "" }, { id: "i", model: "m" }, { id: "", model: "" }]
        .map((head): Completion.Chunk => ({ ...head, object: "chat.completion.chunk", choices: [] }))
      assert.deepStrictEqual(yield* Completion.collect(Stream.fromIterable(chunks)), {
        ...head,
        object: "chat.completion",
        choices: []
      })
    }))

  it.effect("has the thinking of all its chunks", () =>
    Effect.gen(function*() {
      for (const [, chunks] of cases) {
        const given = chunks.map(chunkOf)
        const collected = yield* Completion.collect(Stream.fromIterable(given))
        assert.strictEqual(Completion.thinking(collected), given.map(Completion.chunkThinking).join(""))
      }
    }))

  it.effect("takes the last of values that are nested too deeply to be merged", () =>
    Effect.gen(function*() {
      const nest = (leaf: string) => JSON.parse("{\"a\":".repeat(100_000) + `"${leaf}"` + "}".repeat(100_000))
      const lists = (leaf: string) => JSON.parse("[".repeat(100_000) + `"${leaf}"` + "]".repeat(100_000))
      const chunks = ["x", "y", "y"].map((leaf) =>
        chunkOf({
          ...withDelta({ content: leaf, deep: nest(leaf), annotations: lists(leaf) }, { deep: nest(leaf) }),
          deep: nest(leaf),
          list: lists(leaf),
          usage: { deep: nest(leaf) }
        })
      )
      assert.strictEqual(Completion.text(yield* Completion.collect(Stream.fromIterable(chunks))), "xyy")
    }))

  const many = 30_000
  const indexes = Array.from({ length: many }, (_, index) => index)
  const choice = (index: number) => ({ index, delta: { content: `${index}` }, finish_reason: "stop" })
  const streams: Record<string, ReadonlyArray<object>> = {
    "in one chunk": [{ choices: indexes.map(choice) }],
    "in as many chunks": indexes.map((index) => ({ choices: [choice(index)] }))
  }
  for (const [name, chunks] of Object.entries(streams)) {
    it.effect(`adds up to ${many} choices ${name}`, () =>
      Effect.gen(function*() {
        const given = chunks.map(chunkOf)
        const { choices } = yield* Completion.collect(Stream.fromIterable(given))
        assert.strictEqual(
          choices.map(({ index, message }) => `${index} ${String(message?.content)}`).join(),
          indexes.map((index) => `${index} ${index}`).join()
        )
        const appended = Completion.toResponse(given.reduce(Completion.append, Completion.emptyAccumulator))
        assert.isTrue(JSON.stringify(appended.choices) === JSON.stringify(choices))
      }))
  }
})
