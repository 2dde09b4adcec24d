/** Forms: their bytes are those that the platform's own `FormData` sends. */
import { MultipartBody } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Result, Schema, Stream } from "effect"
import { encode } from "./fixtures/files.ts"

const bytesOf = (body: { readonly stream: Stream.Stream<Uint8Array, unknown> }) => Stream.mkUint8Array(body.stream)

const file = (text: string, options?: Partial<MultipartBody.FilePart>): MultipartBody.FilePart => ({
  name: "a.jsonl",
  content: Stream.succeed(encode(text)),
  ...options
})

/** The bytes that the platform sends for the same fields, with another boundary. */
const platformBytes = (fields: ReadonlyArray<readonly [string, string | File]>, boundary: string) =>
  Effect.promise(async () => {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    const response = new Response(form)
    const theirs = /boundary=(.*)$/.exec(response.headers.get("content-type")!)![1]!
    return Buffer.from(await response.arrayBuffer()).toString("latin1").replaceAll(theirs, boundary)
  })

const boundaryOf = (contentType: string) => /^multipart\/form-data; boundary=(.*)$/.exec(contentType)![1]!

const names = ["file", "a b", "a\"b", "a\rb", "a\nb", "a\r\nb", "a\n\rb", "\u00fc\u{1f600}", "a%22b", "a\\b", "a;b=c"]

describe("a form", () => {
  for (const name of names) {
    it.effect(`has the bytes of the platform's for a field and a file with the name ${JSON.stringify(name)}`, () =>
      Effect.gen(function*() {
        const body = MultipartBody.make({
          [name]: file("one\ntwo\r\n", { name, contentType: "application/jsonl" }),
          [`${name}2`]: name
        })
        const boundary = boundaryOf(body.contentType)
        const expected = yield* platformBytes([
          [name, new File(["one\ntwo\r\n"], name, { type: "application/jsonl" })],
          [`${name}2`, name]
        ], boundary)
        const bytes = yield* bytesOf(body)
        assert.strictEqual(Buffer.from(bytes).toString("latin1"), expected)
      }))
  }

  it.effect("has its fields in their order, without those that are null or undefined, and objects as JSON", () =>
    Effect.gen(function*() {
      const body = MultipartBody.make({
        last: "z",
        empty: "",
        nothing: null,
        absent: undefined,
        zero: 0,
        no: false,
        object: { a: ["\r\n", null] },
        file: file("x")
      })
      const boundary = boundaryOf(body.contentType)
      const expected = yield* platformBytes([
        ["last", "z"],
        ["empty", ""],
        ["zero", "0"],
        ["no", "false"],
        ["object", "{\"a\":[\"\\r\\n\",null]}"],
        ["file", new File(["x"], "a.jsonl")]
      ], boundary)
      assert.strictEqual(Buffer.from(yield* bytesOf(body)).toString("latin1"), expected)
    }))

  it.effect("has its length where all sizes are known, also where it has no files at all", () =>
    Effect.gen(function*() {
      const known = [
        {},
        { purpose: "\u00fc" },
        { file: file("", { size: 0 }) },
        { file: file("gr\u00fc\u00dfe", { size: 7 }), other: file("x", { size: 1, name: "\u00fc" }), purpose: "batch" }
      ]
      for (const fields of known) {
        const body = MultipartBody.make(fields)
        assert.strictEqual(body.contentLength, (yield* bytesOf(body)).length)
      }
      assert.isUndefined(MultipartBody.make({ file: file("x") }).contentLength)
      assert.isUndefined(MultipartBody.make({ a: file("x", { size: 1 }), b: file("x") }).contentLength)
      assert.isUndefined(MultipartBody.make({ a: file("x"), b: file("x", { size: 1 }) }).contentLength)
    }))

  it("has another boundary each time", () => {
    const types = Array.from({ length: 100 }, () => MultipartBody.make({}).contentType)
    assert.strictEqual(new Set(types).size, 100)
    for (const type of types) assert.match(type, /^multipart\/form-data; boundary=effect-mistral-[\da-f]{32}$/)
  })

  const wrong: ReadonlyArray<readonly [what: string, size: number, pieces: ReadonlyArray<string>, got: string]> = [
    ["more bytes than its size", 5, ["abc", "def"], "more"],
    ["more bytes than its size in its first piece", 2, ["abc"], "more"],
    ["any byte where its size is zero", 0, ["a"], "more"],
    ["fewer bytes than its size", 7, ["abc", "def"], "6"],
    ["no bytes", 1, [], "0"]
  ]
  for (const [what, size, pieces, got] of wrong) {
    it.effect(`fails in its stream where a file has ${what}, and never gives more than it announced`, () =>
      Effect.gen(function*() {
        const body = MultipartBody.make({
          file: file("", { size, content: Stream.fromIterable(pieces).pipe(Stream.rechunk(1), Stream.map(encode)) })
        })
        let given = 0
        const result = yield* Effect.result(Stream.runForEach(body.stream, ({ length }) =>
          Effect.sync(() => {
            given += length
          })))
        assert.isBelow(given, body.contentLength!)
        const error = Result.isFailure(result) ? result.failure : undefined
        assert.deepInclude(error, {
          _tag: "InvalidRequest",
          incomplete: true,
          issues: [{ path: ["file", "content"], message: `Expected ${size} bytes, which is its size, got ${got}` }]
        })
      }))
  }

  it.effect("counts anew each time its stream runs", () =>
    Effect.gen(function*() {
      const body = MultipartBody.make({ file: file("abc", { size: 3 }) })
      for (let i = 0; i < 3; i++) assert.isTrue(Exit.isSuccess(yield* Effect.exit(Stream.runDrain(body.stream))))
    }))

  it.effect("gives its file in constant memory: nothing is pulled ahead of the reader", () =>
    Effect.gen(function*() {
      let pulled = 0
      const content = Stream.fromEffectRepeat(Effect.sync(() => {
        pulled++
        return new Uint8Array(1000)
      }))
      yield* MultipartBody.make({ file: file("", { content }) }).stream.pipe(Stream.take(6), Stream.runDrain)
      assert.isAtMost(pulled, 6)
    }))
})

describe("the schema of a file of a form", () => {
  const { content } = file("x")
  const is = Schema.is(MultipartBody.FilePart)

  it("takes a name and a stream, with a size and a media type or without", () => {
    assert.isTrue(is({ name: "a", content }))
    assert.isTrue(is({ name: "\u{1f600}", content, size: 0, contentType: "text/plain; charset=utf-8" }))
    assert.isTrue(is({ name: "a\r\nb\"", content, size: undefined, contentType: undefined }))
  })

  const refused: ReadonlyArray<readonly [what: string, value: unknown]> = [
    ["no object", "text"],
    ["no name", { content }],
    ["an empty name", { name: "", content }],
    ["a name with half of a surrogate pair", { name: "a\ud800", content }],
    ["content that is no stream", { name: "a", content: "text" }],
    ["content that is bytes", { name: "a", content: new Uint8Array() }],
    ["a negative size", { name: "a", content, size: -1 }],
    ["a size with a fraction", { name: "a", content, size: 1.5 }],
    ["a size that is not a number", { name: "a", content, size: NaN }],
    ["a size that is a text", { name: "a", content, size: "1" }],
    ["an infinite size", { name: "a", content, size: Infinity }],
    ["a media type with a line break, which would add a header", { name: "a", content, contentType: "a/b\r\nx: y" }],
    ["an empty media type", { name: "a", content, contentType: "" }]
  ]
  for (const [what, value] of refused) {
    it(`refuses ${what}`, () => assert.isFalse(is(value)))
  }
})
