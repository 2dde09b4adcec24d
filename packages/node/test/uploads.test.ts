/** Uploads through a `MistralClient` over each HTTP client of Node, as a server sees them. */
import { RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it, vi } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schedule, Stream } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { apiKey, clientOf, clients, settled, until, upload } from "./clients.ts"
import { serve } from "./server.ts"

// A test that waits for something that never comes fails after half a minute.
vi.setConfig({ testTimeout: 30_000 })

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A file of `pieces` pieces of `size` bytes, which records how many were pulled and how often it ran and ended. */
const recorded = (pieces: number, size = 64 * 1024) => {
  const state = { pulled: 0, runs: 0, ended: 0 }
  const content = Stream.suspend(() => {
    state.runs++
    return Stream.range(1, pieces).pipe(
      Stream.rechunk(1),
      Stream.map((n) => {
        state.pulled++
        return new Uint8Array(size).fill(n)
      }),
      Stream.ensuring(Effect.sync(() => state.ended++))
    )
  })
  return { state, file: { name: "a.bin", content } }
}

const bodyOf = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve(Buffer.concat(chunks)))
  })

const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
}

for (const [name, http] of Object.entries(clients)) {
  describe(`an upload over ${name}`, () => {
    it.live("arrives as the form that it is, in chunks or with its length, and with the key", () =>
      Effect.gen(function*() {
        const seen: Array<{ readonly request: IncomingMessage; readonly body: string }> = []
        const url = yield* serve((request, response) => {
          void bodyOf(request).then((body) => {
            seen.push({ request, body: body.toString("latin1") })
            json(response, { bytes: body.length })
          })
        })
        const content = Stream.make("one\n", "tw\u00f6\n").pipe(Stream.rechunk(1), Stream.map(encode))
        const file = { name: "a \"b\".jsonl", content, contentType: "application/jsonl" }
        for (const size of [undefined, 9]) {
          const response = yield* Effect.provide(upload({ ...file, size }), clientOf(http, url))
          const { body, request: { headers, method, url: path } } = seen.at(-1)!
          assert.deepStrictEqual(response, { bytes: body.length })
          assert.deepStrictEqual([method, path, headers.authorization], ["POST", "/v1/things", `Bearer ${apiKey}`])
          const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers["content-type"] ?? "")?.[1]
          assert.strictEqual(
            body,
            `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a %22b%22.jsonl"\r\n` +
              `Content-Type: application/jsonl\r\n\r\n${Buffer.from("one\ntw\u00f6\n").toString("latin1")}\r\n` +
              `--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--${boundary}--\r\n`
          )
          // `fetch` sends no length with a stream.
          if (size === undefined || name.startsWith("Fetch")) {
            assert.strictEqual(headers["transfer-encoding"], "chunked")
          } else assert.strictEqual(headers["content-length"], String(body.length))
        }
      }))

    it.live("is pulled no faster than the server reads it, and arrives whole", () =>
      Effect.gen(function*() {
        const reading = yield* Deferred.make<() => void>()
        const url = yield* serve((request, response) =>
          Deferred.doneUnsafe(
            reading,
            Effect.succeed(() => void bodyOf(request).then(({ length }) => json(response, { length })))
          )
        )
        const { file, state } = recorded(256)
        const fiber = yield* Effect.forkChild(Effect.provide(upload(file), clientOf(http, url)))
        const read = yield* Deferred.await(reading)
        const ahead = yield* settled(() => state.pulled)
        // The buffers of the two sockets, which the system may enlarge to some MiB, and of the client.
        assert.isBelow(ahead * 64, 8 * 1024, "KiB pulled ahead")
        read()
        const { length } = (yield* Fiber.join(fiber)) as { readonly length: number }
        assert.isAbove(length, 256 * 64 * 1024)
        assert.deepStrictEqual(state, { pulled: 256, runs: 1, ended: 1 })
      }))

    it.live("closes the connection and interrupts the file where it is interrupted", () =>
      Effect.gen(function*() {
        const arrived = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const url = yield* serve((request) => {
          request.on("close", () => Deferred.doneUnsafe(closed, Effect.void)).once("data", () => {
            Deferred.doneUnsafe(arrived, Effect.void)
          })
        })
        const ended = yield* Deferred.make<void>()
        const content = Stream.concat(Stream.succeed(encode("begin")), Stream.never).pipe(
          Stream.ensuring(Deferred.succeed(ended, undefined))
        )
        const fiber = yield* Effect.forkChild(Effect.provide(upload({ name: "a", content }), clientOf(http, url)))
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
        // That of effect interrupts a stream at its next piece.
        if (name !== "FetchHttpClient of effect") yield* Deferred.await(ended)
      }))

    it.live("times out where the server reads no further, and interrupts the file", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<void>()
        let request: IncomingMessage | undefined
        const url = yield* serve((arrived) => {
          request = arrived.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        })
        const { file, state } = recorded(100_000)
        const { reason } = yield* upload(file, { timeout: { firstByte: "300 millis" } }).pipe(
          Effect.flip,
          Effect.provide(clientOf(http, url))
        )
        assert.isTrue(reason._tag === "Timeout" && reason.phase === "firstByte")
        yield* settled(() => state.ended)
        assert.deepStrictEqual([state.runs, state.ended], [1, 1])
        assert.isBelow(state.pulled, 200)
        // A server that does not read does not see that the connection is closed.
        request!.resume()
        yield* Deferred.await(closed)
      }))

    it.live("fails with InvalidRequest and closes the connection where the file fails, or has another size", () =>
      Effect.gen(function*() {
        let arrived = 0
        let closed = 0
        const url = yield* serve((request, response) => {
          arrived++
          void bodyOf(request.on("close", () => request.complete || closed++)).then(() => json(response, {}))
        })
        const begin = recorded(3).file
        const files = [
          { name: "a", content: Stream.concat(begin.content, Stream.fail(new Error(`no such file, ${apiKey}`))) },
          { ...begin, size: 5 * 64 * 1024 },
          { ...begin, size: 2 * 64 * 1024 + 1 }
        ]
        const layer = clientOf(http, url, { retry: RetryPolicy.make({ schedule: Schedule.recurs(3) }) })
        for (const file of files) {
          const error = yield* Effect.flip(upload(file)).pipe(Effect.provide(layer))
          assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.incomplete, error.message)
          assert.notInclude(String(error) + JSON.stringify(error), apiKey)
        }
        assert.isAtMost(arrived, files.length)
        yield* until(() => closed === arrived)
      }))

    it.live("runs its file anew after a 429, and follows no redirect", () =>
      Effect.gen(function*() {
        const statuses = [429, 429, 200, 307]
        const bodies: Array<number> = []
        const url = yield* serve((request, response) => {
          void bodyOf(request).then(({ length }) => {
            const status = statuses[bodies.push(length) - 1]!
            response.setHeader("location", "/elsewhere")
            json(response, {}, status)
          })
        })
        const { file, state } = recorded(3)
        const layer = clientOf(http, url, { retry: RetryPolicy.make({ schedule: Schedule.recurs(3) }) })
        yield* Effect.provide(upload(file), layer)
        const error = yield* Effect.flip(Effect.provide(upload(file), layer))
        assert.strictEqual(error.status, 307)
        assert.lengthOf(bodies, 4)
        assert.strictEqual(new Set(bodies).size, 1)
        assert.deepStrictEqual(state, { pulled: 12, runs: 4, ended: 4 })
      }))

    it.live("is given up where the server refuses it before it has it all, and the reason is read", () =>
      Effect.gen(function*() {
        const url = yield* serve((request, response) => {
          request.once("data", () => json(response, { message: "too large" }, 413))
        })
        const { file, state } = recorded(100_000)
        const error = yield* Effect.flip(Effect.provide(upload(file), clientOf(http, url)))
        assert.strictEqual(error.status, 413)
        assert.include(error.message, "too large")
        yield* settled(() => state.ended)
        assert.deepStrictEqual([state.runs, state.ended], [1, 1])
      }))

    it.live("is given up where the server responds well before it has it all", () =>
      Effect.gen(function*() {
        const url = yield* serve((request, response) => {
          request.once("data", () => json(response, { ok: true }))
        })
        const { file, state } = recorded(100_000)
        assert.deepStrictEqual(yield* Effect.provide(upload(file), clientOf(http, url)), { ok: true })
        yield* settled(() => state.pulled)
        assert.deepStrictEqual([state.runs, state.ended], [1, 1])
      }))
  })
}
