import { Files } from "@effect-mistral/batch"
import { RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Data, Deferred, Effect, Exit, Fiber, Schedule, Stream } from "effect"
import type * as http from "node:http"
import { clients, filesOver, serve } from "./fixtures/server.ts"
import { encode, file } from "./fixtures/uploadServer.ts"

const name = "a.jsonl"
const purpose = "batch"

class SourceError extends Data.TaggedError("SourceError")<{ readonly row: number }> {}

describe.each(clients)("Files.upload over %s", (client, layer) => {
  it.live("sends a file of known size with its length, and one of unknown size in chunks", () =>
    withServer(
      (received, response) => received.body.then(() => respond(response, 200, file)),
      (url, received) =>
        Effect.gen(function*() {
          const text = "première\n日本\n"
          for (const content of [text, encode(text), new Blob([text]), Stream.make(encode(text))]) {
            assert.deepStrictEqual(yield* Files.upload({ name, purpose, content }), file)
            const { body, headers } = received.at(-1)!
            const bytes = yield* Effect.promise(() => body)
            const form = yield* Effect.promise(() =>
              new Response(bytes, { headers: { "content-type": headers["content-type"]! } }).formData()
            )
            assert.deepStrictEqual([...form.keys()], ["file", "purpose"])
            const sent = form.get("file")
            assert.isTrue(sent instanceof File && sent.name === name && sent.type === "application/jsonl")
            assert.strictEqual(yield* Effect.promise(() => new Response(sent).text()), text)
            // A fetch sends every stream in chunks.
            if (client === "undici" && !Stream.isStream(content)) {
              assert.strictEqual(headers["content-length"], `${bytes.length}`)
            } else assert.strictEqual(headers["transfer-encoding"], "chunked")
          }
        }).pipe(Effect.provide(filesOver(layer, url)))
    ))

  it.live("fails with the error of its content, and the server gets no whole file", () =>
    withServer(
      (received, response) => received.body.then(() => respond(response, 200, file)),
      (url, received) =>
        Effect.gen(function*() {
          const error = new SourceError({ row: 3 })
          const content = Stream.concat(Stream.make(new Uint8Array(100_000)), Stream.fail(error))
          assert.strictEqual(yield* Effect.flip(Files.upload({ name, purpose, content })), error)
          const sized = Files.upload({ name, purpose, content: Stream.make(encode("123")), size: 5 })
          assert.match((yield* Effect.flip(sized)).message, /Expected 5 bytes, which is its size, got 3/)
          const defect = new Error("a bug")
          const exit = yield* Effect.exit(Files.upload({ name, purpose, content: Stream.die(defect) }))
          assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === defect)
          for (const { body } of received) {
            assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => body))))
          }
        }).pipe(Effect.provide(filesOver(layer, url)))
    ))

  it.live("closes its connection and interrupts its content when it is interrupted", () =>
    withServer(() => {}, (url, received) =>
      Effect.gen(function*() {
        const started = yield* Deferred.make<void>()
        const ended = yield* Deferred.make<void>()
        const content = Stream.make(encode("1\n")).pipe(
          Stream.concat(Stream.fromEffectDrain(Effect.andThen(Deferred.succeed(started, undefined), Effect.never))),
          Stream.ensuring(Deferred.succeed(ended, undefined))
        )
        const fiber = yield* Effect.forkChild(Files.upload({ name, purpose, content }))
        yield* Deferred.await(started)
        yield* until(() => received.length === 1)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(ended)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => received[0]!.body))))
      }).pipe(Effect.provide(filesOver(layer, url)))))

  it.live("stops to read its content where the server does not read on", () =>
    withServer(({ request }) => request.pause(), (url, received) =>
      Effect.gen(function*() {
        let read = 0
        const content = Stream.rechunk(Stream.range(1, 4000), 1).pipe(Stream.map(() => {
          read++
          return new Uint8Array(65_536)
        }))
        const fiber = yield* Effect.forkChild(Files.upload({ name, purpose, content }))
        yield* until(() => received.length === 1)
        yield* Effect.sleep("500 millis")
        const stopped = read
        yield* Effect.sleep("300 millis")
        assert.strictEqual(read, stopped)
        // What the buffers of the sockets hold is not the library's.
        assert.isBelow(read, 400)
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(filesOver(layer, url)))))

  it.live("sends its content again after a 429, also where that came before the end of it", () => {
    let count = 0
    return withServer((received, response) => {
      const attempt = ++count
      if (attempt === 1) received.request.once("data", () => respond(response, 429, { message: "slow down" }))
      else void received.body.then(() => respond(response, attempt === 2 ? 429 : 200, file))
    }, (url, received) =>
      Effect.gen(function*() {
        const content = Stream.rechunk(Stream.range(1, 200), 1).pipe(
          Stream.map((byte) => new Uint8Array(65_536).fill(byte))
        )
        assert.deepStrictEqual(yield* Files.upload({ name, purpose, content }), file)
        assert.strictEqual(received.length, 3)
        const bytes = yield* Effect.promise(() => received[2]!.body)
        assert.isAtLeast(bytes.length, 200 * 65_536)
      }).pipe(Effect.provide(filesOver(layer, url, { retry: RetryPolicy.make({ schedule: Schedule.recurs(5) }) }))))
  })

  it.live("does not send its content again where the response is lost", () =>
    withServer(
      (received) => received.body.then(() => received.request.socket.destroy()),
      (url, received) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(Files.upload({ name, purpose, content: Stream.make(encode("1")) }))
          assert.include(["ConnectionFailed", "ConnectionLost"], error.reason._tag)
          assert.strictEqual(received.length, 1)
        }).pipe(Effect.provide(filesOver(layer, url)))
    ))
})

interface Received {
  readonly request: http.IncomingMessage
  readonly headers: http.IncomingHttpHeaders
  /** The body when it has come to its end. It rejects if the connection is lost before. */
  readonly body: Promise<Buffer<ArrayBuffer>>
}

const withServer = <A, E>(
  answer: (received: Received, response: http.ServerResponse) => unknown,
  test: (url: string, received: ReadonlyArray<Received>) => Effect.Effect<A, E>
) =>
  Effect.gen(function*() {
    const all: Array<Received> = []
    const url = yield* serve((request, response) => {
      const pieces: Array<Buffer> = []
      const body = new Promise<Buffer<ArrayBuffer>>((resolve, reject) => {
        request.on("data", (piece: Buffer) => pieces.push(piece))
        request.on("end", () => resolve(Buffer.concat(pieces)))
        request.on("error", reject)
      })
      body.catch(() => {})
      const received = { request, headers: request.headers, body }
      all.push(received)
      Promise.resolve(answer(received, response)).catch(() => {})
    })
    return yield* test(url, all)
  }).pipe(Effect.scoped)

const respond = (response: http.ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))

const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sync(holds), { until: (value) => value, schedule: Schedule.spaced("5 millis") })
