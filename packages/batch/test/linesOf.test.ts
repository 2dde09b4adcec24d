import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { TestClock } from "effect/testing"
import { linesOf, LineTooLong } from "../src/internal/jsonl/linesOf.ts"
import { maxPiece } from "../src/internal/jsonl/lineSplitter.ts"

describe("linesOf", () => {
  it.effect("gives each line with its number", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect("one\ntwo\nthree\n"), [[1, "one"], [2, "two"], [3, "three"]])
    }))

  it.effect("gives the last line of a file that does not end with a line break", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect("one\ntwo"), [[1, "one"], [2, "two"]])
      assert.deepStrictEqual(yield* collect("one"), [[1, "one"]])
      assert.deepStrictEqual(yield* collect("one\r\ntwo\r"), [[1, "one"], [2, "two"]])
    }))

  it.effect("gives nothing for an empty file", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect(""), [])
      assert.deepStrictEqual(yield* collect("\n"), [])
      assert.deepStrictEqual(yield* Stream.runCollect(linesOf(Stream.empty)), [])
    }))

  it.effect("leaves out blank lines, but counts them", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect("\n\none\n\r\n \t\r\ntwo\n\n"), [[3, "one"], [6, "two"]])
    }))

  it.effect("keeps white space around a line, and a carriage return inside it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect(" one \n\ttwo\rthree\r\r\n"), [[1, " one "], [2, "\ttwo\rthree\r"]])
    }))

  it.effect("takes no other character for a line break", () =>
    Effect.gen(function*() {
      const text = "\"a\u2028b\u2029c\u0085d\u000be\u000cf\""
      assert.deepStrictEqual(yield* collect(`${text}\n1`), [[1, text], [2, "1"]])
    }))

  it.effect("removes a byte order mark at the start of the file alone", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect("\ufeff{}\n\ufeff{}\n"), [[1, "{}"], [2, "\ufeff{}"]])
      assert.deepStrictEqual(yield* collect("\ufeff"), [])
      assert.deepStrictEqual(yield* collect("\ufeff\n{}"), [[2, "{}"]])
      assert.deepStrictEqual(yield* collect("\ufeff\ufeff1"), [[1, "\ufeff1"]])
    }))

  it.effect("replaces bytes that are no UTF-8, and loses no line for them", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.of(0x61, 0xe2, 0x82, 0x0a, 0xff, 0x0a, 0x62)
      for (const cut of [1, 2, 3, 7]) {
        assert.deepStrictEqual(yield* collectBytes(pieces(bytes, cut)), [[1, "a\ufffd"], [2, "\ufffd"], [3, "b"]])
      }
    }))

  it.effect("gives the same lines wherever the network cuts the bytes", () =>
    Effect.gen(function*() {
      const bytes = encode("\ufeff{\"a\":\"é😀\"}\r\n\n{\"b\":\"\u2028日本\"}\n\r\n  \n😀\n{\"c\":1}")
      const expected = yield* collectBytes([bytes])
      assert.deepStrictEqual(expected, [[1, "{\"a\":\"é😀\"}"], [3, "{\"b\":\"\u2028日本\"}"], [6, "😀"], [
        7,
        "{\"c\":1}"
      ]])
      for (let size = 1; size < bytes.length; size++) {
        assert.deepStrictEqual(yield* collectBytes(pieces(bytes, size)), expected, `pieces of ${size}`)
        const halves = [bytes.subarray(0, size), new Uint8Array(), bytes.subarray(size)]
        assert.deepStrictEqual(yield* collectBytes(halves), expected, `a cut after ${size}`)
      }
    }))

  it.effect("gives the same lines from one large piece of memory as from many small ones", () =>
    Effect.gen(function*() {
      const lines = Array.from({ length: 5000 }, (_, index) => `${index}:${"é".repeat(index % 97)}`)
      const bytes = encode(lines.join("\n"))
      assert.isAbove(bytes.length, 4 * maxPiece)
      for (const size of [bytes.length, maxPiece, maxPiece - 1, 1000]) {
        const collected = yield* collectBytes(pieces(bytes, size))
        assert.deepStrictEqual(collected.map(([, text]) => text), lines)
        assert.deepStrictEqual(collected.at(-1)![0], lines.length)
      }
    }))

  it.effect("makes arrays of at most the lines of one piece out of a large piece of memory", () =>
    Effect.gen(function*() {
      const bytes = encode("12345678\n".repeat(100_000))
      const sizes: Array<number> = []
      yield* Stream.runForEachArray(
        linesOf(Stream.succeed(bytes)),
        (lines) => Effect.sync(() => sizes.push(lines.length))
      )
      assert.strictEqual(sizes.reduce((sum, size) => sum + size, 0), 100_000)
      assert.isAtMost(Math.max(...sizes), maxPiece / 9 + 1)
    }))

  it.effect("splits a long line out of small pieces in linear time", () =>
    Effect.gen(function*() {
      const time = (length: number) =>
        Effect.gen(function*() {
          const piece = new Uint8Array(16).fill(0x61)
          const started = performance.now()
          const [line] = yield* collectBytes(Array.from({ length: length / 16 }, () => piece))
          assert.strictEqual(line?.[1].length, length)
          return performance.now() - started
        })
      yield* time(1 << 20)
      const [once, eightTimes] = [yield* time(1 << 20), yield* time(1 << 23)]
      // Quadratic would be 64 times.
      assert.isBelow(eightTimes, 30 * Math.max(once, 5))
    }))

  it.effect("refuses a line over the limit with its number, after the lines before it", () =>
    Effect.gen(function*() {
      for (const size of [1, 3, 1000]) {
        const seen: Array<string> = []
        const lines = linesOf(Stream.fromIterable(pieces(encode("12345\r\n\n123456\n1\n"), size)), { maxLength: 5 })
        const exit = yield* Effect.exit(Stream.runForEach(lines, ({ text }) => Effect.sync(() => seen.push(text))))
        assert.deepStrictEqual(seen, ["12345"])
        assert.deepStrictEqual(exit, Exit.fail(new LineTooLong({ line: 3, maxLength: 5 })))
      }
    }))

  it.effect("counts the limit in characters, as texts do", () =>
    Effect.gen(function*() {
      for (const text of ["日本日本", "éééé", "😀😀", "aé日b"]) {
        for (const size of [1, 2, 100]) {
          const bytes = () => Stream.fromIterable(pieces(encode(`${text}\n`), size))
          assert.deepStrictEqual(yield* toPairs(linesOf(bytes(), { maxLength: 4 })), [[1, text]])
          const error = yield* Effect.flip(toPairs(linesOf(bytes(), { maxLength: 3 })))
          assert.deepStrictEqual(error, new LineTooLong({ line: 1, maxLength: 3 }))
        }
      }
    }))

  it.effect("refuses a last line over the limit that has no line break", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(toPairs(linesOf(Stream.succeed(encode("1\n1234")), { maxLength: 3 })))
      assert.deepStrictEqual(error, new LineTooLong({ line: 2, maxLength: 3 }))
    }))

  it.effect("stops reading soon after a line has passed the limit", () =>
    Effect.gen(function*() {
      for (const byte of [0x61, 0x80, 0xe6, 0xff]) {
        let read = 0
        const endless = Stream.rechunk(Stream.range(1, Infinity), 1).pipe(
          Stream.map(() => (read += 16, new Uint8Array(16).fill(byte)))
        )
        const error = yield* Effect.flip(Stream.runDrain(linesOf(endless, { maxLength: 1000 })))
        assert.deepStrictEqual(error, new LineTooLong({ line: 1, maxLength: 1000 }))
        assert.isAtMost(read, 3 * 1000 + 32)
      }
    }))

  it.effect("fails as the bytes do, after the whole lines before, and without half a line", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const bytes = Stream.concat(Stream.make(encode("one\ntw")), Stream.fail("lost" as const))
      const exit = yield* Effect.exit(
        Stream.runForEach(linesOf(bytes), ({ text }) => Effect.sync(() => seen.push(text)))
      )
      assert.deepStrictEqual(seen, ["one"])
      assert.deepStrictEqual(exit, Exit.fail("lost"))
    }))

  it.effect("gives the lines that have come before it waits for more bytes", () =>
    Effect.gen(function*() {
      const bytes = Stream.concat(Stream.make(encode("one\ntwo\nthr")), Stream.never)
      const lines = yield* toPairs(Stream.take(linesOf(bytes), 2))
      assert.deepStrictEqual(lines, [[1, "one"], [2, "two"]])
    }))

  it.effect("reads no more bytes than its reader wants lines", () =>
    Effect.gen(function*() {
      let read = 0
      const bytes = Stream.mapEffect(Stream.range(1, 1000), (number) =>
        Effect.sync(() => (read++, encode(`${number}\n`))))
      yield* Stream.runForEach(Stream.take(linesOf(bytes), 10), () =>
        TestClock.adjust(1))
      assert.isAtMost(read, 11)
    }))
})

const encode = (text: string) => new TextEncoder().encode(text)

const pieces = (bytes: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

const toPairs = <E>(lines: ReturnType<typeof linesOf<E, never>>) =>
  Effect.map(Stream.runCollect(lines), (lines) => lines.map(({ number, text }) => [number, text] as const))

const collectBytes = (parts: ReadonlyArray<Uint8Array>) =>
  toPairs(linesOf(Stream.fromIterable(parts).pipe(Stream.rechunk(1))))

const collect = (text: string) => collectBytes([encode(text)])
