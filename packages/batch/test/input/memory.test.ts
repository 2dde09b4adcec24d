import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { type ChatEntry, chatFiles, entry } from "./support.ts"

const mib = 1024 * 1024

describe("the memory of a batch", () => {
  it.effect("is bounded for 400,000 lines, checked and read", () =>
    Effect.gen(function*() {
      const source = Stream.map(Stream.range(1, 400_000), (id) => entry(`request-${id}`, `${id}: ${text}`))
      const before = used()
      const files = yield* chatFiles(source, { maxBytes: 100 * mib })
      assert.isBelow(used() - before, 10 * mib)
      assert.strictEqual(files.reduce((sum, { requests }) => sum + requests, 0), 400_000)
      assert.isAbove(files.reduce((sum, { size }) => sum + size, 0), 150 * mib)

      let pieces = 0
      const measured: Array<number> = []
      yield* Stream.runForEach(files[1]!.content, () =>
        Effect.sync(() => {
          if (++pieces % 300 === 0) measured.push(used() - before)
        }))
      assert.isAbove(measured.length, 2)
      assert.isBelow(Math.max(...measured), 30 * mib)
    }), 120_000)

  it.effect(
    "has no more than the ids while requests are checked, whatever text the ids were a part of",
    () =>
      Effect.gen(function*() {
        const measured: Array<number> = []
        const before = used()
        const source = Stream.map(Stream.range(1, 40_000), (id): ChatEntry => {
          if (id % 10_000 === 0) measured.push(used() - before)
          // In V8, a part of a text keeps the whole text in memory.
          const row = `an-id-of-its-own-${id};${text.repeat(4)}${id}`
          return entry(row.slice(0, row.indexOf(";")))
        })
        yield* chatFiles(source)
        // The rows are 60 MiB, and an entry of a map with its text is some 80 bytes.
        assert.strictEqual(measured.length, 4)
        assert.isBelow(Math.max(...measured), 25 * mib)
      }),
    60_000
  )

  it.effect("has few lines at once where all requests are one chunk of a stream", () =>
    Effect.gen(function*() {
      const content = text.repeat(10)
      const all = Array.from({ length: 40_000 }, (_, id) => entry(`${id}`, content))
      const [file] = yield* chatFiles(Stream.fromIterable(all))
      assert.isAbove(file!.size, 150 * mib)
      const before = used()
      const measured: Array<number> = []
      let pieces = 0
      yield* Stream.runForEach(file!.content, () =>
        Effect.sync(() => {
          if (++pieces % 300 === 1) measured.push(used() - before)
        }))
      assert.isAbove(measured.length, 5)
      assert.isBelow(Math.max(...measured), 30 * mib)
    }), 60_000)
})

const text = "A sentence that is some fifty characters in length. ".repeat(8)

// Has the effect of `node --expose-gc` without a flag for the whole test run.
setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

/** The bytes that are still referenced, in the heap and outside of it. */
const used = (): number => {
  collectGarbage()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
