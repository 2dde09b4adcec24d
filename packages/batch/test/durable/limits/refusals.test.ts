/** What processes that share limits do after a 429. */
import { Limits } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { processes, refusal, send, worstSecond } from "./processes.ts"
import { layerSqlite } from "./sqlite.ts"

/** Three processes that send all the time. The first is refused once, at about 2 seconds, and the others are not told. */
const refusedOnce = (options: Limits.Options, error: ReturnType<typeof refusal>) =>
  Effect.gen(function*() {
    let refusedAt: number | undefined
    const [first, ...others] = yield* processes(3, options)
    const respond = (_: number, time: number): Limits.Feedback => {
      if (refusedAt !== undefined || time < 2000) return {}
      refusedAt = time
      return { error }
    }
    const runs = [
      yield* send(first!, { requests: 100_000, concurrency: 16, latency: 40, respond }),
      ...yield* Effect.forEach(others, (limits) => send(limits, { requests: 100_000, concurrency: 16, latency: 40 }))
    ]
    yield* TestClock.adjust("12 seconds")
    yield* Effect.forEach(runs, ({ stop }) => stop)
    assert.isDefined(refusedAt)
    const times = runs.map(({ times }) => times.map((time) => time - refusedAt!))
    return { times, all: times.flat() }
  }).pipe(Effect.scoped, Effect.provide(layerSqlite))

const between = (times: ReadonlyArray<number>, from: number, to: number) =>
  times.filter((time) => time >= from && time < to).length

describe("a 429 with Retry-After: 5 to one of three processes", () => {
  for (const options of [{}, { requestsPerMinute: 18_000 }, { requestsPerMinute: 18_000, learn: false }]) {
    it.effect(`stops all of them within 300 ms, and they go on after 5 s, with ${JSON.stringify(options)}`, () =>
      Effect.gen(function*() {
        const { all, times } = yield* refusedOnce(options, refusal({ retryAfter: 5 }))
        assert.strictEqual(between(all, 300, 5000), 0)
        assert.strictEqual(between(times[0]!, 11, 5000), 0, "the process itself stops at once")
        for (const one of times) assert.isAbove(between(one, 5000, 6000), 10)
        if (options.requestsPerMinute !== undefined) {
          assert.isAtMost(worstSecond(all.filter((time) => time > 0)), 360)
        }
      }))
  }

  it.effect("stops processes that wait for their turn in a slow limit, too", () =>
    Effect.gen(function*() {
      const { all } = yield* refusedOnce({ requestsPerMinute: 60 }, refusal({ retryAfter: 5 }))
      assert.strictEqual(between(all, 300, 5000), 0)
      assert.isAbove(between(all, 5000, 10_000), 3)
    }))

  it.effect("a 503 with Retry-After does the same", () =>
    Effect.gen(function*() {
      const { all } = yield* refusedOnce({}, refusal({ status: 503, retryAfter: 5 }))
      assert.strictEqual(between(all, 300, 5000), 0)
      assert.isAbove(between(all, 5000, 6000), 10)
    }))

  it.effect("a 503 without it pauses nobody", () =>
    Effect.gen(function*() {
      const { times } = yield* refusedOnce({}, refusal({ status: 503 }))
      for (const one of times) assert.isAbove(between(one, 0, 500), 100)
    }))
})

/** The gaps between the times, longer than 300 ms. */
const gaps = (times: ReadonlyArray<number>) =>
  times.flatMap((time, index) => {
    const gap = index === 0 ? 0 : time - times[index - 1]!
    return gap > 300 ? [gap] : []
  })

describe("429 without Retry-After", () => {
  it.effect("each pauses twice as long as the one before, up to a minute, until a request is accepted", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const { stop, times } = yield* send(limits, {
        requests: 20,
        concurrency: 1,
        respond: (index) => index === 10 ? {} : { error: refusal() }
      })
      yield* TestClock.adjust("10 minutes")
      yield* stop
      const seconds = gaps(times).map((gap) => Math.round(gap / 1000))
      assert.deepStrictEqual(seconds.slice(0, 10), [1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
      assert.deepStrictEqual(seconds.slice(10, 13), [1, 2, 4])
    }).pipe(Effect.provide(Limits.layerMemory({ learn: false }))))

  it.effect("requests that were refused together pause once", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const permits = yield* Effect.forEach(Array.from({ length: 64 }), () => limits.acquire(0))
      yield* Effect.forEach(permits, (permit) => limits.settle(permit, { error: refusal() }), { discard: true })
      const next = yield* Effect.forkChild(limits.acquire(0))
      yield* TestClock.adjust(999)
      assert.isUndefined(next.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(next)
    }).pipe(Effect.provide(Limits.layerMemory())))

  it.effect("Retry-After: 0 is as none", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      yield* limits.settle(yield* limits.acquire(0), { error: refusal({ retryAfter: 0 }) })
      const next = yield* Effect.forkChild(limits.acquire(0))
      yield* TestClock.adjust(999)
      assert.isUndefined(next.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(next)
    }).pipe(Effect.provide(Limits.layerMemory())))

  it.effect("a shorter pause does not end a longer one, and none is longer than an hour", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const permits = yield* Effect.forEach([1, 2], () => limits.acquire(0))
      yield* limits.settle(permits[0]!, { error: refusal({ retryAfter: 1e9 }) })
      yield* limits.settle(permits[1]!, { error: refusal({ retryAfter: 1 }) })
      const next = yield* Effect.forkChild(limits.acquire(0))
      yield* TestClock.adjust(3_599_999)
      assert.isUndefined(next.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(next)
    }).pipe(Effect.provide(Limits.layerMemory())))
})

/** A server without headers that accepts so many requests in each window of time. */
const windowedServer = (accepted: number, windowMillis: number) => {
  const counts = new Map<number, number>()
  const refusals: Array<number> = []
  return {
    refusals,
    respond: (_: number, time: number): Limits.Feedback => {
      const window = Math.floor(time / windowMillis)
      const count = (counts.get(window) ?? 0) + 1
      counts.set(window, count)
      if (count <= accepted) return {}
      refusals.push(time)
      return { error: refusal({ retryAfter: ((window + 1) * windowMillis - time) / 1000 }) }
    },
    accepted: () => [...counts.values()].reduce((sum, count) => sum + Math.min(count, accepted), 0)
  }
}

describe("a server without headers that accepts 100 requests in 10 seconds", () => {
  /** How many of the requests of 10 minutes are accepted and refused. */
  const tenMinutes = (count: number, options: Limits.Options) =>
    Effect.gen(function*() {
      const server = windowedServer(100, 10_000)
      const sending = { requests: 100_000, concurrency: 16, latency: 100, jitter: 100, respond: server.respond }
      const runs = yield* Effect.forEach(yield* processes(count, options), (limits) => send(limits, sending))
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(runs, ({ stop }) => stop)
      return { accepted: server.accepted(), refused: server.refusals.length }
    }).pipe(Effect.scoped, Effect.provide(layerSqlite))

  for (const count of [1, 3]) {
    it.effect(`accepts all that it can of ${count} processes, and refuses less than half as many as if none learned`, () =>
      Effect.gen(function*() {
        const learned = yield* tenMinutes(count, {})
        const unlearned = yield* tenMinutes(count, { learn: false })
        assert.isAtLeast(learned.accepted, 5900)
        assert.isBelow(learned.refused, unlearned.refused / 2)
      }))
  }
})
