/**
 * Connections are closed or reused as they should be, seen by a server on a real socket, with each of the HTTP clients of
 * Node.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Duration, Effect, Fiber, Layer, Option, Redacted, Result, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, HttpClient } from "effect/http"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { setTimeout as wait } from "node:timers/promises"

const clients = {
  "Effect's fetch client": EffectFetchHttpClient.layer,
  FetchHttpClient: FetchHttpClient.layer,
  "platform-node's undici client": NodeHttpClient.layerUndici,
  "UndiciHttpClient": UndiciHttpClient.layer,
  // A client that was changed is called like any other: the direct transport is bypassed.
  "UndiciHttpClient, changed": Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.mapRequest((request) => request))
  ).pipe(Layer.provide(UndiciHttpClient.layer))
}

for (const [name, http] of Object.entries(clients)) {
  describe(`over ${name}`, () => {
    it.live("an interruption closes the socket within milliseconds", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<number>()
        const { layer } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.write(chunk("a"))
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.succeed(performance.now())))
        })
        const first = yield* Deferred.make<void>()
        const fiber = yield* Chat.stream(request).pipe(
          Stream.runForEach(() => Deferred.succeed(first, undefined)),
          Effect.provide(layer),
          Effect.forkChild
        )
        yield* happens(first, "the first chunk")
        const before = performance.now()
        yield* Fiber.interrupt(fiber)
        const after = yield* happens(closed, "the close of the socket")
        assert.isBelow(after - before, 200)
      }))

    it.live("an interruption before the head of the answer closes the socket too", () =>
      Effect.gen(function*() {
        const arrived = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const { layer } = yield* serve(http, (_, response) => {
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
          Deferred.doneUnsafe(arrived, Effect.void)
        })
        const fiber = yield* Effect.forkChild(Effect.provide(Chat.complete(request), layer))
        yield* happens(arrived, "the arrival of the request")
        yield* Fiber.interrupt(fiber)
        yield* happens(closed, "the close of the socket")
      }))

    it.live("whoever stops reading closes the socket", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<void>()
        const { layer } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
          response.write(chunk("a") + chunk("b"))
        })
        const chunks = yield* Stream.runCollect(Stream.take(Chat.stream(request), 1)).pipe(Effect.provide(layer))
        assert.lengthOf(chunks, 1)
        yield* happens(closed, "the close of the socket")
      }))

    it.live("20 refusals whose bodies never end leave no request open", () =>
      Effect.gen(function*() {
        const { layer, open } = yield* serve(http, (_, response) => {
          response.writeHead(500, { "content-type": "application/json" })
          response.write("{\"message\":\"broken\",")
        })
        const results = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => Effect.result(Chat.complete(request)),
          { concurrency: 20 }
        ).pipe(Effect.provide(layer))
        for (const result of results) {
          assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "ServerError")
        }
        yield* until(() => open() === 0, "no request is open")
      }))

    it.live("a stream whose timeout ran out leaves no request open", () =>
      Effect.gen(function*() {
        const { layer, open } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.write(chunk("a"))
        })
        const stream = Stream.runDrain(Chat.stream(request, { timeout: { idle: "50 millis" } }))
        const error = yield* limited(Effect.flip(stream), "the timeout").pipe(Effect.provide(layer))
        assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "idle")
        assert.strictEqual(error.reason._tag === "Timeout" && error.reason.chunks, 1)
        yield* until(() => open() === 0, "no request is open")
      }))

    it.live("30 streams whose bodies end a packet after [DONE] share at most 2 connections", () =>
      Effect.gen(function*() {
        let drained = Promise.resolve()
        const { connections, layer } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.write(chunk("a"))
          // A stream lasts longer than it takes to drain the one before.
          drained = drained.then(async () => {
            await wait(20)
            response.write("data: [DONE]\n\n")
            await wait(5)
            await new Promise<void>((resolve) => response.end(resolve))
          })
        })
        yield* Effect.forEach(
          Array.from({ length: 30 }),
          () => Stream.runDrain(Chat.stream(request))
        ).pipe(Effect.provide(layer))
        assert.isAtMost(connections(), 2)
      }))

    it.live("a server that keeps the body open after [DONE] keeps neither the caller nor the connection", () =>
      Effect.gen(function*() {
        const { layer, open } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.write(chunk("a") + "data: [DONE]\n\n")
        })
        const [duration] = yield* Effect.timed(limited(Stream.runDrain(Chat.stream(request)), "the end of the stream"))
          .pipe(
            Effect.andThen((result) => Effect.as(until(() => open() === 0, "no request is open"), result)),
            Effect.provide(layer)
          )
        assert.isBelow(Duration.toMillis(duration), 1000)
      }))

    it.live("pulls that are given up and begun again lose nothing", () =>
      Effect.gen(function*() {
        let interrupted = 0
        let text = ""
        const { layer } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          let next = 0
          let before = -1
          // Each chunk but the first is written only after a pull was interrupted since the last one.
          const timer = setInterval(() => {
            if (interrupted === before) return
            before = interrupted
            if (next < 30) response.write(chunk(`${next++} `))
            else {
              clearInterval(timer)
              response.end("data: [DONE]\n\n")
            }
          }, 4)
        })
        yield* Effect.gen(function*() {
          const pull = yield* Stream.toPull(Chat.stream(request))
          const impatient = Effect.timeoutOption(pull, "1 millis").pipe(
            Effect.map(Option.match({
              onNone: () => void interrupted++,
              onSome: (chunks) => void (text += chunks.map(Completion.chunkText).join(""))
            })),
            Effect.forever
          )
          yield* pull
          yield* Effect.catchIf(impatient, Cause.isDone, () => Effect.void)
        }).pipe(Effect.provide(layer))
        assert.strictEqual(text, Array.from({ length: 29 }, (_, index) => `${index + 1} `).join(""))
        assert.isAtLeast(interrupted, 30)
      }))

    it.live("a connection cut in the middle of a stream is lost, and one refused has failed", () =>
      Effect.gen(function*() {
        const { layer } = yield* serve(http, (_, response) => {
          response.writeHead(200, eventStream)
          response.write(chunk("a"), () => response.destroy())
        })
        const lost = yield* Effect.flip(Stream.runDrain(Chat.stream(request))).pipe(Effect.provide(layer))
        assert.strictEqual(lost.reason._tag, "ConnectionLost")
        assert.isTrue(lost.isRetryable)
        const refused = yield* Effect.flip(Chat.complete(request, { baseUrl: "http://127.0.0.1:9/" })).pipe(
          Effect.provide(layer)
        )
        assert.strictEqual(refused.reason._tag, "ConnectionFailed")
      }))
  })
}

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const eventStream = { "content-type": "text/event-stream" }

const chunk = (content: string): string =>
  `data: ${
    JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })
  }\n\n`

/** A server for the length of a test, the chat service that calls it, and the number of its open requests. */
const serve = (
  http: typeof FetchHttpClient.layer,
  handler: (request: IncomingMessage, response: ServerResponse) => void
) =>
  Effect.acquireRelease(
    Effect.callback<
      {
        readonly close: () => void
        readonly port: number
        readonly open: () => number
        readonly connections: () => number
      }
    >(
      (resume) => {
        const open = new Set<ServerResponse>()
        const sockets = new Set<Socket>()
        let connections = 0
        const server = createServer((request, response) => {
          open.add(response)
          response.on("close", () => open.delete(response))
          request.resume().on("end", () => handler(request, response))
        })
        server.on("connection", (socket) => {
          connections++
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket))
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({
            port: (server.address() as AddressInfo).port,
            open: () => open.size,
            connections: () => connections,
            close: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            }
          })))
      }
    ),
    ({ close }) => Effect.sync(close)
  ).pipe(Effect.map((server) => ({
    ...server,
    layer: Chat.layer.pipe(
      Layer.provide(MistralClient.layer({
        apiKey: Redacted.make("a-key"),
        baseUrl: `http://127.0.0.1:${server.port}`,
        retry: RetryPolicy.none
      })),
      Layer.provide(http)
    )
  })))

/** Waits until the server sees something; if it does not within two seconds, the test fails and says so. */
const until = (condition: () => boolean, what: string): Effect.Effect<void> => {
  const poll: Effect.Effect<void> = Effect.suspend(() =>
    condition() ? Effect.void : Effect.andThen(Effect.sleep("2 millis"), poll)
  )
  return limited(poll, what)
}

/** Waits for an event; if it does not come within two seconds, the test fails and says so. */
const happens = <A>(event: Deferred.Deferred<A>, what: string): Effect.Effect<A> => limited(Deferred.await(event), what)

const limited = <A, E, R>(wait: Effect.Effect<A, E, R>, what: string): Effect.Effect<A, E, R> =>
  Effect.timeoutOrElse(wait, {
    duration: "2 seconds",
    orElse: () => Effect.die(new Error(`not within 2 seconds: ${what}`))
  })
