import { BatchInput } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { bytesOf, chatFiles, entries, entry, lineOf, textsOf } from "./support.ts"

describe("files", () => {
  it.effect.prop(
    "are all lines in order, each file within the limits and none shorter than it need be",
    [Schema.Array(Schema.String).check(Schema.isMaxLength(40)), limit(), limit(), limit()],
    ([contents, bytes, most, chunk]) =>
      Effect.gen(function*() {
        const requests = contents.map((content, index) => entry(`${index}`, content))
        const written = requests.map((request) => lineFrom(request))
        if (contents.length === 0 || contents.some((content) => /\p{Surrogate}/u.test(content))) return
        const longest = Math.max(...written.map((line) => Buffer.byteLength(line)))
        const maxBytes = longest + bytes
        const maxRequests = most
        const files = yield* chatFiles(Stream.rechunk(Stream.fromIterable(requests), chunk), { maxBytes, maxRequests })
        const texts = yield* textsOf(files)
        assert.strictEqual(texts.join(""), written.join(""))
        let firstLine = 1
        files.forEach((file, index) => {
          assert.isAtMost(file.size, maxBytes)
          assert.isAtMost(file.requests, maxRequests)
          assert.strictEqual(file.firstLine, firstLine)
          firstLine += file.requests
          const next = written[firstLine - 1]
          if (index < files.length - 1) {
            assert.isTrue(file.requests === maxRequests || file.size + Buffer.byteLength(next!) > maxBytes)
          }
        })
        assert.strictEqual(firstLine - 1, requests.length)
      })
  )

  it.effect("are cut exactly at the limit of bytes", () =>
    Effect.gen(function*() {
      const line = Buffer.byteLength(lineOf("1"))
      const counts = (maxBytes: number) =>
        Effect.map(chatFiles(entries(6), { maxBytes }), (files) => files.map(({ requests }) => requests))
      assert.deepStrictEqual(yield* counts(line), [1, 1, 1, 1, 1, 1])
      assert.deepStrictEqual(yield* counts(2 * line - 1), [1, 1, 1, 1, 1, 1])
      assert.deepStrictEqual(yield* counts(2 * line), [2, 2, 2])
      assert.deepStrictEqual(yield* counts(2 * line + 1), [2, 2, 2])
      assert.deepStrictEqual(yield* counts(4 * line), [4, 2])
      assert.deepStrictEqual(yield* counts(6 * line - 1), [5, 1])
      assert.deepStrictEqual(yield* counts(6 * line), [6])
    }))

  it.effect("are cut exactly at the limit of requests", () =>
    Effect.gen(function*() {
      const counts = (maxRequests: number) =>
        Effect.map(chatFiles(entries(6), { maxRequests }), (files) =>
          files.map(({ firstLine, requests }) => [firstLine, requests]))
      assert.deepStrictEqual(yield* counts(1), [[1, 1], [2, 1], [3, 1], [4, 1], [5, 1], [6, 1]])
      assert.deepStrictEqual(yield* counts(3), [[1, 3], [4, 3]])
      assert.deepStrictEqual(yield* counts(4), [[1, 4], [5, 2]])
      assert.deepStrictEqual(yield* counts(6), [[1, 6]])
      assert.deepStrictEqual(yield* counts(1.5), [[1, 2], [3, 2], [5, 2]])
    }))

  it.effect("can be read in any order, and at the same time", () =>
    Effect.gen(function*() {
      const files = yield* chatFiles(entries(10), { maxRequests: 3 })
      const lines = entries(10).map(({ custom_id }) => lineOf(custom_id))
      const expected = [0, 3, 6, 9].map((from) => lines.slice(from, from + 3).join(""))
      assert.deepStrictEqual(yield* textsOf(files.toReversed()), expected.toReversed())
      const read = yield* Effect.forEach(files, (file) => textsOf([file]), { concurrency: "unbounded" })
      assert.deepStrictEqual(read.flat(), expected)
    }))

  it.effect("read no further than they must", () =>
    Effect.gen(function*() {
      let read = 0
      const source = Stream.rechunk(Stream.tap(Stream.fromIterable(entries(100)), () => Effect.sync(() => read++)), 1)
      const files = yield* chatFiles(source, { maxRequests: 10 })
      assert.strictEqual(read, 100)
      read = 0
      yield* bytesOf(files[2]!)
      assert.strictEqual(read, 30)
    }))

  it.effect("close their source, also where their content is read in part", () =>
    Effect.gen(function*() {
      let open = 0
      const source = Stream.unwrap(Effect.gen(function*() {
        yield* Effect.acquireRelease(Effect.sync(() => open++), () => Effect.sync(() => open--))
        return Stream.rechunk(Stream.fromIterable(entries(100).map(({ custom_id }) => entry(custom_id, long))), 1)
      }))
      const files = yield* chatFiles(source, { maxRequests: 60 })
      assert.strictEqual(open, 0)
      yield* textsOf(files)
      assert.strictEqual(open, 0)
      yield* Stream.runDrain(Stream.take(files[0]!.content, 1))
      assert.strictEqual(open, 0)
    }))

  it.effect("have pieces of 64 KiB, but the last, and lines of any length", () =>
    Effect.gen(function*() {
      const contents = ["x", "ü".repeat(50_000), "😀".repeat(300_000), "y".repeat(65_536), long]
      const [file] = yield* chatFiles(contents.map((content, index) => entry(`${index}`, content)))
      const pieces = yield* Stream.runCollect(file!.content)
      assert.isAbove(pieces.length, 20)
      assert.isTrue(pieces.slice(0, -1).every(({ length }) => length === 65_536))
      assert.strictEqual(
        Buffer.concat(pieces).toString(),
        contents.map((content, index) => lineOf(`${index}`, content)).join("")
      )
    }))

  it.effect("have requests whose error the content passes on", () =>
    Effect.gen(function*() {
      let runs = 0
      const source = Stream.suspend(() => ++runs === 1 ? Stream.fromIterable(entries(3)) : Stream.fail("gone" as const))
      const [file] = yield* BatchInput.files({ endpoint: Endpoint.chat.complete, requests: source })
      const error: "gone" | BatchInput.ChangedInput = yield* Effect.flip(Stream.runDrain(file!.content))
      assert.strictEqual(error, "gone")
    }))
})

const long = "long ".repeat(4000)

const lineFrom = ({ custom_id, request }: ReturnType<typeof entry>) =>
  `${JSON.stringify({ custom_id, body: request })}\n`

function limit() {
  return Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))
}
