/** Requests and tokens a minute, of one process and of several over one database. */
import { Limits } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { processes, send, worstSecond } from "./processes.ts"
import { layerSqlite } from "./sqlite.ts"

const stores = [
  ["memory", (options: Limits.Options) => Limits.layerMemory(options)],
  ["SQLite", (options: Limits.Options) => Layer.provide(Limits.layer(options), layerSqlite)]
] as const

describe.each(stores)("limits in %s", (_, layer) => {
  it.effect("60 requests a minute are one a second", () =>
    Effect.gen(function*() {
      const { join, times } = yield* send(yield* Limits.Limits, { requests: 5 })
      yield* TestClock.adjust("10 seconds")
      yield* join
      assert.deepStrictEqual(times, [0, 1000, 2000, 3000, 4000])
    }).pipe(Effect.provide(layer({ requestsPerMinute: 60 }))))

  it.effect("18,000 requests a minute are at most 345 in any second, and 300 on average", () =>
    Effect.gen(function*() {
      const { join, times } = yield* send(yield* Limits.Limits, { requests: 1200 })
      yield* TestClock.adjust("10 seconds")
      yield* join
      assert.isAtMost(times.filter((time) => time === 0).length, 45)
      assert.isAtMost(worstSecond(times), 345)
      assert.isAtLeast(times.at(-1)!, 3800)
      assert.isAtMost(times.at(-1)!, 4000)
    }).pipe(Effect.provide(layer({ requestsPerMinute: 18_000 }))))

  it.effect("a limit of tokens holds requests back by their estimates", () =>
    Effect.gen(function*() {
      const { join, times } = yield* send(yield* Limits.Limits, { requests: 20, estimate: 500 })
      yield* TestClock.adjust("20 seconds")
      yield* join
      // 1,000 tokens a second, of which 100 may be in a burst: two requests a second.
      assert.isAtMost(worstSecond(times), 3)
      assert.isAtLeast(times.at(-1)!, 9000)
      assert.isAtMost(times.at(-1)!, 10_000)
    }).pipe(Effect.provide(layer({ tokensPerMinute: 60_000 }))))

  it.effect("a request of more tokens than a minute has is sent, and the next one waits", () =>
    Effect.gen(function*() {
      const { join, times } = yield* send(yield* Limits.Limits, { requests: 2, estimate: 120_000 })
      yield* TestClock.adjust("5 minutes")
      yield* join
      assert.approximately(times[1]! - times[0]!, 120_000, 200)
    }).pipe(Effect.provide(layer({ tokensPerMinute: 60_000 }))))

  it.effect("tokens that were estimated but not used go to later requests", () =>
    Effect.gen(function*() {
      const used = { requests: 200, estimate: 500, respond: () => ({ tokens: 50 }) }
      const { join, times } = yield* send(yield* Limits.Limits, used)
      yield* TestClock.adjust("30 seconds")
      yield* join
      // 20 requests a second use 1,000 tokens.
      assert.isAtMost(times.at(-1)!, 10_500)
      assert.isAtLeast(times.at(-1)!, 8500)
    }).pipe(Effect.provide(layer({ tokensPerMinute: 60_000 }))))

  it.effect("tokens that were used over the estimate hold later requests back", () =>
    Effect.gen(function*() {
      const used = { requests: 20, estimate: 50, respond: () => ({ tokens: 500 }) }
      const { join, times } = yield* send(yield* Limits.Limits, { ...used, concurrency: 1 })
      yield* TestClock.adjust("30 seconds")
      yield* join
      assert.approximately(times.at(-1)!, 9500, 600)
    }).pipe(Effect.provide(layer({ tokensPerMinute: 60_000 }))))

  it.effect("without limits no request waits", () =>
    Effect.gen(function*() {
      const { join, times } = yield* send(yield* Limits.Limits, { requests: 5000, estimate: 1000 })
      yield* join
      assert.isTrue(times.every((time) => time === 0))
      assert.strictEqual(times.length, 5000)
    }).pipe(Effect.provide(layer({}))))
})

describe("limits of several processes", () => {
  for (const count of [2, 3, 8]) {
    it.effect(`${count} processes with 18,000 requests a minute send at most 360 in any second, and 300 on average`, () =>
      Effect.gen(function*() {
        const runs = yield* Effect.forEach(
          yield* processes(count, { requestsPerMinute: 18_000 }),
          (limits) => send(limits, { requests: Math.ceil(1500 / count), latency: 10 })
        )
        yield* TestClock.adjust("10 seconds")
        yield* Effect.forEach(runs, ({ join }) => join)
        const times = runs.flatMap(({ times }) => times)
        assert.isAtMost(worstSecond(times), 360)
        assert.isAtMost(Math.max(...times), 5100)
        assert.isAtLeast(Math.max(...times), 4700)
      }).pipe(Effect.scoped, Effect.provide(layerSqlite)))
  }

  it.effect("processes take turns: each of three sends a third", () =>
    Effect.gen(function*() {
      const all = yield* processes(3, { requestsPerMinute: 600 })
      const runs = yield* Effect.forEach(all, (limits) => send(limits, { requests: 1000 }))
      yield* TestClock.adjust("30 seconds")
      for (const { times } of runs) assert.approximately(times.length, 100, 10)
      yield* Effect.forEach(runs, ({ stop }) => stop)
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))

  it.effect("a busy process leaves the next one its share after a time without demand", () =>
    Effect.gen(function*() {
      const [first, second] = yield* processes(2, { requestsPerMinute: 18_000 })
      const early = yield* send(first!, { requests: 600 })
      yield* TestClock.adjust("5 seconds")
      yield* early.join
      const late = yield* Effect.forEach([first!, second!], (limits) => send(limits, { requests: 600 }))
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach(late, ({ join }) => join)
      assert.isAtMost(worstSecond(late.flatMap(({ times }) => times)), 360)
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))

  it.effect("processes with keys of their own do not share", () =>
    Effect.gen(function*() {
      const build = (key: string) =>
        Effect.map(Layer.build(Limits.layer({ key, requestsPerMinute: 60 })), Context.get(Limits.Limits))
      const runs = yield* Effect.forEach(
        [yield* build("one"), yield* build("two")],
        (limits) => send(limits, { requests: 3 })
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(runs.map(({ times }) => times), [[0, 1000, 2000], [0, 1000, 2000]])
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))
})
