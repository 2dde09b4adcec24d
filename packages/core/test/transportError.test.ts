/**
 * Errors of connections that failed or were lost have the messages and codes of the whole chain of causes.
 */
import { FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, HttpClient, HttpClientError } from "effect/http"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { apiKey, bothWays, clientOver, eventStream, requests } from "./fixtures/scriptedClient.ts"

const withCode = (message: string, code: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code })

/** An error with so many causes, each named by its number. */
const chain = (length: number): Error => {
  let error: Error | undefined
  for (let number = length; number >= 1; number--) error = new Error(String(number), { cause: error })
  return error!
}

const cyclic = (): Error => {
  const error = new Error("again")
  error.cause = error
  return error
}

const descriptions: Record<string, readonly [unknown, string]> = {
  "a fetch whose connection was refused": [
    new TypeError("fetch failed", { cause: withCode("connect ECONNREFUSED 127.0.0.1:9", "ECONNREFUSED") }),
    "fetch failed: connect ECONNREFUSED 127.0.0.1:9"
  ],
  "a fetch whose name was not found": [
    new TypeError("fetch failed", { cause: withCode("getaddrinfo failed", "ENOTFOUND") }),
    "fetch failed: getaddrinfo failed (ENOTFOUND)"
  ],
  "a fetch that tried several addresses": [
    new TypeError("fetch failed", { cause: Object.assign(new AggregateError([]), { code: "ETIMEDOUT" }) }),
    "fetch failed: AggregateError (ETIMEDOUT)"
  ],
  "five errors in a chain": [chain(5), "1: 2: 3: 4: 5"],
  "six errors in a chain": [chain(6), "1: 2: 3: 4: 5"],
  "an error that is its own cause": [cyclic(), "again"],
  "causes that say the same": [
    new Error("reset", { cause: new Error("reset", { cause: "by peer" }) }),
    "reset: by peer"
  ],
  "an error without a message": [new RangeError(""), "RangeError"],
  "a cause without a message between two others": [
    new Error("outer", { cause: { cause: new Error("inner") } }),
    "outer: inner"
  ],
  "a text": ["socket hang up", "socket hang up"],
  "a cause that is a text": [new Error("failed", { cause: "ECONNRESET" }), "failed: ECONNRESET"],
  "an object with a message": [{ message: "no route" }, "no route"],
  "an object with nothing to say": [{ request: { headers: { authorization: apiKey } } }, "no details"],
  "a number": [42, "no details"],
  "nothing": [undefined, "no details"],
  "null": [null, "no details"]
}

const fetches = {
  FetchHttpClient: FetchHttpClient.layer,
  "Effect's fetch client": EffectFetchHttpClient.layer
}

for (const [name, http] of Object.entries(fetches)) {
  describe(`a connection of ${name} that fails`, () => {
    const over = (cause: unknown) =>
      MistralClient.layer({ retry: RetryPolicy.none }).pipe(
        Layer.provide(http),
        Layer.provide(Layer.succeed(FetchHttpClient.Fetch, () => Promise.reject(cause)))
      )
    for (const [what, [cause, description]] of Object.entries(descriptions)) {
      it.effect(`for ${what} says: ${description}`, () =>
        Effect.gen(function*() {
          for (const call of Object.values(bothWays)) {
            const error = yield* Effect.flip(call()).pipe(Effect.provide(over(cause)))
            assert.isTrue(error.reason._tag === "ConnectionFailed")
            if (error.reason._tag === "ConnectionFailed") assert.strictEqual(error.reason.description, description)
            assert.include(error.message, description)
            assert.isTrue(error.isRetryable)
            assert.isUndefined(error.status)
          }
        }))
    }

    it.live("because the port is closed says so", () =>
      Effect.gen(function*() {
        const port = yield* freePort
        const { reason } = yield* Effect.flip(
          bothWays.whole({ baseUrl: `http://127.0.0.1:${port}`, timeout: { total: "2 seconds" } })
        ).pipe(Effect.provide(Layer.provide(MistralClient.layer({ retry: RetryPolicy.none }), http)))
        assert.strictEqual(reason._tag, "ConnectionFailed")
        if (reason._tag === "ConnectionFailed") assert.include(reason.description, "ECONNREFUSED")
      }))
  })
}

describe("a transport", () => {
  for (const [what, [cause, description]] of Object.entries(descriptions)) {
    it.effect(`that fails for ${what} says: ${description}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(bothWays.whole())
        assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === description, JSON.stringify(reason))
      }).pipe(Effect.provide(clientOver([
        { _tag: "ConnectionError", cause, delay: Duration.zero }
      ]))))
  }

  const failing = (
    make: (request: Parameters<Parameters<typeof HttpClient.make>[0]>[0]) => HttpClientError.HttpClientError["reason"]
  ) =>
    Layer.provide(
      MistralClient.layer({ retry: RetryPolicy.none }),
      Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) => Effect.fail(new HttpClientError.HttpClientError({ reason: make(request) })))
      )
    )

  it.effect("that has no cause but a description says that", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(bothWays.whole())
      assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === "offline")
    }).pipe(Effect.provide(
      failing((request) => new HttpClientError.TransportError({ request, description: "offline" }))
    )))

  it.effect("that has a cause and a description says the cause", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(bothWays.whole())
      assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === "reset")
    }).pipe(Effect.provide(failing((request) =>
      new HttpClientError.TransportError({ request, description: "offline", cause: new Error("reset") })
    ))))

  for (const Unfit of [HttpClientError.InvalidUrlError, HttpClientError.EncodeError]) {
    it.effect(`that cannot send a request at all makes it an invalid one: ${Unfit.name}`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(bothWays)) {
          const error = yield* Effect.flip(call())
          assert.isTrue(error.reason._tag === "InvalidRequest")
          if (error.reason._tag === "InvalidRequest") {
            assert.deepStrictEqual(error.reason.issues, [{ path: [], message: "unfit" }])
          }
          assert.isFalse(error.isRetryable)
        }
      }).pipe(Effect.provide(failing((request) => new Unfit({ request, cause: new Error("unfit") })))))
  }

  it.effect("that loses a connection says why, after how many chunks, and of which request", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(bothWays.streamed())
      assert.isTrue(error.reason._tag === "ConnectionLost")
      if (error.reason._tag === "ConnectionLost") {
        assert.strictEqual(error.reason.description, "socket hang up")
        assert.strictEqual(error.reason.chunks, 2)
        assert.strictEqual(error.reason.requestId, "id-1")
      }
      assert.isTrue(error.isRetryable)
      assert.lengthOf(yield* requests, 1)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(
        ["a", "b"].map((content) => ({ id: "1", model: "m", choices: [{ index: 0, delta: { content } }] })),
        { done: false, ending: "fail", headers: { ...eventStream, "mistral-correlation-id": "id-1" } }
      )
    ]))))
})

/** A closed port. */
const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})
