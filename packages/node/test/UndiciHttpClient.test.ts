import { UndiciHttpClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Result, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Body } from "../src/internal/body.ts"

describe("UndiciHttpClient", () => {
  it.live("sends method, path, query, headers and body, and gives status, headers, cookies and body", () =>
    Effect.gen(function*() {
      const url = yield* serve((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
          response.writeHead(201, { "content-type": "application/json", "set-cookie": ["a=1", "b=2"] })
          response.end(JSON.stringify({
            method: request.method,
            url: request.url,
            header: request.headers["x-test"],
            body: Buffer.concat(chunks).toString()
          }))
        })
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* HttpClientRequest.post(`${url}/path`).pipe(
        HttpClientRequest.setUrlParams({ q: "é" }),
        HttpClientRequest.setHeader("x-test", "yes"),
        HttpClientRequest.bodyText("grüße", "text/plain"),
        http.execute
      )
      assert.strictEqual(response.status, 201)
      assert.strictEqual(response.headers["content-type"], "application/json")
      assert.strictEqual(response.url, `${url}/path?q=%C3%A9`)
      assert.deepStrictEqual(Object.keys(response.cookies.cookies), ["a", "b"])
      assert.deepStrictEqual(yield* response.json, {
        method: "POST",
        url: "/path?q=%C3%A9",
        header: "yes",
        body: "grüße"
      })
      assert.include(yield* response.text, "grüße")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("keeps connections alive", () =>
    Effect.gen(function*() {
      let connections = 0
      const url = yield* serve((_, response) => response.end("ok"), () => connections++)
      const http = yield* HttpClient.HttpClient
      for (let i = 0; i < 10; i++) yield* Effect.flatMap(http.get(url), (response) => response.text)
      // Undici frees a connection one turn of the event loop after its answer: two take turns.
      assert.isAtMost(connections, 2)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("pauses the socket while the reader is behind, and loses nothing", () =>
    Effect.gen(function*() {
      const piece = Buffer.alloc(64 * 1024, "x")
      const pieces = 512
      let written = 0
      const url = yield* serve((_, response) => {
        const write = (): void => {
          while (written < pieces) {
            written++
            if (!response.write(piece)) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      // Nobody reads yet: what the server can write is bounded by the buffers on the way.
      yield* settled(() => written)
      assert.isBelow(written, pieces)
      const size = yield* Stream.runFold(response.stream, () => 0, (size, bytes) => size + bytes.length)
      assert.strictEqual(size, pieces * piece.length)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("an interruption before the head closes the request, and a refused connection fails", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((_, response) => {
        response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const http = yield* HttpClient.HttpClient
      const fiber = yield* Effect.forkChild(http.get(url))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
      const refused = yield* Effect.flip(http.get("http://127.0.0.1:1"))
      assert.strictEqual(refused.reason._tag, "TransportError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("a connection cut in the middle of a body fails its reader with a DecodeError, after what had come", () =>
    Effect.gen(function*() {
      const url = yield* serve((_, response) => {
        response.write("begin", () => setImmediate(() => response.destroy()))
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      const read: Array<string> = []
      const result = yield* Effect.result(
        Stream.runForEach(response.stream, (bytes) => Effect.sync(() => read.push(new TextDecoder().decode(bytes))))
      )
      assert.deepStrictEqual(read, ["begin"])
      assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "DecodeError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("refuses to stream a request body, before anything is sent", () =>
    Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      const error = yield* HttpClientRequest.post("http://127.0.0.1:1").pipe(
        HttpClientRequest.bodyStream(Stream.make(new Uint8Array([1]))),
        http.execute,
        Effect.flip
      )
      assert.strictEqual(error.reason._tag, "EncodeError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("closes its connections with the layer", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((request, response) => {
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        response.end("ok")
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(UndiciHttpClient.layer)
        yield* Effect.flatMap(HttpClient.get(url), (response) => response.text).pipe(Effect.provide(context))
      }))
      yield* Deferred.await(closed)
    }))
})

describe("Body", () => {
  it.effect("tells that the answer has begun with a piece that came with its head, and a moment later if none did", () =>
    Effect.gen(function*() {
      const controller = { pause: () => {}, resume: () => {} }
      const told: Array<string> = []

      const together = new Body(4)
      together.start(controller, () => told.push("together"))
      assert.deepStrictEqual(told, [])
      together.push(new Uint8Array([1]))
      assert.deepStrictEqual(told, ["together"])
      assert.strictEqual(yield* read(together), "1 pieces")

      const apart = new Body(4)
      apart.start(controller, () => told.push("apart"))
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(told, ["together", "apart"])
      apart.push(new Uint8Array([1]))
      assert.strictEqual(yield* read(apart), "1 pieces")

      const failed = new Body(4)
      failed.start(controller, () => told.push("failed"))
      failed.fail("lost")
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(told, ["together", "apart", "failed"])
      assert.strictEqual(yield* read(failed), "lost")
    }))

  it.effect("gives all that waits in one read, pauses at the high-water mark and resumes when it was read", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      const body = new Body(4)
      body.start({ pause: () => calls.push("pause"), resume: () => calls.push("resume") }, () => {})
      body.push(new Uint8Array([1, 2]))
      assert.deepStrictEqual(calls, [])
      body.push(new Uint8Array([3, 4]))
      body.push(new Uint8Array([5]))
      assert.deepStrictEqual(calls, ["pause"])
      assert.strictEqual(yield* read(body), "3 pieces")
      assert.deepStrictEqual(calls, ["pause", "resume"])
    }))

  it.effect("gives what had come before a failure, then the failure, again and again", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      body.push(new Uint8Array([1]))
      body.fail("lost")
      assert.strictEqual(yield* read(body), "1 pieces")
      assert.strictEqual(yield* read(body), "lost")
      assert.strictEqual(yield* read(body), "lost")
    }))

  it.effect("gives a waiting reader all that one read of the socket holds, then the end", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const [first, second] = piecesOfOneRead()
      const waiting = yield* Effect.forkChild(read(body), { startImmediately: true })
      body.push(first)
      body.push(second)
      body.end()
      assert.strictEqual(yield* Fiber.join(waiting), "2 pieces")
      assert.strictEqual(yield* read(body), "end")
    }))

  it.effect("gives a waiting reader at once what comes alone, and later what is not followed by the rest of its read", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const given: Array<string> = []
      const wait = () => body.read({ onBytes: ({ length }) => given.push(`${length} pieces`), ...ends(given) })
      wait()
      body.push(new Uint8Array([1]))
      assert.deepStrictEqual(given, ["1 pieces"])
      wait()
      body.push(piecesOfOneRead()[0])
      assert.deepStrictEqual(given, ["1 pieces"])
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(given, ["1 pieces", "1 pieces"])
      wait()
      body.end()
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(given, ["1 pieces", "1 pieces", "end"])
    }))

  it.effect("forgets a reader that no longer waits, and no other in its place", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const given: Array<string> = []
      const forget = body.read({ onBytes: () => given.push("forgotten"), ...ends(given) })
      forget()
      body.read({ onBytes: () => given.push("waiting"), ...ends(given) })
      forget()
      body.push(new Uint8Array([1]))
      assert.deepStrictEqual(given, ["waiting"])
    }))

  it.effect("keeps what comes for a reader that was interrupted", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const waiting = yield* Effect.forkChild(read(body), { startImmediately: true })
      body.push(piecesOfOneRead()[0])
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(yield* read(body), "1 pieces")
    }))
})

/** Two pieces as undici gives them: views of what the socket read. */
const piecesOfOneRead = () => {
  const bytes = new Uint8Array(32)
  return [bytes.subarray(4, 8), bytes.subarray(20, 24)] as const
}

const ends = (given: Array<string>) => ({
  onEnd: () => void given.push("end"),
  onError: () => void given.push("error")
})

const read = (body: Body) =>
  Effect.callback<unknown>((resume) =>
    Effect.sync(body.read({
      onBytes: (bytes) => resume(Effect.succeed(`${bytes.length} pieces`)),
      onEnd: () => resume(Effect.succeed("end")),
      onError: (error) => resume(Effect.succeed(error))
    }))
  )

const serve = (handler: (request: IncomingMessage, response: ServerResponse) => void, onConnection?: () => void) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(handler)
      if (onConnection !== undefined) server.on("connection", onConnection)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** Waits until a number no longer grows. */
const settled = (read: () => number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const before = read()
    return Effect.flatMap(Effect.sleep("100 millis"), () => read() === before ? Effect.void : settled(read))
  })
