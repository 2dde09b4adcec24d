/** Limits that are learned from the `x-ratelimit-*` headers of responses. */
import { Limits } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { processes, refusal, send, worstSecond } from "./processes.ts"
import { layerSqlite } from "./sqlite.ts"

const limitOf = (requests: number): Limits.Feedback => ({
  rateLimits: { "x-ratelimit-limit-req-minute": String(requests), "x-ratelimit-remaining-req-minute": "10" }
})

/** The number of requests that a process sends in a time. */
const sentIn = (limits: Limits.Service, seconds: number, feedback: Limits.Feedback = {}, estimate = 0) =>
  Effect.gen(function*() {
    const { stop, times } = yield* send(limits, {
      requests: 100_000,
      concurrency: 4,
      latency: 10,
      estimate,
      respond: () => feedback
    })
    yield* TestClock.adjust(seconds * 1000)
    yield* stop
    return times.length
  })

describe("learned limits", () => {
  it.effect("a limit of requests that one process was told is obeyed by all", () =>
    Effect.gen(function*() {
      const [first, ...others] = yield* processes(3)
      yield* sentIn(first!, 1, limitOf(600))
      yield* TestClock.adjust("1 second")
      const runs = yield* Effect.forEach(others, (limits) => send(limits, { requests: 1000 }))
      yield* TestClock.adjust("20 seconds")
      yield* Effect.forEach(runs, ({ stop }) => stop)
      const times = runs.flatMap(({ times }) => times)
      assert.approximately(times.length, 200, 5)
      assert.isAtMost(worstSecond(times), 12)
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))

  it.effect("a limit that was learned is obeyed by the next program on the database", () =>
    Effect.gen(function*() {
      yield* sentIn(yield* Limits.Limits, 1, limitOf(600)).pipe(Effect.provide(Layer.fresh(Limits.layer())))
      const sent = yield* sentIn(yield* Limits.Limits, 10).pipe(Effect.provide(Layer.fresh(Limits.layer())))
      assert.approximately(sent, 100, 3)
    }).pipe(Effect.provide(Layer.provideMerge(Limits.layer(), layerSqlite))))

  it.effect("a limit of tokens is learned, too", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      yield* sentIn(limits, 1, { tokens: 100, rateLimits: { "x-ratelimit-limit-tokens-minute": "60000" } }, 100)
      assert.approximately(yield* sentIn(limits, 20, { tokens: 100 }, 100), 200, 10)
    }).pipe(Effect.provide(Limits.layerMemory())))

  it.effect("a limit that is set wins over one that is told, and the other one is learned", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const told = {
        tokens: 50,
        rateLimits: { "x-ratelimit-limit-req-minute": "60", "x-ratelimit-limit-tokens-minute": "60000" }
      }
      yield* sentIn(limits, 1, told, 50)
      assert.approximately(yield* sentIn(limits, 10, told, 50), 100, 5)
      assert.approximately(yield* sentIn(limits, 10, told, 500), 100, 10)
      // 50 tokens of 500 that were estimated were used: the limit of tokens would allow 20 a second.
      assert.approximately(yield* sentIn(limits, 10, { tokens: 500 }, 500), 20, 6)
    }).pipe(Effect.provide(Limits.layerMemory({ requestsPerMinute: 600 }))))

  it.effect("a lower limit counts at once, and a higher one when the lower was not seen for a minute", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      yield* sentIn(limits, 1, limitOf(1200))
      assert.approximately(yield* sentIn(limits, 10, limitOf(600)), 100, 10)
      assert.approximately(yield* sentIn(limits, 50, limitOf(1200)), 500, 20)
      yield* sentIn(limits, 20, limitOf(1200))
      assert.approximately(yield* sentIn(limits, 10, limitOf(1200)), 200, 10)
    }).pipe(Effect.provide(Limits.layerMemory())))

  it.effect("nothing is learned where that is not wanted", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      yield* sentIn(limits, 1, { rateLimits: { ...limitOf(1).rateLimits, "x-ratelimit-remaining-req-minute": "0" } })
      assert.approximately(yield* sentIn(limits, 1), 400, 10)
    }).pipe(Effect.provide(Limits.layerMemory({ learn: false }))))

  for (const value of ["", "many", "-5", "0", "1e400", "Infinity", "NaN", "0x10"]) {
    it.effect(`a header that says ${JSON.stringify(value)} is no limit`, () =>
      Effect.gen(function*() {
        const limits = yield* Limits.Limits
        const rateLimits = { "x-ratelimit-limit-req-minute": value, "x-ratelimit-limit-tokens-minute": value }
        assert.approximately(yield* sentIn(limits, 1, { rateLimits }, 10), 400, 10)
      }).pipe(Effect.provide(Limits.layerMemory())))
  }

  for (const name of ["req", "tokens"]) {
    it.effect(`x-ratelimit-remaining-${name}-minute: 0 holds all back for a second, and for longer while it stays 0`, () =>
      Effect.gen(function*() {
        const [first, second] = yield* processes(2)
        const usedUp = { rateLimits: { [`x-ratelimit-remaining-${name}-minute`]: "0" } }
        yield* first!.settle(yield* first!.acquire(0), usedUp)
        const waiting = yield* Effect.forkChild(second!.acquire(0))
        yield* TestClock.adjust(999)
        assert.isUndefined(waiting.pollUnsafe())
        yield* TestClock.adjust(1)
        yield* second!.settle(yield* Fiber.join(waiting), {})
        yield* first!.settle(yield* first!.acquire(0), usedUp)
        const again = yield* Effect.forkChild(first!.acquire(0))
        yield* TestClock.adjust(1999)
        assert.isUndefined(again.pollUnsafe())
        yield* TestClock.adjust(1)
        yield* Fiber.join(again)
      }).pipe(Effect.scoped, Effect.provide(layerSqlite)))
  }

  it.effect("the headers of a 429 teach as those of any response", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const error = refusal({ retryAfter: 1, limits: { "x-ratelimit-limit-req-minute": "60" } })
      yield* limits.settle(yield* limits.acquire(0), { error })
      yield* TestClock.adjust("1 second")
      assert.approximately(yield* sentIn(limits, 10), 10, 1)
    }).pipe(Effect.provide(Limits.layerMemory())))
})
