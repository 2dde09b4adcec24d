import { type File, Files } from "@effect-mistral/batch"
import { type MistralError, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Data, Deferred, Effect, Exit, Fiber, Queue, Redacted, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { encode, file, formOf, uploadServer } from "./fixtures/uploadServer.ts"

const name = "a.jsonl"
const purpose = "batch"

class SourceError extends Data.TaggedError("SourceError")<{ readonly row: number }> {}

class Rows extends Context.Service<Rows, { readonly all: ReadonlyArray<string> }>()("test/Rows") {}

type Plain = Effect.Effect<File.File, MistralError.MistralError, Files.Files>

const expectType = <A>(_value: A): void => {}

const atOnce = RetryPolicy.make({ schedule: Schedule.recurs(3) })

const rows = Stream.unwrap(Effect.map(Rows, ({ all }) => Stream.fromIterable(all)))

describe("Files.upload", () => {
  it.effect("fails with the error of its content as it is", () => {
    const { layer, received } = uploadServer()
    const error = new SourceError({ row: 7 })
    return Effect.gen(function*() {
      for (const before of [0, 3, 200_000]) {
        const content = Stream.concat(Stream.make(new Uint8Array(before)), Stream.fail(error))
        const failed = yield* Effect.flip(Files.upload({ name, purpose, content }))
        assert.strictEqual(failed, error)
        const lines = Stream.concat(Stream.make("x".repeat(before)), Stream.fail(error))
        assert.strictEqual(yield* Effect.flip(Files.upload({ name, purpose, lines })), error)
      }
      assert.isTrue(received.every(({ ended }) => !ended))
    }).pipe(Effect.provide(layer))
  })

  it.effect("has the type of the content's error, and of its requirements", () => {
    const { layer, received } = uploadServer()
    const content = Stream.fail(new SourceError({ row: 1 }))
    const failing = Files.upload({ name, purpose, content })
    const caught = Effect.catchTag(failing, "SourceError", ({ row }) => Effect.succeed(row))
    expectType<Effect.Effect<File.File | number, MistralError.MistralError, Files.Files>>(caught)
    // @ts-expect-error the error of the content is an error of the upload
    expectType<Plain>(failing)
    const requiring = Files.upload({ name, purpose, lines: rows })
    expectType<Effect.Effect<File.File, MistralError.MistralError, Files.Files | Rows>>(requiring)
    // @ts-expect-error the requirement of the content is one of the upload
    expectType<Plain>(requiring)
    expectType<Plain>(Files.upload({ name, purpose, lines: ["1"] }))
    expectType<Plain>(Files.upload({ name, purpose, content: "1" }))
    expectType<Plain>(Files.upload({ name, purpose, content: Stream.make(encode("1")), size: 1 }))
    // @ts-expect-error a text is not a list of lines
    expectType<File.Upload>({ name, purpose, lines: "1" })
    // @ts-expect-error content is given either as a whole or line by line
    expectType<File.Upload>({ name, purpose, content: "1", lines: ["1"] })
    // @ts-expect-error the size of lines is not given
    expectType<File.Upload>({ name, purpose, lines: ["1"], size: 2 })
    // @ts-expect-error a purpose is needed
    expectType<File.Upload>({ name, content: "1" })
    return Effect.gen(function*() {
      assert.strictEqual(yield* caught, 1)
      yield* Effect.provideService(requiring, Rows, { all: ["one", "two"] })
      assert.deepInclude((yield* formOf(received.at(-1)!))[0]![1], { text: "one\ntwo\n" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps a defect of its content a defect", () => {
    const { layer } = uploadServer()
    const defect = new Error("a bug")
    const throwing = function*() {
      yield "1"
      throw defect
    }
    return Effect.gen(function*() {
      const contents: ReadonlyArray<Pick<File.ContentUpload, "content"> | Pick<File.LinesUpload, "lines">> = [
        { content: Stream.die(defect) },
        { content: Stream.concat(Stream.make(encode("1")), Stream.die(defect)) },
        {
          lines: Stream.map(Stream.make("1"), () => {
            throw defect
          })
        },
        {
          lines: throwing()
        }
      ]
      for (const content of contents) {
        // The cast is safe: each content has one of the forms of an upload.
        const exit = yield* Effect.exit(Files.upload({ name, purpose, ...content } as File.Upload))
        assert.isTrue(
          Exit.isFailure(exit) &&
            exit.cause.reasons.some((reason) => Cause.isDieReason(reason) && reason.defect === defect)
        )
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("interrupts its content when it is interrupted", () => {
    const { layer } = uploadServer()
    return Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const content = Stream.concat(
        Stream.make(encode("1")),
        Stream.fromEffectDrain(
          Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          )
        )
      )
      const fiber = yield* Effect.forkChild(Files.upload({ name, purpose, content }))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(interrupted)
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    }).pipe(Effect.provide(layer))
  })

  it.effect("interrupts its content when the server responds before it has everything", () => {
    const { layer, received } = uploadServer({ status: 422, after: 3 })
    return Effect.gen(function*() {
      const interrupted = yield* Deferred.make<void>()
      const content = Stream.range(1, Infinity).pipe(
        Stream.rechunk(1),
        Stream.map(() => new Uint8Array(65_536)),
        Stream.ensuring(Deferred.succeed(interrupted, undefined))
      )
      const error = yield* Effect.flip(Files.upload({ name, purpose, content }))
      assert.strictEqual(error.status, 422)
      assert.strictEqual(received.length, 1)
      yield* Deferred.await(interrupted)
    }).pipe(Effect.provide(layer))
  })

  it.effect("reads its content from the beginning after a 429 and a 503 for want of capacity", () => {
    const { layer, received } = uploadServer(
      { status: 429 },
      { status: 503, after: 2, body: { message: "Service tier capacity exceeded for this model." } },
      {}
    )
    let runs = 0
    const content = Stream.suspend(() => {
      runs++
      return Stream.make(encode("one\n"), encode("two\n"))
    })
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Files.upload({ name, purpose, content }))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), file)
      assert.strictEqual(received.length, 3)
      assert.strictEqual(runs, 3)
      assert.deepInclude((yield* formOf(received[2]!))[0]![1], { text: "one\ntwo\n" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends every kind of content a second time, too", () => {
    const contents: ReadonlyArray<Pick<File.ContentUpload, "content"> | Pick<File.LinesUpload, "lines">> = [
      { content: "1\n2\n" },
      { content: encode("1\n2\n") },
      { content: new Blob(["1\n2\n"]) },
      { lines: ["1", "2"] },
      { lines: new Set(["1", "2"]) },
      { lines: Stream.make("1", "2") }
    ]
    return Effect.forEach(contents, (content) => {
      const { layer, received } = uploadServer({ status: 429 }, {})
      return Effect.gen(function*() {
        // The cast is safe: each content has one of the forms of an upload.
        yield* Files.upload({ name, purpose, ...content } as File.Upload, { retry: atOnce })
        for (const attempt of received) assert.deepInclude((yield* formOf(attempt))[0]![1], { text: "1\n2\n" })
        assert.strictEqual(received.length, 2)
      }).pipe(Effect.provide(layer))
    })
  })

  it.effect("fails with the error of the attempt that is the last, not of one before", () => {
    const { layer, received } = uploadServer({ status: 429 }, { status: 400 })
    let runs = 0
    const content = Stream.suspend(() =>
      runs++ === 0 ? Stream.make(encode("1")) : Stream.fail(new SourceError({ row: 2 }))
    )
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.flip(Files.upload({ name, purpose, content })))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), new SourceError({ row: 2 }))
      assert.strictEqual(received.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("does not send again what it cannot know to be refused", () =>
    Effect.forEach([500, 502, 503, 504, 408, 422, 400], (status) => {
      const { layer, received } = uploadServer({ status }, {})
      return Effect.gen(function*() {
        const error = yield* Effect.flip(Files.upload({ name, purpose, content: "1" }))
        assert.strictEqual(error.status, status)
        assert.strictEqual(received.length, 1)
      }).pipe(Effect.provide(layer))
    }))

  it.effect("fails rather than to upload the rest of a content that runs only once", () =>
    Effect.gen(function*() {
      for (const after of [undefined, 2]) {
        const { layer, received } = uploadServer({ status: 429, ...after && { after } }, {})
        const queue = yield* Queue.unbounded<Uint8Array, Cause.Done>()
        yield* Queue.offerAll(queue, Array.from({ length: 10 }, () => new Uint8Array(65_536).fill(0x31)))
        yield* Queue.end(queue)
        const content = Stream.rechunk(Stream.fromQueue(queue), 1)
        const fiber = yield* Effect.forkChild(
          Effect.provide(Effect.flip(Files.upload({ name, purpose, content })), layer)
        )
        yield* TestClock.adjust("1 minute")
        const error = yield* Fiber.join(fiber)
        assert.match(error.message, /was sent again, and its content was not the same.*RetryPolicy.none/)
        assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.incomplete)
        assert.isFalse(received[1]!.ended)
      }
    }))

  it.effect("does not send a content a second time where the policy is none", () => {
    const { layer, received } = uploadServer({ status: 429 }, {})
    return Effect.gen(function*() {
      const error = yield* Effect.flip(
        Files.upload({ name, purpose, content: Stream.make(encode("1")) }, { retry: RetryPolicy.none })
      )
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.strictEqual(received.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("never sends the lines of an iterator a second time", () => {
    const { layer, received } = uploadServer({ status: 429 }, {})
    return Effect.gen(function*() {
      const lines = ["1", "2"].values()
      const error = yield* Effect.flip(Files.upload({ name, purpose, lines }))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.strictEqual(received.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("says so where a new key needs the lines of an iterator a second time", () => {
    const { layer, received } = uploadServer({ status: 401 }, {})
    return Effect.gen(function*() {
      let keys = 0
      const apiKey = Effect.sync(() => Redacted.make(`key-${++keys}`))
      yield* Files.upload({ name, purpose, lines: ["1", "2"] }, { apiKey })
      assert.strictEqual(received.length, 2)
      received.length = 0
      const error = yield* Effect.flip(Files.upload({ name, purpose, lines: ["1", "2"].values() }, { apiKey }))
      assert.match(error.message, /must be sent again, but an iterator can be read only once/)
      assert.strictEqual(received.length, 2)
      assert.isFalse(received[1]!.ended)
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs its content once for each upload of the same effect", () => {
    const { layer, received } = uploadServer()
    return Effect.gen(function*() {
      const upload = Files.upload({ name, purpose, content: Stream.make(encode("1")) })
      yield* upload
      yield* upload
      assert.strictEqual(received.length, 2)
      assert.deepStrictEqual(yield* formOf(received[0]!), yield* formOf(received[1]!))
    }).pipe(Effect.provide(layer))
  })
})
