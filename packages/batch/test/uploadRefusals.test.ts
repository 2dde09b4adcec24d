import { type File, Files } from "@effect-mistral/batch"
import type { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { encode, uploadServer } from "./fixtures/uploadServer.ts"

const name = "a.jsonl"
const purpose = "batch"

describe("Files.upload", () => {
  it.effect("refuses what is wrong before anything is sent, and names the place", () => {
    const { layer, received } = uploadServer()
    const wrong: ReadonlyArray<readonly [object, path: ReadonlyArray<string | number>, message: string]> = [
      [{ name: "", purpose, content: "1" }, ["name"], "Expected well-formed text that is not empty"],
      [{ name: "\ud83d.jsonl", purpose, content: "1" }, ["name"], "Expected well-formed text that is not empty"],
      [{ purpose, content: "1" }, ["name"], "Expected well-formed text that is not empty"],
      [{ name, purpose, content: "1", contentType: "a\r\nb: c" }, ["contentType"], "Expected a media type"],
      [{ name, purpose, content: "1", contentType: "" }, ["contentType"], "Expected a media type"],
      [{ name, purpose }, ["content"], "Expected text, bytes, a Blob or a Stream of bytes"],
      [{ name, purpose, content: 1 }, ["content"], "Expected text, bytes, a Blob or a Stream of bytes"],
      [{ name, purpose, content: ["1"] }, ["content"], "Expected text, bytes, a Blob or a Stream of bytes"],
      [{ name, purpose, content: "1", lines: ["1"] }, [], "Expected either content or lines, got both"],
      [{ name, purpose, content: "half \udc00" }, ["content"], "Expected well-formed text"],
      [{ name, purpose, content: "" }, ["content"], "Expected at least one byte"],
      [{ name, purpose, content: new Uint8Array() }, ["content"], "Expected at least one byte"],
      [{ name, purpose, content: new Blob([]) }, ["content"], "Expected at least one byte"],
      [{ name, purpose, content: Stream.empty, size: 0 }, ["content"], "Expected at least one byte"],
      [{ name, purpose, content: Stream.empty, size: -1 }, ["size"], "Expected a number of bytes"],
      [{ name, purpose, content: Stream.empty, size: 1.5 }, ["size"], "Expected a number of bytes"],
      [{ name, purpose, content: Stream.empty, size: NaN }, ["size"], "Expected a number of bytes"],
      [{ name, purpose, content: "123", size: 4 }, ["size"], "Expected 3, which is the number of bytes"],
      [{ name, purpose, lines: [] }, ["lines"], "Expected at least one byte"],
      [{ name, purpose, lines: "123" }, ["lines"], "Expected a Stream or an Iterable of texts, one for each line"],
      [{ name, purpose, lines: 3 }, ["lines"], "Expected a Stream or an Iterable of texts, one for each line"],
      [
        { name, purpose, lines: ["1", "2\n3"] },
        ["lines", 1],
        "Line 2: expected text without a line break, which would make two lines of it"
      ],
      [
        { name, purpose, lines: ["1\r"] },
        ["lines", 0],
        "Line 1: expected text without a line break, which would make two lines of it"
      ],
      [{ name, purpose, lines: ["1", "2", {}] }, ["lines", 2], "Line 3: expected text"],
      [{ name, purpose, lines: ["\ud83d"] }, ["lines", 0], "Line 1: expected well-formed text"]
    ]
    return Effect.gen(function*() {
      for (const [upload, path, message] of wrong) {
        // The cast is safe: uploads that do not fit the type are to be refused.
        const error = yield* Effect.flip(Files.upload(upload as File.Upload))
        assert.strictEqual(error.operation, "Files.upload")
        assert.deepStrictEqual(invalid(error), { issues: [{ path, message }], incomplete: undefined })
        assert.match(error.message, /nothing was sent/)
      }
      assert.strictEqual(received.length, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("refuses fields that do not fit the API's, all together", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      const upload = { name, purpose: 1, content: "1", expiry: "soon", visibility: 2 }
      // The cast is safe: uploads that do not fit the type are to be refused.
      const error = yield* Effect.flip(Files.upload(upload as unknown as File.Upload))
      assert.deepStrictEqual(invalid(error)?.issues.map(({ path }) => path), [["expiry"], ["purpose"], ["visibility"]])
      assert.strictEqual(received.length, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("refuses a file over the limit before anything is sent, where its size is known", () => {
    const { layer, received } = uploadServer()
    const mebi = 1024 * 1024
    return Effect.gen(function*() {
      const large = Files.upload({ name, purpose, content: Stream.die("not read"), size: 512 * mebi + 1 })
      assert.deepStrictEqual(invalid(yield* Effect.flip(large)), {
        issues: [{ path: ["content"], message: "Expected at most 536870912 bytes, got 536870913" }],
        incomplete: undefined
      })
      for (const upload of [{ content: "12345" }, { content: new Blob(["12345"]) }, { lines: ["éé"] }]) {
        const error = yield* Effect.flip(Files.upload({ name, purpose, ...upload }, { maxBytes: 4 }))
        assert.match(error.message, /Expected at most 4 bytes, got 5/)
      }
      assert.strictEqual(received.length, 0)
      yield* Files.upload({ name, purpose, content: "12345" }, { maxBytes: 5 })
      assert.strictEqual(received.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("stops a content of unknown size that passes the limit", () => {
    const { layer, received } = uploadServer()
    let read = 0
    const endless = Stream.rechunk(Stream.range(1, Infinity), 1).pipe(
      Stream.map(() => (read++, new Uint8Array(65_536)))
    )
    return Effect.gen(function*() {
      const error = yield* Effect.flip(Files.upload({ name, purpose, content: endless }, { maxBytes: 1_000_000 }))
      assert.deepStrictEqual(invalid(error), {
        issues: [{ path: ["content"], message: "Expected at most 1000000 bytes, got more" }],
        incomplete: true
      })
      assert.isAtMost(read, 17)
      assert.isFalse(received[0]!.ended)
      assert.isAtMost(received[0]!.pieces.reduce((sum, { length }) => sum + length, 0), 1_000_300)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails where a content is empty, of another size, or no bytes, though it was announced otherwise", () => {
    const { layer, received } = uploadServer()
    const wrong: ReadonlyArray<readonly [object, path: ReadonlyArray<string | number>, message: string]> = [
      [{ content: Stream.empty }, ["content"], "Expected at least one byte"],
      [{ content: Stream.make(new Uint8Array()) }, ["content"], "Expected at least one byte"],
      [{ lines: Stream.empty }, ["lines"], "Expected at least one byte"],
      [{ lines: new Set() }, ["lines"], "Expected at least one byte"],
      [{ content: Stream.make(encode("123")), size: 4 }, ["size"], "Expected 4 bytes, which is its size, got 3"],
      [{ content: Stream.empty, size: 4 }, ["size"], "Expected 4 bytes, which is its size, got 0"],
      [{ content: Stream.make(encode("12345")), size: 4 }, ["size"], "Expected 4 bytes, which is its size, got more"],
      [{ content: Stream.make("text") }, ["content"], "Expected a Stream of bytes (Uint8Array)"],
      [{ lines: Stream.make("1", "2", 3) }, ["lines", 2], "Line 3: expected text"],
      [
        { lines: Stream.make("1", "2\r\n") },
        ["lines", 1],
        "Line 2: expected text without a line break, which would make two lines of it"
      ],
      [{ lines: new Set(["1", "\ud83d"]) }, ["lines", 1], "Line 2: expected well-formed text"]
    ]
    return Effect.gen(function*() {
      for (const [content, path, message] of wrong) {
        // The cast is safe: uploads that do not fit the type are to be refused.
        const error = yield* Effect.flip(Files.upload({ name, purpose, ...content } as File.Upload))
        assert.deepStrictEqual(invalid(error), { issues: [{ path, message }], incomplete: true })
        assert.notMatch(error.message, /nothing was sent/)
        assert.isFalse(received.at(-1)!.ended)
      }
      assert.strictEqual(received.length, wrong.length)
    }).pipe(Effect.provide(layer))
  })

  it.effect("names the line that is wrong among 100,000", () => {
    const { layer } = uploadServer()
    const lines = Stream.map(
      Stream.range(1, 100_000),
      (number) => number === 98_765 ? "{\n}" : `{"custom_id":"${number}"}`
    )
    return Effect.gen(function*() {
      const error = yield* Effect.flip(Files.upload({ name, purpose, lines }))
      assert.deepStrictEqual(invalid(error)?.issues[0]?.path, ["lines", 98_764])
      assert.match(error.message, /Line 98765: expected text without a line break/)
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes lines with every other separator, and blank ones", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      yield* Files.upload({ name, purpose, lines: ["a\u2028b\u2029c\u0085d\u000be", "", "f"] })
      assert.include(
        new TextDecoder().decode(Buffer.concat(received[0]!.pieces)),
        "\r\n\r\na\u2028b\u2029c\u0085d\u000be\n\nf\n\r\n"
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails where a Blob can no longer be read", () => {
    const { layer } = uploadServer()
    const gone = new Blob(["1234"])
    gone.stream = () =>
      new ReadableStream({
        pull: (controller) => controller.error(new DOMException("the path of the file", "NotReadableError"))
      })
    return Effect.gen(function*() {
      const error = yield* Effect.flip(Files.upload({ name, purpose, content: gone }))
      assert.deepStrictEqual(invalid(error), {
        issues: [{ path: ["content"], message: "The Blob could not be read: NotReadableError" }],
        incomplete: true
      })
    }).pipe(Effect.provide(layer))
  })
})

const invalid = ({ reason }: MistralError.MistralError) =>
  reason._tag === "InvalidRequest" ? { issues: reason.issues, incomplete: reason.incomplete } : undefined
