/** Gateways that compress what nobody asked them to compress: every HTTP client of Node that decodes gives the same answer. */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, HttpClient } from "effect/http"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { codings, encode, encodeInPieces, nameOf } from "../packages/node/test/contentCodings.ts"

const clients = {
  FetchHttpClient: FetchHttpClient.layer,
  "Effect's fetch client": EffectFetchHttpClient.layer,
  UndiciHttpClient: UndiciHttpClient.layer,
  "UndiciHttpClient, changed": Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.mapRequest((request) => request))
  ).pipe(Layer.provide(UndiciHttpClient.layer))
}

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const chunks = TestCompletion.chunks("one two three")

const events = [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`)

const whole = JSON.stringify(TestCompletion.response("one two three"))

const head = (type: string, coding: string) => ({ "content-type": type, "content-encoding": coding })

for (const [name, http] of Object.entries(clients)) {
  describe(`over ${name}`, () => {
    for (const coding of codings) {
      // What a platform's own `fetch` decodes is its own affair: every Node has these.
      if (!name.startsWith("Undici") && (coding === "zstd" || coding === "raw deflate")) continue

      it.live(`a whole answer in ${coding} is read`, () =>
        Effect.gen(function*() {
          const layer = yield* serve(http, (_, response) =>
            response.writeHead(200, head("application/json", nameOf(coding))).end(encode(whole, coding)))
          const answer = yield* Effect.provide(Chat.complete(request), layer)
          assert.strictEqual(Completion.text(answer), "one two three")
        }))

      it.live(`the events of a stream in ${coding} are given as they come`, () =>
        Effect.gen(function*() {
          const pieces = yield* Effect.promise(() => encodeInPieces(events, coding))
          let next = () => {}
          const layer = yield* serve(http, (_, response) => {
            response.writeHead(200, head("text/event-stream", nameOf(coding)))
            next = () => {
              const piece = pieces.shift()
              if (piece === undefined) response.end()
              else response.write(piece)
            }
            next()
          })
          // The server writes an event only after the one before was given.
          const given = yield* Chat.stream(request).pipe(
            Stream.tap(() => Effect.sync(next)),
            Stream.runCollect,
            Effect.provide(layer),
            Effect.timeoutOrElse({
              duration: "5 seconds",
              orElse: () => Effect.die(new Error("an event was held back"))
            })
          )
          assert.deepStrictEqual(given.map(Completion.chunkText), chunks.map(Completion.chunkText))
        }))

      it.live(`an error in ${coding} has the server's own sentence`, () =>
        Effect.gen(function*() {
          for (const call of [Effect.asVoid(Chat.complete(request)), Stream.runDrain(Chat.stream(request))]) {
            const layer = yield* serve(http, (_, response) =>
              response.writeHead(400, head("application/json", nameOf(coding)))
                .end(encode("{\"message\":\"no such model\"}", coding)))
            const error = yield* Effect.flip(call).pipe(Effect.provide(layer))
            assert.include(error.message, "no such model")
          }
        }))
    }
  })
}

describe("over UndiciHttpClient", () => {
  for (const coding of codings) {
    it.live(`a stream in ${coding} that is cut is a lost connection, after what had come`, () =>
      Effect.gen(function*() {
        const pieces = yield* Effect.promise(() => encodeInPieces(events, coding))
        const layer = yield* serve(
          UndiciHttpClient.layer,
          (_, response) =>
            response.writeHead(200, head("text/event-stream", nameOf(coding))).end(Buffer.concat(pieces.slice(0, 2)))
        )
        const error = yield* Effect.flip(Stream.runDrain(Chat.stream(request))).pipe(Effect.provide(layer))
        assert.isTrue(error.reason._tag === "ConnectionLost" && error.reason.chunks === 2)
        assert.include(error.message, "unexpected end of file")
      }))

    it.live(`a whole answer in ${coding} that is cut is a lost connection`, () =>
      Effect.gen(function*() {
        const layer = yield* serve(UndiciHttpClient.layer, (_, response) =>
          response.writeHead(200, head("application/json", nameOf(coding))).end(encode(whole, coding).subarray(0, -9)))
        const error = yield* Effect.flip(Chat.complete(request)).pipe(Effect.provide(layer))
        assert.strictEqual(error.reason._tag, "ConnectionLost")
      }))
  }

  it.live("codings over one another, and none at all, are read", () =>
    Effect.gen(function*() {
      const bodies: Record<string, Uint8Array> = {
        "gzip, br": encode(encode(whole, "gzip"), "br"),
        "zstd, identity, GZIP": encode(encode(whole, "zstd"), "gzip"),
        "identity": Buffer.from(whole)
      }
      for (const [coding, body] of Object.entries(bodies)) {
        const layer = yield* serve(
          UndiciHttpClient.layer,
          (_, response) => response.writeHead(200, head("application/json", coding)).end(body)
        )
        assert.strictEqual(Completion.text(yield* Effect.provide(Chat.complete(request), layer)), "one two three")
      }
    }))

  it.live("bytes of an unknown coding are an unusable response, which is not requested again", () =>
    Effect.gen(function*() {
      let requests = 0
      const layer = yield* serve(UndiciHttpClient.layer, (_, response) => {
        requests++
        response.writeHead(200, head("application/json", "compress")).end(encode(whole, "br"))
      }, { retry: RetryPolicy.defaultPolicy })
      const error = yield* Effect.flip(Chat.complete(request)).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
      assert.strictEqual(requests, 1)
    }))

  it.live("no compression is requested, unless the program does", () =>
    Effect.gen(function*() {
      const requested: Array<string | undefined> = []
      const layer = yield* serve(UndiciHttpClient.layer, (request, response) => {
        requested.push(request.headers["accept-encoding"])
        response.writeHead(200, head("application/json", "gzip")).end(encode(whole, "gzip"))
      })
      yield* Effect.provide(Chat.complete(request), layer)
      yield* Effect.provide(Chat.complete(request, { headers: { "Accept-Encoding": "gzip" } }), layer)
      assert.deepStrictEqual(requested, [undefined, "gzip"])
    }))

  it.live("a client sees a decoded response without the headers of its coding, and others as they are", () =>
    Effect.gen(function*() {
      const url = yield* listen((request, response) => {
        const [, status, coding] = (request.url ?? "").split("/")
        const length = status === "204" ? {} : { "content-length": encode("text", "gzip").length }
        response.writeHead(Number(status), { "content-encoding": coding, ...length, "x-other": "kept" })
        const empty = request.method === "HEAD" || status === "204" || status === "304"
        response.end(empty ? undefined : encode("text", "gzip"))
      })
      const http = yield* HttpClient.HttpClient
      const decoded = yield* http.get(`${url}/200/gzip`)
      assert.strictEqual(yield* decoded.text, "text")
      assert.deepStrictEqual(
        ["content-encoding", "content-length", "x-other"].map((name) => decoded.headers[name]),
        [undefined, undefined, "kept"]
      )
      for (
        const [method, status, coding] of [["HEAD", 200, "gzip"], ["GET", 204, "gzip"], ["GET", 304, "br"]] as const
      ) {
        const response = yield* method === "HEAD" ? http.head(`${url}/${status}/${coding}`) : http.get(
          `${url}/${status}/${coding}`
        )
        assert.strictEqual(response.headers["content-encoding"], coding)
        assert.strictEqual(yield* response.text, "")
      }
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("a reader that falls behind pauses the socket, however much the bytes expand to, and loses nothing", () =>
    Effect.gen(function*() {
      // Random text, so that the compressed body is larger than the buffers of sockets.
      const piece = Buffer.from(crypto.getRandomValues(new Uint8Array(48 * 1024))).toString("base64")
      const pieces = yield* Effect.promise(() => encodeInPieces(Array.from({ length: 400 }, () => piece), "gzip"))
      let written = 0
      const url = yield* listen((_, response) => {
        response.writeHead(200, head("text/plain", "gzip"))
        const write = (): void => {
          while (written < pieces.length) {
            if (!response.write(pieces[written++])) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      yield* settled(() => written)
      assert.isBelow(written, pieces.length)
      const size = yield* Stream.runFold(response.stream, () => 0, (size, bytes) => size + bytes.length)
      assert.strictEqual(size, 400 * piece.length)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("an interruption closes the socket of a compressed stream, before its first event and after it", () =>
    Effect.gen(function*() {
      for (const count of [0, 1]) {
        const [first] = yield* Effect.promise(() => encodeInPieces(events, "br"))
        const closed = yield* Deferred.make<void>()
        const arrived = yield* Deferred.make<void>()
        const layer = yield* serve(UndiciHttpClient.layer, (_, response) => {
          response.writeHead(200, head("text/event-stream", "br"))
          if (count === 1) response.write(first)
          else response.flushHeaders()
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
          Deferred.doneUnsafe(arrived, Effect.void)
        })
        const given = yield* Deferred.make<void>()
        const fiber = yield* Chat.stream(request).pipe(
          Stream.runForEach(() => Deferred.succeed(given, undefined)),
          Effect.provide(layer),
          Effect.forkChild
        )
        yield* Deferred.await(count === 1 ? given : arrived)
        yield* Fiber.interrupt(fiber)
        yield* Effect.timeoutOrElse(Deferred.await(closed), {
          duration: "2 seconds",
          orElse: () => Effect.die(new Error("the socket stays open"))
        })
      }
    }))
})

/** A server for the length of a test, and its URL. */
const listen = (respond: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => request.resume().on("end", () => respond(request, response)))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** A server for the length of a test, as the chat service that calls it. */
const serve = (
  http: Layer.Layer<HttpClient.HttpClient>,
  respond: (request: IncomingMessage, response: ServerResponse) => void,
  options?: MistralClient.Options
) =>
  Effect.map(listen(respond), (baseUrl) =>
    Chat.layer.pipe(
      Layer.provide(MistralClient.layer({ baseUrl, retry: RetryPolicy.none, ...options })),
      Layer.provide(http)
    ))

/** Waits until a number no longer grows. */
const settled = (read: () => number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const before = read()
    return Effect.flatMap(Effect.sleep("100 millis"), () => read() === before ? Effect.void : settled(read))
  })
