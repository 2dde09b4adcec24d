/**
 * Properties of every stream: whatever its line endings, its cuts and its bytes are.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { cut, cuts } from "../../core/test/fixtures/cuts.ts"

describe("a stream", () => {
  it.effect.prop(
    "gives the same chunks whatever its line endings, its comments and its cuts",
    [Schema.Array(Completion.Chunk).check(Schema.isMaxLength(8)), style, cuts],
    ([generated, style, cuts]) =>
      Effect.gen(function*() {
        const chunks = generated.map(wellMeant)
        const { given, outcome } = yield* run(cut(encode(write(chunks, style)), cuts))
        assert.strictEqual(outcome, chunks.some(({ choices }) => choices.length > 0) ? "well" : "StreamEndedEarly")
        assert.deepStrictEqual(given, chunks)
      })
  )

  it.effect.prop(
    "that is cut off gives the chunks that are whole, and says that it ended early or where it broke",
    [Schema.Array(Completion.Chunk).check(Schema.isMaxLength(5)), style, cuts, Schema.Finite],
    ([generated, style, cuts, where]) =>
      Effect.gen(function*() {
        const chunks = generated.map(wellMeant)
        const bytes = encode(write(chunks, style))
        const length = Math.abs(Math.trunc(where)) % (bytes.length + 1)
        const { given, outcome } = yield* run(cut(bytes.slice(0, length), cuts))
        assert.deepStrictEqual(given, chunks.slice(0, given.length))
        assert.include(["well", "StreamEndedEarly", "InvalidResponse"], outcome)
        if (given.length < chunks.length) assert.notStrictEqual(outcome, "well")
      })
  )

  it.effect.prop(
    "of bytes at random ends with a reason, and leaves nothing open",
    [Schema.Array(byte).check(Schema.isMaxLength(200)), cuts, Schema.Boolean],
    ([bytes, cuts, asEvents]) =>
      Effect.gen(function*() {
        const { outcome, open } = yield* run(
          cut(new Uint8Array(bytes), cuts),
          asEvents ? "text/event-stream" : "text/plain"
        )
        assert.include(["StreamEndedEarly", "InvalidResponse", "StreamError"], outcome)
        assert.strictEqual(open, 0)
      })
  )

  it.effect.prop(
    "that is damaged in one byte ends well or with a reason, and leaves nothing open",
    [Schema.Array(Completion.Chunk).check(Schema.isMinLength(1), Schema.isMaxLength(4)), cuts, Schema.Finite, byte],
    ([generated, cuts, where, replacement]) =>
      Effect.gen(function*() {
        const chunks = generated.map(wellMeant)
        const bytes = encode(write(chunks, { end: "\n", space: true, comments: false, bom: false }))
        bytes[Math.abs(Math.trunc(where)) % bytes.length] = replacement
        const { open, outcome } = yield* run(cut(bytes, cuts))
        assert.include(["well", "StreamEndedEarly", "InvalidResponse", "StreamError", "GenerationFailed"], outcome)
        assert.strictEqual(open, 0)
      })
  )
})

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const scripted = (answer: ScriptedHttpClient.Answer) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer([answer]))
  )

const run = (reads: ReadonlyArray<Uint8Array>, contentType = "text/event-stream") => {
  const given: Array<Completion.Chunk> = []
  return Effect.gen(function*() {
    const outcome = yield* Chat.stream(request).pipe(
      Stream.runForEach((chunk) => Effect.sync(() => void given.push(chunk))),
      Effect.match({ onSuccess: () => "well", onFailure: (error) => error.reason._tag })
    )
    // The rest of the body after [DONE] is drained for a moment.
    yield* TestClock.adjust("200 millis")
    const { open } = yield* ScriptedHttpClient.ScriptedHttpClient
    return { given, outcome, open: yield* open }
  }).pipe(Effect.provide(scripted(ScriptedHttpClient.bytes(reads, { headers: { "content-type": contentType } }))))
}

/**
 * A chunk as JSON can express it, that reports no failure of its own. Keys that JSON escapes are left out: V8 13.6, that of
 * Node 24, takes one for another (after `JSON.parse('{"a":1,"\\\\":1}')`, the key of `{"a":1,"\\t":1}` is a backslash).
 */
function wellMeant(chunk: Completion.Chunk): Completion.Chunk {
  const { error: _, ...rest } = JSON.parse(JSON.stringify(
    chunk,
    (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value)
        ? 0
        : typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).filter(([key]) => JSON.stringify(key) === `"${key}"`))
        : value
  )) as Completion.Chunk & { readonly error?: unknown }
  return {
    ...rest,
    choices: rest.choices.map((choice) =>
      choice.finish_reason === "error" ? { ...choice, finish_reason: "stop" } : choice
    )
  }
}

const style = Schema.Struct({
  end: Schema.Literals(["\n", "\r", "\r\n"]),
  space: Schema.Boolean,
  comments: Schema.Boolean,
  bom: Schema.Boolean
})

const byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

function write(chunks: ReadonlyArray<Completion.Chunk>, { bom, comments, end, space }: typeof style.Type): string {
  const field = space ? "data: " : "data:"
  const events = [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) =>
    (comments ? `: a comment${end}id: 7${end}retry: 10${end}unknown${end}` : "") + field + data + end + end
  )
  return (bom ? "\uFEFF" : "") + events.join("")
}

const encoder = new TextEncoder()

function encode(text: string): Uint8Array {
  return encoder.encode(text)
}
