/** A changed HTTP client: Effect's rate limiter and circuit breaker, and errors of a client's own. */
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Data, Duration, Effect, Fiber, flow, Layer, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { CircuitBreaker, RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import {
  bothWays,
  clientOver,
  goodResponse,
  listModels,
  open,
  requests,
  type Script,
  within
} from "./fixtures/scriptedClient.ts"

const ways = { ...bothWays, "of a list": (options?: MistralClient.CallOptions) => Effect.asVoid(listModels(options)) }

const unavailable = ScriptedHttpClient.json({}, { status: 503 })

const services = Layer.mergeAll(
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
  CircuitBreaker.layer({ tripPolicy: CircuitBreaker.consecutive(2), openDuration: "30 seconds" }).pipe(
    Layer.provide(CircuitBreaker.layerStoreMemory())
  )
)

/** A client that is built inside an Effect, which has a rate limiter and a circuit breaker. */
const over = (
  script: Script,
  options: (services: {
    readonly limiter: RateLimiter.RateLimiter
    readonly breaker: CircuitBreaker.CircuitBreaker
  }) => MistralClient.Options
) =>
  Layer.unwrap(Effect.gen(function*() {
    const limiter = yield* RateLimiter.RateLimiter
    const breaker = yield* CircuitBreaker.CircuitBreaker
    return MistralClient.layer({ apiKey: Redacted.make("key"), ...options({ limiter, breaker }) })
  })).pipe(Layer.provide(services), Layer.provideMerge(ScriptedHttpClient.layer(script)))

describe("a client with Effect's rate limiter", () => {
  for (const [way, call] of Object.entries(ways)) {
    it.effect(`sends no more requests than the limit allows, and the others later (${way})`, () =>
      Effect.gen(function*() {
        const calls = yield* Effect.forkChild(
          Effect.all(Array.from({ length: 5 }, () => call()), { concurrency: "unbounded" }),
          { startImmediately: true }
        )
        yield* TestClock.adjust(0)
        assert.lengthOf(yield* requests, 2)
        yield* TestClock.adjust("1 minute")
        assert.lengthOf(yield* requests, 4)
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(calls)
        assert.lengthOf(yield* requests, 5)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(over(goodResponse, ({ limiter }) => ({
        transformClient: HttpClient.withRateLimiter({ limiter, key: "m", limit: 2, window: "1 minute", times: 0 })
      })))))

    it.effect(`leaves a 429 to the retry policy with \`times: 0\` (${way})`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(call())
        assert.strictEqual(error.reason._tag, "RateLimited")
        assert.deepStrictEqual(error.retryAfter, Duration.seconds(7))
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(over(
        () => ScriptedHttpClient.json({}, { status: 429, headers: { "retry-after": "7" } }),
        ({ limiter }) => ({
          retry: RetryPolicy.none,
          transformClient: HttpClient.withRateLimiter({ limiter, key: "m", limit: 9, window: "1 second", times: 0 })
        })
      ))))

    it.effect(`fails with the limiter's own error where that refuses, and the policy waits as long as it says (${way})`, () => {
      const limited = new RateLimiter.RateLimiterError({
        reason: new RateLimiter.RateLimitExceeded({
          key: "a-tenant",
          retryAfter: Duration.seconds(20),
          limit: 1,
          remaining: 0
        })
      })
      let refused = 0
      return Effect.gen(function*() {
        const error = yield* Effect.flip(call({ retry: RetryPolicy.none }))
        assert.isTrue(error.reason._tag === "ConnectionFailed" && error.reason.description === "Rate limit exceeded")
        assert.isTrue(error.isRetryable)
        assert.deepStrictEqual(error.retryAfter, Duration.seconds(20))
        assert.notInclude(JSON.stringify(error), "a-tenant")
        const retried = yield* Effect.forkChild(call(), { startImmediately: true })
        yield* TestClock.adjust("19 seconds")
        assert.strictEqual(refused, 2)
        assert.lengthOf(yield* requests, 0)
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(retried)
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(over(goodResponse, () => ({
        transformClient: HttpClient.transform((response) =>
          Effect.andThen(Effect.suspend(() => ++refused <= 2 ? Effect.fail(limited) : Effect.void), response)
        )
      }))))
    })
  }
})

describe("a client with Effect's circuit breaker", () => {
  for (const [way, call] of Object.entries(ways)) {
    it.effect(`fails at once while the circuit is open, and sends again once it closes (${way})`, () => {
      let healthy = false
      return Effect.gen(function*() {
        yield* within(Effect.flip(call({ retry: RetryPolicy.none })), 0)
        yield* within(Effect.flip(call({ retry: RetryPolicy.none })), 0)
        const rejected = yield* within(Effect.flip(call()), 0)
        assert.isTrue(
          rejected.reason._tag === "ConnectionFailed" && rejected.reason.circuitOpen === true &&
            rejected.reason.description === "Circuit open",
          JSON.stringify(rejected)
        )
        assert.isFalse(rejected.isRetryable)
        assert.deepStrictEqual(rejected.retryAfter, Duration.seconds(30))
        assert.lengthOf(yield* requests, 2)
        healthy = true
        yield* TestClock.adjust("30 seconds")
        yield* within(call(), 0)
        assert.lengthOf(yield* requests, 3)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(over(
        (request) => healthy ? goodResponse(request) : unavailable,
        ({ breaker }) => ({ transformClient: HttpClient.withCircuitBreaker({ breaker }) })
      )))
    })

    it.effect(`waits for the circuit where the policy says so (${way})`, () => {
      let healthy = false
      return Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(call(), { startImmediately: true })
        yield* TestClock.adjust("5 seconds")
        healthy = true
        yield* TestClock.adjust("32 seconds")
        yield* Fiber.join(fiber)
        assert.lengthOf(yield* requests, 3)
      }).pipe(Effect.provide(over(
        (request) => healthy ? goodResponse(request) : unavailable,
        ({ breaker }) => ({
          retry: RetryPolicy.make({
            while: ({ isRetryable, reason }) =>
              isRetryable || (reason._tag === "ConnectionFailed" && reason.circuitOpen === true)
          }),
          transformClient: HttpClient.withCircuitBreaker({ breaker })
        })
      )))
    })

    it.effect(`may have a rate limiter, too (${way})`, () =>
      Effect.gen(function*() {
        yield* within(call(), "1 second")
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(over(goodResponse, ({ breaker, limiter }) => ({
        transformClient: flow(
          HttpClient.withRateLimiter({ limiter, key: "m", limit: 9, window: "1 second", times: 0 }),
          HttpClient.withCircuitBreaker({ breaker })
        )
      })))))
  }
})

describe("a client with errors of its own", () => {
  class Blocked extends Data.TaggedError("Blocked")<{ readonly message: string; readonly cause?: unknown }> {}

  const errors: Readonly<Record<string, readonly [error: unknown, description: string]>> = {
    "a tagged error": [new Blocked({ message: "no budget", cause: new Error("used up") }), "no budget: used up"],
    "a tagged error without a message": [new Blocked({ message: "" }), "Blocked"],
    "a tag alone": [{ _tag: "Blocked" }, "Blocked"],
    "a text": ["blocked", "blocked"],
    "an error that quotes the key": [new Blocked({ message: "not Bearer sk-0123456789" }), "not Bearer <redacted>"],
    "nothing": [undefined, "no details"],
    "null": [null, "no details"]
  }
  for (const [what, [error, description]] of Object.entries(errors)) {
    it.effect(`fails with a failed connection that names ${what}`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(ways)) {
          const { reason } = yield* Effect.flip(call())
          assert.deepStrictEqual(
            reason._tag === "ConnectionFailed" && [reason.description, reason.retryAfter, reason.isRetryable],
            [description, undefined, true]
          )
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(clientOver(goodResponse, {
        apiKey: Redacted.make("sk-0123456789"),
        transformClient: HttpClient.transform(() => Effect.fail(error))
      }))))
  }

  it("has a type that says so", () => {
    const options: ReadonlyArray<MistralClient.Options> = [
      { transformClient: (client) => client },
      { transformClient: HttpClient.filterStatusOk },
      { transformClient: HttpClient.transform(() => Effect.fail(new Blocked({ message: "" }))) },
      // @ts-expect-error -- nothing provides this service
      { transformClient: HttpClient.transform((response) => Effect.andThen(RateLimiter.RateLimiter, response)) },
      // @ts-expect-error -- it is not an HttpClient
      { transformClient: () => ({ execute: () => Effect.never }) }
    ]
    assert.lengthOf(options, 5)
  })
})
