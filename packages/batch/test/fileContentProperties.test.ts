import { Files } from "@effect-mistral/batch"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Schema, Stream } from "effect"

const natural = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

const bytes = Uint8Array.from({ length: 200 }, (_, index) => index)

/** The sizes of the pieces in which a response comes. */
const sizes = Schema.NonEmptyArray(natural(60)).check(Schema.isMaxLength(8))

/** A response that breaks off: after how many bytes, and its pieces. */
const broken = Schema.Struct({ at: natural(bytes.length), sizes })

describe("Files.content", () => {
  it.effect.prop(
    "gives a file as it is, wherever and however often the connection is lost, and however it is cut",
    [Schema.Array(broken).check(Schema.isMaxLength(6)), sizes, Schema.Boolean],
    ([all, last, sized]) => {
      const headers = sized ? { "content-length": `${bytes.length}` } : {}
      const script = [
        ...all.map(({ at, sizes }) =>
          ScriptedHttpClient.bytes(cut(bytes.subarray(0, at), sizes), { headers, ending: "fail" })
        ),
        ScriptedHttpClient.bytes(cut(bytes, last), { headers })
      ]
      return Effect.gen(function*() {
        const retry = RetryPolicy.make({ schedule: Schedule.recurs(10) })
        const pieces = yield* Stream.runCollect(Files.content("id", { retry }))
        const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.strictEqual((yield* requests).length, script.length)
        assert.strictEqual(yield* open, 0)
        assert.isTrue(pieces.every(({ length }) => length > 0))
        assert.deepStrictEqual(pieces.flatMap((piece) => [...piece]), [...bytes])
      }).pipe(Effect.provide(Files.layer.pipe(
        Layer.provide(MistralClient.layer({})),
        Layer.provideMerge(ScriptedHttpClient.layer(script))
      )))
    },
    { arbitrary: { runs: 300 } }
  )
})

/** Cuts bytes into pieces of the given sizes, in turn, some of which may be empty. */
const cut = (bytes: Uint8Array, sizes: ReadonlyArray<number>): Array<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  let offset = 0
  for (let index = 0; offset < bytes.length; index++) {
    const size = Math.max(sizes[index % sizes.length]!, index % 7 === 6 ? 1 : 0)
    pieces.push(bytes.subarray(offset, offset + size))
    offset += size
  }
  return pieces
}
