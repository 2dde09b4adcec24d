import { type File, Files } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { encode, file, formOf, uploadServer } from "./fixtures/uploadServer.ts"

const pieceSize = 64 * 1024

describe("Files.upload", () => {
  it.effect("sends a form with the file and the fields that are set, and returns what the API says", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      const uploaded = yield* Files.upload({
        name: "requests.jsonl",
        purpose: "batch",
        expiry: 24,
        visibility: "user",
        content: "{\"custom_id\":\"1\"}\n"
      })
      assert.deepStrictEqual(uploaded, file)
      assert.deepStrictEqual(yield* formOf(received[0]!), [
        ["file", { name: "requests.jsonl", type: "application/jsonl", text: "{\"custom_id\":\"1\"}\n" }],
        ["expiry", "24"],
        ["purpose", "batch"],
        ["visibility", "user"]
      ])
      assert.match(received[0]!.headers["content-type"]!, /^multipart\/form-data; boundary=/)
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves out the fields that are not set", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      yield* Files.upload({
        name: "a.pdf",
        purpose: "ocr",
        content: encode("%PDF"),
        expiry: null,
        visibility: undefined
      })
      assert.deepStrictEqual(yield* formOf(received[0]!), [
        ["file", { name: "a.pdf", type: "application/pdf", text: "%PDF" }],
        ["purpose", "ocr"]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends the same bytes out of every kind of content", () => {
    const { layer, received } = uploadServer()
    const text = "première\n日本 😀\nlast\n"
    const bytes = encode(text)
    const lines = ["première", "日本 😀", "last"]
    const contents: ReadonlyArray<readonly [Pick<File.Upload, "content" | "size" | "lines">, hasLength: boolean]> = [
      [{ content: text }, true],
      [{ content: bytes }, true],
      [{ content: Buffer.from(`..${text}..`).subarray(2, -2) }, true],
      [{ content: new Blob([text]) }, true],
      [{ content: Stream.make(bytes) }, false],
      [{ content: Stream.fromIterable([...bytes].map((byte) => Uint8Array.of(byte))) }, false],
      [{ content: Stream.make(bytes.subarray(0, 9), new Uint8Array(), bytes.subarray(9)), size: bytes.length }, true],
      [{ lines }, true],
      [{ lines: new Set(lines) }, false],
      [{
        lines: (function*() {
          yield* lines
        })()
      }, false],
      [{ lines: Stream.fromIterable(lines) }, false],
      [{ lines: Stream.rechunk(Stream.fromIterable(lines), 1) }, false]
    ]
    return Effect.gen(function*() {
      for (const [content, hasLength] of contents) {
        // The cast is safe: each content has one of the forms of an upload.
        yield* Files.upload({ name: "lines.txt", purpose: "batch", ...content } as File.Upload)
        const attempt = received.at(-1)!
        const [[, sent] = []] = yield* formOf(attempt)
        assert.deepStrictEqual(sent, { name: "lines.txt", type: "text/plain", text })
        const total = attempt.pieces.reduce((sum, { length }) => sum + length, 0)
        assert.strictEqual(attempt.length, hasLength ? total : undefined)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes the media type of the options, then of the Blob, then of the name", () => {
    const { layer, received } = uploadServer()
    const blob = new Blob(["1"], { type: "audio/x-own" })
    const types: ReadonlyArray<readonly [Pick<File.ContentUpload, "name" | "content" | "contentType">, string]> = [
      [{ name: "a.jsonl", content: "1" }, "application/jsonl"],
      [{ name: "A.B.JSONL", content: "1" }, "application/jsonl"],
      [{ name: "scan.PNG", content: "1" }, "image/png"],
      [{ name: "speech.mp3", content: "1" }, "audio/mpeg"],
      [{ name: "jsonl", content: "1" }, "application/octet-stream"],
      [{ name: "a.unknown", content: "1" }, "application/octet-stream"],
      [{ name: ".jsonl", content: "1" }, "application/jsonl"],
      [{ name: "a.mp3", content: blob }, "audio/x-own"],
      [{ name: "a.mp3", content: new Blob(["1"]) }, "audio/mpeg"],
      [{ name: "a.mp3", content: blob, contentType: "audio/mine" }, "audio/mine"]
    ]
    return Effect.gen(function*() {
      for (const [upload, type] of types) {
        yield* Files.upload({ purpose: "audio", ...upload })
        assert.deepStrictEqual((yield* formOf(received.at(-1)!))[0], ["file", { name: upload.name, type, text: "1" }])
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends names as they are, with quotes, line breaks and every script", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      for (const name of ["日本 – \"é\".jsonl", "a;b=c.jsonl", "../a\\b.jsonl", "a\r\nb.jsonl"]) {
        yield* Files.upload({ name, purpose: "batch", content: "1" })
        const [[, sent] = []] = yield* formOf(received.at(-1)!)
        assert.deepInclude(sent, { name, text: "1" })
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends pieces of 64 KiB, however small or large those of the content are", () => {
    const { layer, received } = uploadServer()
    const size = 3 * pieceSize + 100
    const bytes = Uint8Array.from({ length: size }, (_, index) => index * 7)
    const cuts = (length: number) =>
      Array.from(
        { length: Math.ceil(size / length) },
        (_, index) => bytes.subarray(index * length, (index + 1) * length)
      )
    const contents = [
      bytes,
      new Blob([bytes]),
      Stream.make(bytes),
      ...[100, 1000, pieceSize - 1, pieceSize, pieceSize + 1].flatMap((length) => [
        Stream.fromIterable(cuts(length)),
        Stream.rechunk(Stream.fromIterable(cuts(length)), 1)
      ])
    ]
    return Effect.gen(function*() {
      for (const content of contents) {
        yield* Files.upload({ name: "a.bin", purpose: "batch", content })
        const { pieces } = received.at(-1)!
        const large = pieces.map(({ length }) => length).filter((length) => length > 300)
        assert.deepStrictEqual(large, [pieceSize, pieceSize, pieceSize])
        assert.isAtMost(pieces.length, 8)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends lines in pieces of 64 KiB", () => {
    const { layer, received } = uploadServer()
    const lines = Array.from({ length: 20_000 }, (_, index) => JSON.stringify({ custom_id: `${index}`, body: {} }))
    return Effect.gen(function*() {
      for (
        const given of [
          lines,
          new Set(lines),
          Stream.fromIterable(lines),
          Stream.fromIterable(lines).pipe(Stream.rechunk(1))
        ]
      ) {
        yield* Files.upload({ name: "a.jsonl", purpose: "batch", lines: given })
        const { pieces } = received.at(-1)!
        assert.isAtMost(pieces.length, Math.ceil(lines.join("\n").length / pieceSize) + 6)
        assert.isAtMost(Math.max(...pieces.map(({ length }) => length)), pieceSize)
        assert.deepInclude((yield* formOf(received.at(-1)!))[0]![1], { text: `${lines.join("\n")}\n` })
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps the bytes of a slow content for at most a second before the next ones come", () => {
    const { layer, received } = uploadServer()
    const slow = Stream.fromIterable(["a", "b", "c", "d", "e"]).pipe(
      Stream.rechunk(1),
      Stream.mapEffect((text) => Effect.delay(Effect.succeed(text), "600 millis"))
    )
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Files.upload({ name: "a.jsonl", purpose: "batch", lines: slow }))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const texts = received[0]!.pieces.map((piece) => new TextDecoder().decode(piece))
      assert.deepStrictEqual(texts.filter((text) => /^([a-e]\n)+$/.test(text)), ["a\nb\n", "c\nd\n", "e\n"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("reads a content on only as far as it is sent", () => {
    const { layer, received } = uploadServer({ after: 4, status: 400 })
    let read = 0
    const content = Stream.rechunk(Stream.range(1, 1000), 1).pipe(Stream.map(() => (read++, new Uint8Array(pieceSize))))
    return Effect.gen(function*() {
      const error = yield* Effect.flip(Files.upload({ name: "a.jsonl", purpose: "batch", content }))
      assert.strictEqual(error.status, 400)
      assert.strictEqual(received.length, 1)
      assert.isAtMost(read, 5)
    }).pipe(Effect.provide(layer))
  })
})
