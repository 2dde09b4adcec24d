/** The streams and bodies of core's tests: their parts are those of the response that core makes of them. */
import { Completion } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { chunks as accumulated } from "../../core/test/fixtures/accumulatedChunks.ts"
import { messages } from "../../core/test/fixtures/accumulatedMessages.ts"
import { cutResponse } from "../../core/test/fixtures/responseCuts.ts"
import { changed, tolerated } from "../../core/test/fixtures/toleratedCompletions.ts"
import { toolCalls } from "../../core/test/fixtures/toolCallFragments.ts"
import { Recipe, responseOf } from "../../core/test/fixtures/wholeResponses.ts"
import { endedBy } from "./fixtures/bodies.ts"
import { assertWellFormed, joined, type Json, streamed, streamedAt, whole } from "./fixtures/parts.ts"

const deferred = { deferred: true }

const head = { id: "1", model: "m", created: 7 }

describe("a stream has the parts of the response that it adds up to", () => {
  const streams: ReadonlyArray<readonly [name: string, chunks: ReadonlyArray<object>]> = [
    ...accumulated.filter(([, chunks]) => chunks.some(({ choices }) => (choices as ReadonlyArray<unknown>).length > 0))
      .map(([name, chunks]) => [name, chunks] as const),
    ...messages.map(([name, deltas]) => [name, endedBy("stop", ...deltas)] as const),
    ...toolCalls.map(([name, deltas]) =>
      [name, endedBy("tool_calls", ...deltas.map((tool_calls) => ({ tool_calls })))] as const
    )
  ]
  for (const [name, list] of streams) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const chunks = list.map((chunk) => ({ ...head, ...chunk }))
        const { parts, reason } = yield* streamed(chunks, deferred)
        assert.isUndefined(reason)
        // The cast is safe: `collect` reads chunks as they are sent.
        const response = yield* Completion.collect(
          Stream.fromIterable(chunks as unknown as ReadonlyArray<Completion.Chunk>)
        )
        assert.deepStrictEqual(withoutHead(joined(parts)), withoutHead(yield* whole(response, deferred)))
      }))
  }
})

describe("a body with something missing or misshapen fails no call", () => {
  for (const [name, [sent]] of Object.entries(tolerated("message"))) {
    it.effect(`whole, ${name}`, () =>
      Effect.gen(function*() {
        const parts = yield* whole(changed("message", sent), deferred)
        assert.strictEqual(parts.at(-1)?.type, "finish")
      }))
  }
  for (const [name, [sent]] of Object.entries(tolerated("delta")).filter(([, [sent]]) => !("choices" in sent))) {
    it.effect(`streamed, ${name}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* streamed([changed("delta", sent)], deferred)
        assert.isUndefined(reason)
      }))
  }
})

it.effect.prop(
  "a stream has the texts, the calls and the end of its response, however that was cut",
  { recipe: Recipe, numbers: Schema.Array(Schema.Natural) },
  ({ numbers, recipe }) =>
    Effect.gen(function*() {
      const response = responseOf(recipe)
      const choices = response["choices"] as ReadonlyArray<Json>
      if (
        choices.length === 0 || choices.some((choice) => choice["messages"] || choice["finish_reason"] === "error")
      ) return
      const stream = yield* streamedAt(17, cutResponse(response, numbers), deferred)
      assert.isUndefined(stream.reason)
      assertWellFormed(stream)
      const parts = yield* whole(response, deferred)
      for (const  of of[textOf, callsOf, endOf]) assert.deepStrictEqual<unknown>(of(joined(stream.parts)), of(parts))
    }),
  { arbitrary: { runs: 100 } }
)

/** The parts without what differs between a stream and a response: the headers, and the time of chunks without one. */
const withoutHead = (parts: ReadonlyArray<Json>): ReadonlyArray<unknown> =>
  parts.map(({ response: _response, timestamp: _timestamp, ...part }) => part)

const textOf = (parts: ReadonlyArray<Json>): string =>
  parts.map((part) => part.type === "text" ? part["text"] : "").join("")

/** The calls, apart from the ids that are made. */
const callsOf = (parts: ReadonlyArray<Json>): ReadonlyArray<unknown> =>
  parts.filter(({ type }) => type === "tool-call").map(({ name, params }) => ({ name, params }))

/** The end, apart from pieces of content, whose texts a stream may bring between them. */
const endOf = (parts: ReadonlyArray<Json>): unknown => {
  const { metadata, reason, usage } = parts.at(-1)! as Json & {
    readonly metadata: { readonly mistral: { readonly unknown?: Json } }
  }
  const { unknown, ...mistral } = metadata.mistral
  const { content: _content, ...keys } = { ...unknown }
  return { reason, usage, mistral, keys }
}
