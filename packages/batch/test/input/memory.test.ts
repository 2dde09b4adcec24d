import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { bytesInUse, mebibyte } from "../fixtures/memory.ts"
import { type ChatEntry, chatFiles, entry } from "./support.ts"

describe("the memory of a batch", () => {
  it.effect("is bounded for 400,000 lines, checked and read", () =>
    Effect.gen(function*() {
      const source = Stream.map(Stream.range(1, 400_000), (id) => entry(`request-${id}`, `${id}: ${text}`))
      const before = bytesInUse()
      const files = yield* chatFiles(source, { maxBytes: 100 * mebibyte })
      assert.isBelow(bytesInUse() - before, 10 * mebibyte)
      assert.strictEqual(files.reduce((sum, { requests }) => sum + requests, 0), 400_000)
      assert.isAbove(files.reduce((sum, { size }) => sum + size, 0), 150 * mebibyte)

      let pieces = 0
      const measured: Array<number> = []
      yield* Stream.runForEach(files[1]!.content, () =>
        Effect.sync(() => {
          if (++pieces % 300 === 0) measured.push(bytesInUse() - before)
        }))
      assert.isAbove(measured.length, 2)
      assert.isBelow(Math.max(...measured), 30 * mebibyte)
    }), 120_000)

  it.effect(
    "has no more than the ids while requests are checked, whatever text the ids were a part of",
    () =>
      Effect.gen(function*() {
        const measured: Array<number> = []
        const before = bytesInUse()
        const source = Stream.map(Stream.range(1, 40_000), (id): ChatEntry => {
          if (id % 10_000 === 0) measured.push(bytesInUse() - before)
          // In V8, a part of a text keeps the whole text in memory.
          const row = `an-id-of-its-own-${id};${text.repeat(4)}${id}`
          return entry(row.slice(0, row.indexOf(";")))
        })
        yield* chatFiles(source)
        // The rows are 60 MiB, and an entry of a map with its text is some 80 bytes.
        assert.strictEqual(measured.length, 4)
        assert.isBelow(Math.max(...measured), 25 * mebibyte)
      }),
    60_000
  )

  it.effect("has few lines at once where all requests are one chunk of a stream", () =>
    Effect.gen(function*() {
      const content = text.repeat(10)
      const all = Array.from({ length: 40_000 }, (_, id) => entry(`${id}`, content))
      const [file] = yield* chatFiles(Stream.fromIterable(all))
      assert.isAbove(file!.size, 150 * mebibyte)
      const before = bytesInUse()
      const measured: Array<number> = []
      let pieces = 0
      yield* Stream.runForEach(file!.content, () =>
        Effect.sync(() => {
          if (++pieces % 300 === 1) measured.push(bytesInUse() - before)
        }))
      assert.isAbove(measured.length, 5)
      assert.isBelow(Math.max(...measured), 30 * mebibyte)
    }), 60_000)
})

const text = "A sentence that is some fifty characters in length. ".repeat(8)
