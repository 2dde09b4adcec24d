import type * as ByteSource from "@effect-mistral/core/ByteSource"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { decode, DecodedBody } from "../src/internal/decodedBody.ts"
import { codings, encode, encodeInPieces } from "./contentCodings.ts"

// A test that waits for something that never comes fails after ten seconds.
vi.setConfig({ testTimeout: 10_000 })

const text = JSON.stringify({ text: "h\u00e9llo ".repeat(50) })

describe("decode", () => {
  for (const coding of codings) {
    it.effect(`decodes ${coding}, however its bytes are cut`, () =>
      Effect.gen(function*() {
        const bytes = encode(text, coding)
        for (const size of [1, 7, 1000]) {
          const read = yield* readAll(decoded(source(cut(bytes, size)), coding))
          assert.strictEqual(read.text, text)
          assert.strictEqual(read.ending, "end")
        }
      }))

    it.effect(`gives each event of ${coding} before it requests the next`, () =>
      Effect.gen(function*() {
        const events = ["data: one\n\n", "data: two\n\n", "data: three\n\n"]
        const pieces = source(yield* Effect.promise(() => encodeInPieces(events, coding)))
        const body = decoded(pieces, coding)
        for (const [index, event] of events.entries()) {
          assert.deepStrictEqual(yield* readOnce(body), event)
          assert.strictEqual(pieces.requested(), index + 1)
        }
        assert.deepStrictEqual(yield* readOnce(body), "end")
      }))

    it.effect(`fails at the end of ${coding} that was cut, after all that had come`, () =>
      Effect.gen(function*() {
        const [first, second] = yield* Effect.promise(() => encodeInPieces(["data: one\n\n", "data: two\n\n"], coding))
        const read = yield* readAll(decoded(source([first!, second!]), coding))
        assert.strictEqual(read.text, "data: one\n\ndata: two\n\n")
        assert.include(read.ending, "unexpected end of file")
        const text = JSON.stringify({ text: "hello ".repeat(50) })
        const bytes = encode(text, coding)
        for (let length = 1; length < bytes.length; length += 3) {
          const cutOff = yield* readAll(decoded(source([bytes.subarray(0, length)]), coding))
          assert.include(cutOff.ending, "unexpected end of file")
          assert.isTrue(text.startsWith(cutOff.text))
        }
      }))

    it.effect(`fails where the bytes are not ${coding}`, () =>
      Effect.gen(function*() {
        const { ending } = yield* readAll(decoded(source([Buffer.from("not compressed at all")]), coding))
        assert.notStrictEqual(ending, "end")
      }))

    it.effect(`ends an empty body of ${coding}, and fails with the error of its source`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* readAll(decoded(source([]), coding)), { text: "", ending: "end" })
        const pieces = yield* Effect.promise(() => encodeInPieces(["a"], coding))
        const lost = source([pieces[0]!, new Error("reset")])
        assert.deepStrictEqual(yield* readAll(decoded(lost, coding)), { text: "a", ending: "Error: reset" })
      }))

    it.effect(`requests nothing from its source of ${coding} before a reader waits, nor while it has output`, () =>
      Effect.gen(function*() {
        // 1 MB in a few bytes.
        const large = encode("x".repeat(2 ** 20), coding)
        const pieces = source([large, new Error("the source was read too far")])
        const body = decoded(pieces, coding)
        assert.strictEqual(pieces.requested(), 0)
        const first = yield* readOnce(body)
        assert.isBelow(first.length, 2 ** 17)
        assert.strictEqual(pieces.requested(), 1)
      }))
  }

  it.effect("reads the source to its end where bytes follow the compressed ones, and ignores them", () =>
    Effect.gen(function*() {
      for (const coding of ["br", "deflate"] as const) {
        const pieces = source([encode(text, coding), Buffer.from("and"), Buffer.from("more")])
        assert.deepStrictEqual(yield* readAll(decoded(pieces, coding)), { text, ending: "end" })
        assert.strictEqual(pieces.requested(), 4)
      }
    }))

  it.effect("decodes members of gzip one after the other", () =>
    Effect.gen(function*() {
      const bytes = Buffer.concat([encode("one", "gzip"), encode("two", "gzip")])
      assert.deepStrictEqual(yield* readAll(decoded(source([bytes]), "gzip")), { text: "onetwo", ending: "end" })
    }))

  it.effect("decodes several codings, the last first, whatever their case and however they are listed", () =>
    Effect.gen(function*() {
      const bytes = encode(encode(encode(text, "gzip"), "br"), "zstd")
      for (
        const header of ["gzip, br, zstd", "GZIP,Br , ZSTD", "identity, gzip,, br, identity, zstd", [
          "gzip",
          "br, zstd"
        ]]
      ) {
        assert.deepStrictEqual(yield* readAll(decoded(source([bytes]), header)), { text, ending: "end" })
      }
      const cutOff = yield* readAll(decoded(source([bytes.subarray(0, bytes.length - 5)]), "gzip, br, zstd"))
      assert.include(cutOff.ending, "unexpected end of file")
    }))

  it("leaves a body as it is that has no coding, an unknown one, or more than five", () => {
    const many = Array.from({ length: 6 }, () => "gzip").join()
    for (const header of ["", "identity", "compress", "gzip, compress", "constructor", "aes128gcm", many, []]) {
      assert.isUndefined(decode(source([]), header))
    }
    assert.instanceOf(decode(source([]), many.slice(5)), DecodedBody)
  })

  it.effect("delivers nothing to a read that was cancelled, and keeps it for the next", () =>
    Effect.gen(function*() {
      const body = decoded(source([encode("text", "gzip")]), "gzip")
      const told: Array<string> = []
      body.read({
        onBytes: () => told.push("bytes"),
        onEnd: () => told.push("end"),
        onError: () => told.push("error")
      })()
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
      assert.deepStrictEqual(told, [])
      assert.deepStrictEqual(yield* readAll(body), { text: "text", ending: "end" })
    }))

  it.effect("tells a closed body's reader nothing more", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const body = decoded(source([encode(encode(text, "gzip"), "br")]), "gzip, br")
      body.read({ onBytes: () => told.push("bytes"), onEnd: () => told.push("end"), onError: () => told.push("error") })
      body.close()
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
      assert.deepStrictEqual(told, [])
    }))
})

const decoded = (body: ByteSource.ByteSource, header: string | ReadonlyArray<string>): DecodedBody =>
  decode(body, header === "raw deflate" ? "deflate" : header) ?? assert.fail("not decoded")

/** A source of such reads: it ends after them, or fails with an error. */
const source = (reads: ReadonlyArray<Uint8Array | Error>): ByteSource.ByteSource & { requested: () => number } => {
  let next = 0
  return {
    requested: () => next,
    read: ({ onBytes, onEnd, onError }) => {
      const read = reads[next++]
      if (read === undefined) queueMicrotask(onEnd)
      else if (read instanceof Error) onError(read)
      else onBytes([read])
      return () => {}
    }
  }
}

const cut = (bytes: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

/** The next read as text, or how the body ended. */
const readOnce = (body: ByteSource.ByteSource) =>
  Effect.callback<string>((resume) => {
    body.read({
      onBytes: (bytes) => resume(Effect.succeed(Buffer.concat(bytes).toString())),
      onEnd: () => resume(Effect.succeed("end")),
      onError: (error) => resume(Effect.succeed(String(error)))
    })
  })

const readAll = (body: ByteSource.ByteSource) =>
  Effect.callback<{ readonly text: string; readonly ending: string }>((resume) => {
    const read: Array<Uint8Array> = []
    const end = (ending: string) => resume(Effect.succeed({ text: Buffer.concat(read).toString(), ending }))
    const next = (): void =>
      void body.read({
        onBytes: (bytes) => {
          read.push(...bytes)
          next()
        },
        onEnd: () => end("end"),
        onError: (error) => end(String(error))
      })
    next()
  })
