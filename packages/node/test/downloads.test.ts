/** Downloads through a `MistralClient` over each HTTP client of Node, as a server sees them. */
import { assert, describe, it, vi } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import type { ServerResponse } from "node:http"
import { apiKey, clientOf, clients, content, settled, until } from "./clients.ts"
import { serve } from "./server.ts"

// A test that waits for something that never comes fails after half a minute.
vi.setConfig({ testTimeout: 30_000 })

const piece = Buffer.alloc(64 * 1024, "x")
const pieces = 384

/** Writes as fast as the client reads, and gives the number of pieces that were written so far. */
const write = (response: ServerResponse) => {
  const state = { written: 0 }
  const more = (): void => {
    while (state.written < pieces) {
      state.written++
      if (!response.write(piece)) return void response.once("drain", more)
    }
    response.end()
  }
  more()
  return state
}

const sizeOf = <E, R>(stream: Stream.Stream<Uint8Array, E, R>) =>
  Stream.runFold(stream, () => 0, (size, bytes) => size + bytes.length)

for (const [name, http] of Object.entries(clients)) {
  describe(`a download over ${name}`, () => {
    it.live("pauses the socket while its reader is behind, and loses nothing", () =>
      Effect.gen(function*() {
        let state = { written: 0 }
        const url = yield* serve((_, response) => {
          state = write(response)
        })
        const resume = yield* Deferred.make<void>()
        const begun = yield* Deferred.make<void>()
        const stream = Stream.tap(content(), () =>
          Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(resume)))
        const fiber = yield* Effect.forkChild(Effect.provide(sizeOf(stream), clientOf(http, url)))
        yield* Deferred.await(begun)
        const ahead = yield* settled(() =>
          state.written
        )
        // The buffers of the two sockets, which the system may enlarge to some MiB, and of the client.
        assert.isBelow(ahead * 64, 12 * 1024, "KiB written ahead")
        yield* Deferred.succeed(resume, undefined)
        assert.strictEqual(yield* Fiber.join(fiber), pieces * piece.length)
      }))

    it.live("sends the key, and reads an empty body as an empty stream", () =>
      Effect.gen(function*() {
        const seen: Array<unknown> = []
        const url = yield* serve(({ headers, method, url }, response) => {
          seen.push([method, url, headers.authorization, headers.accept])
          response.writeHead(seen.length === 1 ? 200 : 204).end()
        })
        for (let i = 0; i < 2; i++) {
          assert.strictEqual(yield* Effect.provide(sizeOf(content()), clientOf(http, url)), 0)
        }
        const expected = ["GET", "/v1/things/t1/content", `Bearer ${apiKey}`, "application/octet-stream"]
        assert.deepStrictEqual(seen, [expected, expected])
      }))

    for (const length of [undefined, 1_000_000]) {
      it.live(`that is cut is ConnectionLost after what came, ${length ? "with" : "without"} a length`, () =>
        Effect.gen(function*() {
          const url = yield* serve((_, response) => {
            if (length !== undefined) response.setHeader("content-length", length)
            response.write("begin", () => setTimeout(() => response.destroy(), 50))
          })
          let read = ""
          const { reason } = yield* Effect.flip(Stream.runForEach(content(), (bytes) =>
            Effect.sync(() => {
              read += new TextDecoder().decode(bytes)
            }))).pipe(Effect.provide(clientOf(http, url)))
          assert.strictEqual(read, "begin")
          assert.strictEqual(reason._tag, "ConnectionLost")
        }))
    }

    it.live("that is not there is NotFound, with the server's sentence", () =>
      Effect.gen(function*() {
        const url = yield* serve((_, response) => {
          response.writeHead(404, { "content-type": "application/json" })
          response.end(JSON.stringify({ detail: "No file matches the given query." }))
        })
        const error = yield* Effect.flip(Stream.runDrain(content())).pipe(Effect.provide(clientOf(http, url)))
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, "No file matches the given query.")
      }))

    it.live("closes the connection where its reader has enough, or is interrupted", () =>
      Effect.gen(function*() {
        let closed = 0
        const url = yield* serve((_, response) => {
          response.on("close", () => closed++)
          write(response)
        })
        const layer = clientOf(http, url)
        yield* Stream.runDrain(Stream.take(content(), 1)).pipe(Effect.provide(layer))
        const begun = yield* Deferred.make<void>()
        const fiber = yield* Stream.runForEach(content(), () =>
          Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)).pipe(
            Effect.provide(layer),
            Effect.forkChild
          )
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        yield* until(() =>
          closed === 2
        )
      }))
  })
}
