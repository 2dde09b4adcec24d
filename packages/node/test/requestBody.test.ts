/** Request bodies of every kind, as a server receives them. */
import { UndiciHttpClient } from "@effect-mistral/node"
import { assert, describe, it, vi } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { HttpBody, HttpClient, HttpClientRequest } from "effect/http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { client, FakeDispatcher } from "./dispatcher.ts"
import { serve } from "./server.ts"

// A test that waits for something that never comes fails after ten seconds.
vi.setConfig({ testTimeout: 10_000 })

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a server receives: its framing, the content type and the body. */
const received = (body: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function*() {
    const url = yield* serve((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
        const { headers } = request
        response.end(JSON.stringify({
          length: headers["content-length"],
          encoding: headers["transfer-encoding"],
          type: headers["content-type"],
          body: Buffer.concat(chunks).toString()
        }))
      })
    })
    const http = yield* HttpClient.HttpClient
    const response = yield* http.execute(body(HttpClientRequest.post(url)))
    return (yield* response.json) as Record<"length" | "encoding" | "type" | "body", string | undefined>
  }).pipe(Effect.provide(UndiciHttpClient.layer))

describe("a request body", () => {
  it.live("that is a Stream is sent in chunks, or with its length where that is known", () =>
    Effect.gen(function*() {
      const body = Stream.make("one ", "two ", "thr\u00e9e").pipe(Stream.map(encode), Stream.rechunk(1))
      assert.deepStrictEqual(
        yield* received(HttpClientRequest.bodyStream(body, { contentType: "text/plain" })),
        { encoding: "chunked", type: "text/plain", body: "one two thr\u00e9e" } as never
      )
      assert.deepStrictEqual(
        yield* received(HttpClientRequest.bodyStream(body, { contentType: "text/plain", contentLength: 14 })),
        { length: "14", type: "text/plain", body: "one two thr\u00e9e" } as never
      )
      const empty = yield* received(HttpClientRequest.bodyStream(Stream.empty, { contentType: "text/plain" }))
      assert.strictEqual(empty.body, "")
    }))

  it.live("that is bytes or raw text is sent with its length", () =>
    Effect.gen(function*() {
      const bytes = yield* received(HttpClientRequest.bodyUint8Array(encode("bytes"), "application/x"))
      assert.deepStrictEqual(bytes, { length: "5", type: "application/x", body: "bytes" } as never)
      const raw = yield* received(HttpClientRequest.setBody(HttpBody.raw("raw", { contentType: "text/raw" })))
      assert.deepStrictEqual(raw, { length: "3", type: "text/raw", body: "raw" } as never)
    }))

  it.live("that is a form is sent with its length and boundary", () =>
    Effect.gen(function*() {
      const form = new FormData()
      form.append("purpose", "batch")
      form.append("file", new Blob(["{\"a\":1}"], { type: "application/jsonl" }), "a.jsonl")
      const { body, encoding, length, type } = yield* received(HttpClientRequest.bodyFormData(form))
      assert.isUndefined(encoding)
      assert.strictEqual(Number(length), Buffer.byteLength(body ?? ""))
      const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type ?? "")?.[1]
      assert.isTrue(body?.startsWith(`--${boundary}`))
      assert.include(body, "name=\"purpose\"\r\n\r\nbatch\r\n")
      assert.include(body, "filename=\"a.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n{\"a\":1}\r\n")
    }))

  it.live("of a kind that undici does not send is an error", () =>
    Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      const { reason } = yield* HttpClientRequest.post("http://127.0.0.1:9").pipe(
        HttpClientRequest.setBody(HttpBody.raw(42)),
        http.execute,
        Effect.flip
      )
      assert.strictEqual(reason._tag, "TransportError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("whose length is not the one that was announced is an error", () =>
    Effect.gen(function*() {
      for (const contentLength of [2, 200]) {
        const error = yield* Effect.flip(
          received(HttpClientRequest.bodyStream(Stream.make(encode("some text")), { contentLength }))
        )
        assert.isTrue(error._tag === "HttpClientError" && error.reason._tag === "TransportError")
      }
    }))

  it.live("that fails is an EncodeError with its cause, and closes the request", () =>
    Effect.gen(function*() {
      const { closed, url } = yield* silent
      const http = yield* HttpClient.HttpClient
      const { reason } = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(Stream.concat(Stream.make(encode("begin")), Stream.fail("no such file"))),
        http.execute,
        Effect.flip
      )
      assert.isTrue(reason._tag === "EncodeError" && reason.cause === "no such file")
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("that dies kills the request with its cause", () =>
    Effect.gen(function*() {
      const { closed, url } = yield* silent
      const http = yield* HttpClient.HttpClient
      const exit = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(Stream.concat(Stream.make(encode("begin")), Stream.die(new Error("broken")))),
        http.execute,
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause) && !Cause.hasFails(exit.cause))
      assert.include(String(exit), "broken")
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("is interrupted with its request, also while it waits for its next bytes", () =>
    Effect.gen(function*() {
      const { arrived, closed, url } = yield* silent
      const ended = yield* Deferred.make<void>()
      const http = yield* HttpClient.HttpClient
      const fiber = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(endless(ended)),
        http.execute,
        Effect.forkChild
      )
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(ended)
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.effect("is closed with a request that still waits for a connection", () =>
    Effect.gen(function*() {
      const dispatcher = new FakeDispatcher(() => {})
      const http = yield* client(dispatcher)
      const fiber = yield* HttpClientRequest.post("http://host/").pipe(
        HttpClientRequest.bodyStream(Stream.never),
        http.execute,
        Effect.forkChild({ startImmediately: true })
      )
      const body = dispatcher.options[0]?.body
      assert.isTrue(body instanceof Readable && !body.destroyed)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(body instanceof Readable && body.destroyed)
    }))

  it.live("is interrupted where the connection is lost, which is a TransportError", () =>
    Effect.gen(function*() {
      const ended = yield* Deferred.make<void>()
      const url = yield* serve((request) => void request.once("data", () => request.socket.destroy()))
      const http = yield* HttpClient.HttpClient
      const { reason } = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(endless(ended)),
        http.execute,
        Effect.flip
      )
      assert.strictEqual(reason._tag, "TransportError")
      yield* Deferred.await(ended)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("is read no faster than the server takes it", () =>
    Effect.gen(function*() {
      let produced = 0
      const pieces = 256
      const reading = yield* Deferred.make<() => void>()
      const url = yield* serve((request, response) => {
        let size = 0
        Deferred.doneUnsafe(
          reading,
          Effect.succeed(() => {
            request.on("data", (chunk: Buffer) => size += chunk.length).on("end", () => response.end(String(size)))
          })
        )
      })
      const http = yield* HttpClient.HttpClient
      const body = Stream.range(1, pieces).pipe(
        Stream.rechunk(1),
        Stream.map(() => {
          produced++
          return new Uint8Array(64 * 1024)
        })
      )
      const fiber = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(body),
        http.execute,
        Effect.flatMap((response) => response.text),
        Effect.forkChild
      )
      const read = yield* Deferred.await(reading)
      yield* settled(() => produced)
      assert.isBelow(produced, pieces)
      read()
      assert.strictEqual(yield* Fiber.join(fiber), String(pieces * 64 * 1024))
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("is not read where the server cannot be reached", () =>
    Effect.gen(function*() {
      let started = 0
      const http = yield* HttpClient.HttpClient
      const { reason } = yield* HttpClientRequest.post("http://127.0.0.1:1").pipe(
        HttpClientRequest.bodyStream(Stream.sync(() => {
          started++
          return encode("text")
        })),
        http.execute,
        Effect.flip
      )
      assert.strictEqual(reason._tag, "TransportError")
      assert.strictEqual(started, 0)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("is given up where the server answers before it was sent, and the answer is read", () =>
    Effect.gen(function*() {
      const ended = yield* Deferred.make<void>()
      const url = yield* serve((_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(413, { connection: "close" })
        response.end("too large")
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* HttpClientRequest.post(url).pipe(
        HttpClientRequest.bodyStream(endless(ended)),
        http.execute
      )
      assert.strictEqual(response.status, 413)
      assert.strictEqual(yield* response.text, "too large")
      yield* Deferred.await(ended)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))
})

/** A body that never ends, and tells of its interruption. */
const endless = (ended: Deferred.Deferred<void>) =>
  Stream.concat(Stream.make(encode("begin")), Stream.never).pipe(Stream.ensuring(Deferred.succeed(ended, undefined)))

/** A server that reads and never answers, and when its request came and was closed. */
const silent = Effect.gen(function*() {
  const arrived = yield* Deferred.make<void>()
  const closed = yield* Deferred.make<void>()
  const url = yield* serve((request, response) => {
    request.on("error", () => {}).once("data", () => Deferred.doneUnsafe(arrived, Effect.void))
    response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
  })
  return { arrived, closed, url }
})

/** Waits until a number no longer grows. */
const settled = (read: () => number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const before = read()
    return Effect.flatMap(Effect.sleep("100 millis"), () => read() === before ? Effect.void : settled(read))
  })
