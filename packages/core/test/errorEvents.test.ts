/**
 * Errors that a server reports with a good status, in an event or in place of a response, and further forms of refusals.
 */
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bothWays, clientOver, complete, eventStream, open } from "./fixtures/scriptedClient.ts"

const good = { id: "1", model: "m", choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }] }

/** A stream with one good chunk, then another event. */
const streamWith = (data: unknown, name?: string, headers?: Record<string, string>) =>
  ScriptedHttpClient.bytes([
    `data: ${JSON.stringify(good)}\n\n`,
    `${name === undefined ? "" : `event: ${name}\n`}data: ${
      typeof data === "string" ? data : JSON.stringify(data)
    }\n\n`,
    "data: [DONE]\n\n"
  ], { headers: { ...eventStream, ...headers } })

describe("an event", () => {
  const errors: Record<string, readonly [data: unknown, name: string | undefined, message: string | undefined]> = {
    "with an error": [{ error: { message: "no" } }, undefined, "no"],
    "with an error that is a text": [{ error: "no" }, undefined, "no"],
    "with an error beside the keys of a good chunk": [{ ...good, error: { message: "no" } }, undefined, "no"],
    "with a message": [{ message: "no" }, undefined, "no"],
    "with a detail": [{ detail: "no" }, undefined, "no"],
    "that is an object by the name of error": [{ object: "error", message: "no", choices: null }, undefined, "no"],
    "that is an object by the name of Error": [{ object: "Error", message: "no" }, undefined, "no"],
    "named error": [{ reason: "unknown" }, "error", undefined],
    "named error with a good chunk": [good, "error", undefined],
    "named error with a text": ["upstream is gone", "error", "upstream is gone"]
  }
  for (const [what, [data, name, message]] of Object.entries(errors)) {
    it.effect(`${what} is an error inside the stream`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(bothWays.streamed())
        const { reason } = error
        assert.strictEqual(reason._tag, "StreamError")
        if (reason._tag !== "StreamError") return
        assert.strictEqual(reason.serverMessage, message)
        assert.strictEqual(reason.chunks, 1)
        assert.strictEqual(reason.status, 200)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver([streamWith(data, name)]))))
  }

  const others: Record<string, readonly [data: unknown, name: string | undefined]> = {
    "that is no object": [1, undefined],
    "of another name that is no object": [["unknown"], "ping"],
    "of another name, which is not JSON": ["upstream is gone", "errors"]
  }
  for (const [what, [data, name]] of Object.entries(others)) {
    it.effect(`${what}, is an invalid response`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(bothWays.streamed())
        assert.isTrue(reason._tag === "InvalidResponse" && reason.chunks === 1, JSON.stringify(reason))
      }).pipe(Effect.provide(clientOver([streamWith(data, name)]))))
  }

  const chunks: Record<string, readonly [data: unknown, name: string | undefined]> = {
    "whose error is null": [{ ...good, error: null }, undefined],
    "whose error is null, and which does not fit": [{ error: null, id: 1 }, undefined],
    "with a message beside its choices, which does not fit": [{ ...good, choices: [{}], message: "no" }, undefined],
    "of another name, which does not fit": [{ reason: "unknown" }, "ping"]
  }
  for (const [what, [data, name]] of Object.entries(chunks)) {
    it.effect(`${what}, is a chunk like any other`, () =>
      bothWays.streamed().pipe(Effect.provide(clientOver([streamWith(data, name)]))))
  }

  const statuses: ReadonlyArray<readonly [keys: object, status: number, retryable: boolean]> = [
    [{}, 200, true],
    [{ raw_status_code: 400 }, 400, false],
    [{ raw_status_code: 401 }, 401, false],
    [{ raw_status_code: 408 }, 408, true],
    [{ raw_status_code: 422 }, 422, false],
    [{ raw_status_code: 429 }, 429, true],
    [{ raw_status_code: 499 }, 499, false],
    [{ raw_status_code: 500 }, 500, true],
    [{ raw_status_code: 529 }, 529, true],
    [{ status: 404 }, 404, false],
    [{ status: 404, raw_status_code: 503 }, 503, true],
    [{ raw_status_code: "400" }, 400, false]
  ]
  for (const [keys, status, retryable] of statuses) {
    it.effect(`that reports an error with ${JSON.stringify(keys)} has the status ${status}`, () =>
      Effect.gen(function*() {
        for (const data of [{ error: { message: "no", ...keys } }, { object: "error", message: "no", ...keys }]) {
          const error = yield* Effect.flip(bothWays.streamed()).pipe(Effect.provide(clientOver([streamWith(data)])))
          assert.strictEqual(error.reason._tag, "StreamError")
          assert.strictEqual(error.status, status)
          assert.strictEqual(error.isRetryable, retryable)
        }
      }))
  }

  it.effect("that reports an error has the request id of the response before its own", () =>
    Effect.gen(function*() {
      const idWith = (headers?: Record<string, string>) =>
        Effect.map(Effect.flip(bothWays.streamed()), ({ requestId }) => requestId).pipe(
          Effect.provide(clientOver([streamWith({ error: { message: "no", request_id: "body" } }, undefined, headers)]))
        )
      assert.strictEqual(yield* idWith({ "x-request-id": "header" }), "header")
      assert.strictEqual(yield* idWith(), "body")
    }))

  it.effect("that reports an error has its code, type and field", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(bothWays.streamed())
      assert.isTrue(reason._tag === "StreamError")
      if (reason._tag === "StreamError") {
        assert.deepStrictEqual([reason.code, reason.type, reason.field], ["3505", "overloaded", "model"])
      }
    }).pipe(Effect.provide(clientOver([
      streamWith({ error: { message: "no", code: 3505, type: "overloaded", param: "model" } })
    ]))))
})

describe("a whole response with a good status that reports an error", () => {
  it.effect("says what the server says", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.isTrue(reason._tag === "BadRequest" && reason.serverMessage === "no such model")
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.json({ error: { message: "no such model" } })]))))
})

describe("a refusal", () => {
  const messages: Record<string, readonly [body: unknown, message: string | undefined]> = {
    "in a list, as Google sends it": [[{ error: { message: "no" } }], "no"],
    "in a list of two": [[{ error: { message: "no" } }, { error: { message: "nor this" } }], "no; nor this"],
    "in an empty list": [[], undefined]
  }
  for (const [what, [body, message]] of Object.entries(messages)) {
    it.effect(`${what} says ${message ?? "nothing"}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(complete())
        assert.isTrue(reason._tag === "BadRequest" && reason.serverMessage === message)
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.json(body, { status: 400 })]))))
  }

  it.effect("for too many requests has the limits of its headers and no other header", () =>
    Effect.gen(function*() {
      const limitsWith = (headers: Record<string, string>) =>
        Effect.map(
          Effect.flip(complete()),
          ({ reason }) => reason._tag === "RateLimited" ? reason.limits : reason._tag
        ).pipe(Effect.provide(clientOver([ScriptedHttpClient.json({}, { status: 429, headers })])))
      assert.deepStrictEqual(
        yield* limitsWith({
          "x-ratelimit-limit-req-minute": "60",
          "X-RateLimit-Remaining-Req-Minute": "0",
          "x-other": "1",
          "ratelimit-limit": "1"
        }),
        { "x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-req-minute": "0" }
      )
      assert.isUndefined(yield* limitsWith({ "x-other": "1" }))
    }))
})
