import * as Chat from "@effect-mistral/chat/Chat"
import type { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeRateLimiter } from "../../src/internal/routing/rateLimiter.ts"
import { ask, instant, local, post, raw } from "../support.ts"

describe("rate limits", () => {
  it.effect("refuse the request after the last of a minute with 429, and say when the next minute begins", () =>
    Effect.gen(function*() {
      const meter = yield* makeRateLimiter({ requestsPerMinute: 2 })
      yield* TestClock.setTime(90_500)
      yield* meter.admit
      yield* meter.admit
      const refusal = yield* Effect.flip(meter.admit)
      assert.strictEqual(refusal.status, 429)
      assert.deepStrictEqual(refusal.body, {
        object: "error",
        message: "Rate limit exceeded",
        type: "rate_limited",
        param: null,
        code: "1300",
        raw_status_code: 429
      })
      assert.deepStrictEqual(refusal.headers, { "retry-after": "30" })
      assert.deepInclude(yield* meter.spend(0), {
        "x-ratelimit-limit-req-minute": "2",
        "x-ratelimit-remaining-req-minute": "0"
      })
      yield* TestClock.adjust("29500 millis")
      yield* meter.admit
      assert.deepInclude(yield* meter.spend(0), { "x-ratelimit-remaining-req-minute": "1" })
    }))

  it.effect("refuse the request after the last token of a minute", () =>
    Effect.gen(function*() {
      const meter = yield* makeRateLimiter({ tokensPerMinute: 100 })
      yield* meter.admit
      assert.deepInclude(yield* meter.spend(99), { "x-ratelimit-remaining-tokens-minute": "1" })
      yield* meter.admit
      assert.deepInclude(yield* meter.spend(50), {
        "x-ratelimit-limit-tokens-minute": "100",
        "x-ratelimit-remaining-tokens-minute": "0",
        "x-ratelimit-tokens-query-cost": "50"
      })
      assert.strictEqual((yield* Effect.flip(meter.admit)).status, 429)
      yield* TestClock.setTime((yield* Clock.currentTimeMillis) + 60_000)
      yield* meter.admit
    }))

  it.effect("are kept by the server at every endpoint, and read by the client with the time to wait", () =>
    Effect.gen(function*() {
      const { reason, retryAfter } = yield* Effect.flip(Chat.complete(ask("Hi")))
      assert.strictEqual(reason._tag, "RateLimited")
      assert.isDefined(retryAfter)
      const refused = yield* raw("/models")
      assert.strictEqual(refused.status, 429)
      assert.match(refused.headers.get("retry-after") ?? "", /^([1-9]|[1-5]\d|60)$/)
      assert.strictEqual(refused.headers.get("x-ratelimit-limit-req-minute"), "0")
      // A request with a wrong key must not see the remaining limits.
      assert.strictEqual((yield* post(ask("Hi"), { headers: { authorization: "" } })).status, 401)
    }).pipe(Effect.provide(local({ ...instant, requestsPerMinute: 0 } satisfies Emulator.Options))))

  it.effect("do not count what is refused for its key or its path", () =>
    Effect.gen(function*() {
      yield* post(ask("Hi"), { headers: { authorization: "" } })
      yield* raw("/v1/nothing")
      assert.strictEqual((yield* post(ask("Hi"))).headers.get("x-ratelimit-remaining-req-minute"), "4")
    }).pipe(Effect.provide(local({ ...instant, requestsPerMinute: 5 } satisfies Emulator.Options))))
})
