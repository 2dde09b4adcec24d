/** The wait that a server asks for: its forms, its jitter, and its cap. */
import { RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Random, Schema } from "effect"
import { TestClock } from "effect/testing"
import { MistralError } from "../src/MistralError.ts"
import { bothWays, clientOver, complete, goodResponse, requests, within } from "./fixtures/scriptedClient.ts"

const refused = (headers: Record<string, string>, body: unknown = {}) =>
  ScriptedHttpClient.json(body, { status: 429, headers })

describe("the wait that a server asks for", () => {
  const waits: ReadonlyArray<readonly [headers: Record<string, string>, millis: number | undefined]> = [
    [{ "retry-after": "5" }, 5000],
    [{ "retry-after": " 5 " }, 5000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "299.997" }, 299_997],
    [{ "retry-after": "0.0004" }, 1],
    [{ "retry-after": ".5" }, 500],
    [{ "retry-after": "30s" }, 30_000],
    [{ "retry-after": "5, 7" }, 5000],
    [{ "retry-after": "99999999999999999999" }, Number.MAX_SAFE_INTEGER],
    [{ "retry-after": "1e400" }, Number.MAX_SAFE_INTEGER],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
    [{ "retry-after-ms": "1500" }, 1500],
    [{ "Retry-After-Ms": "1500.2" }, 1501],
    [{ "x-ms-retry-after-ms": "20" }, 20],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "NaN" }, undefined],
    [{ "retry-after": "Infinity" }, undefined],
    [{ "retry-after": "5 minutes" }, undefined],
    [{ "x-retry-after-of-others": "5" }, undefined]
  ]
  for (const [headers, millis] of waits) {
    it.effect(`by ${JSON.stringify(headers)} is ${millis} ms`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(60_000)
        const error = yield* Effect.flip(complete())
        assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), millis)
        const codec = Schema.toCodecJson(MistralError)
        assert.deepStrictEqual(
          Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(error))))
            .retryAfter,
          error.retryAfter
        )
      }).pipe(Effect.provide(clientOver([refused(headers)]))))
  }

  const bodies: ReadonlyArray<readonly [body: unknown, millis: number | undefined]> = [
    [{ retry_after: 3 }, 3000],
    [{ error: { message: "No", retry_after_ms: 30 } }, 30],
    [{ error: { message: "No", retryAfter: "3" } }, 3000],
    [{ error: { metadata: { retry_after_seconds: 3 } } }, 3000],
    [{ error: { metadata: { headers: { "Retry-After": "3" } } } }, 3000],
    [[{ error: { code: 429, details: [{ "@type": "Help" }, { retryDelay: "34.0748s" }] } }], 34_075],
    [{ error: { details: "retryDelay" } }, undefined],
    [{ error: { retry_after: {} } }, undefined]
  ]
  for (const [body, millis] of bodies) {
    it.effect(`by the body ${JSON.stringify(body)} is ${millis} ms`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(complete())
        assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), millis)
      }).pipe(Effect.provide(clientOver([refused({}, body)]))))
  }

  it.effect("by a header wins over that by a body", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete())
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(1))
    }).pipe(Effect.provide(clientOver([refused({ "retry-after": "1" }, { retry_after: 3 })]))))
})

for (const [way, call] of Object.entries(bothWays)) {
  describe(`a retry after a wait that a server asked for (${way})`, () => {
    /** The times of the second requests of many calls that were refused together. */
    const secondRequests = (count: number, retryAfter: string, retry = RetryPolicy.defaultPolicy) =>
      Effect.gen(function*() {
        const clock = yield* Clock.Clock
        const started = clock.currentTimeMillisUnsafe()
        const times: Array<number> = []
        yield* within(
          Effect.all(Array.from({ length: count }, () => call()), { concurrency: "unbounded" }),
          "2 minutes"
        )
          .pipe(Effect.provide(clientOver((request, index) => {
            times.push(clock.currentTimeMillisUnsafe() - started)
            return index < count ? refused({ "retry-after": retryAfter }) : goodResponse(request)
          }, { retry })))
        return times.slice(count)
      })

    it.effect("does not come at the same moment as those of others", () =>
      Effect.gen(function*() {
        const times = yield* secondRequests(500, "5")
        assert.lengthOf(times, 500)
        for (const time of times) assert.isTrue(time >= 5000 && time <= 6000, String(time))
        for (let second = 0; second < 10; second++) {
          const within = times.filter((time) => Math.floor((time - 5000) / 100) === second).length
          assert.isTrue(within > 20 && within < 100, String(within))
        }
      }))

    it.effect("never comes earlier than asked, nor a second later", () =>
      Effect.gen(function*() {
        for (const seconds of [1, 10, 59]) {
          const retry = RetryPolicy.make({ maxRetryAfter: "1 minute" })
          for (const time of yield* secondRequests(20, String(seconds), retry)) {
            assert.isTrue(time >= 1000 * seconds && time <= 1000 * Math.min(seconds * 1.2, seconds + 1), String(time))
          }
        }
      }).pipe(Effect.provideService(Random.Random, { nextIntUnsafe: () => 1, nextDoubleUnsafe: () => 0.999 })))

    it.effect("comes at a time that the Random of the environment decides", () =>
      Effect.gen(function*() {
        const times = yield* Random.withSeed(secondRequests(3, "5"), "seed")
        const again = yield* Random.withSeed(secondRequests(3, "5"), "seed")
        again.forEach((time, i) => assert.approximately(time, times[i]!, 0.01))
      }))

    for (const retryAfter of ["299.997", "60.001", "1e400", "99999999999999999999"]) {
      it.effect(`is not made where it would be too long: ${retryAfter}`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(call()), 0)
          assert.isAbove(Duration.toMillis(error.retryAfter!), 60_000)
          assert.lengthOf(yield* requests, 1)
        }).pipe(Effect.provide(clientOver(() => refused({ "retry-after": retryAfter }), {
          retry: RetryPolicy.defaultPolicy
        }))))
    }
  })
}
