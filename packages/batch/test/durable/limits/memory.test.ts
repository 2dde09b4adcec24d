/** Limits that one process keeps in memory, under a clock that the test moves. */
import { Limits } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Asks `count` times with 64 fibers, and gives the times at which the requests were sent. */
const sendTimes = (count: number, tokens = 0) =>
  Effect.gen(function*() {
    const times: Array<number> = []
    const limits = yield* Limits.Limits
    const fiber = yield* Effect.forkChild(
      Effect.forEach(
        Array.from({ length: count }),
        () =>
          Effect.gen(function*() {
            const permit = yield* limits.acquire(tokens)
            times.push(yield* Clock.currentTimeMillis)
            yield* limits.settle(permit, { tokens })
          }),
        { concurrency: 64, discard: true }
      )
    )
    return { times, fiber }
  })

describe("limits in memory", () => {
  it.effect("60 requests a minute are one a second", () =>
    Effect.gen(function*() {
      const { fiber, times } = yield* sendTimes(5)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(times, [0, 1000, 2000, 3000, 4000])
    }).pipe(Effect.provide(Limits.layerMemory({ requestsPerMinute: 60 }))))

  it.effect("18,000 requests a minute are 300 a second, after a burst of at most 45", () =>
    Effect.gen(function*() {
      const { fiber, times } = yield* sendTimes(900)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      const within = (from: number, to: number) => times.filter((time) => time >= from && time < to).length
      assert.isAtMost(within(0, 1), 45)
      for (let from = 0; from < 3000; from += 50) assert.isAtMost(within(from, from + 1000), 345)
      assert.isAtMost(times.at(-1)!, 3000)
    }).pipe(Effect.provide(Limits.layerMemory({ requestsPerMinute: 18_000 }))))
})
