/** Limits over PostgreSQL: the rate limiter store, and processes that share a database but not a clock. */
import { Limits } from "@effect-mistral/batch"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, layer } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { RateLimiter } from "effect/persistence"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { inject } from "vitest"
import { makeSqlStore } from "../../packages/batch/src/internal/limits/sqlStore.ts"
import { clockTime } from "../../packages/batch/src/internal/limits/storeTime.ts"
import { refusal } from "../../packages/batch/test/durable/limits/processes.ts"
import {
  Adapting,
  Counting,
  expiries,
  kinds,
  sameAsMemory,
  tally
} from "../../packages/batch/test/durable/limits/storeLaws.ts"

const admin = inject("postgresUrl")

/** A new database, with the table of rate limits. Each client has connections of its own. */
const database = (name: string) => {
  const url = Redacted.make(admin.replace(/\/[^/]*$/, `/${name}`))
  const created = Layer.effectDiscard(
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE DATABASE ${sql(name)}`).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(admin) }))
    )
  )
  const client = PgClient.layer({ url, maxConnections: 4 })
  return {
    client,
    layer: Limits.storeSql.pipe(Layer.provideMerge(client), Layer.provide(created), Layer.orDie)
  }
}

describe.skipIf(admin === "")("limits over PostgreSQL", () => {
  const laws = database("limits_laws")
  const memoryClock = makeSqlStore(clockTime)

  layer(laws.layer)("the store", (it) => {
    const seen = tally()

    it.effect.prop(
      "counts in windows and buckets as Effect's store in memory",
      { operations: Counting },
      ({ operations }) => Effect.map(sameAsMemory(memoryClock, operations), (results) => results.forEach(seen.count)),
      { arbitrary: { runs: 60 } }
    )

    it.effect.prop(
      "learns limits from refusals as Effect's store in memory",
      { operations: Adapting },
      ({ operations }) => Effect.map(sameAsMemory(memoryClock, operations), (results) => results.forEach(seen.count)),
      { arbitrary: { runs: 150 } }
    )

    it.effect("forgets a state when Effect's store in memory does, to the millisecond", () =>
      Effect.gen(function*() {
        for (const [state, operations] of expiries) {
          const results = yield* sameAsMemory(memoryClock, operations)
          assert.isAtLeast(results.length, 3, state)
        }
      }))

    it("does so in all states: each was seen", () => {
      assert.deepStrictEqual(seen.seen(1), kinds)
    })
  })

  const shared = database("limits_shared")

  /** The stores of so many processes, each with connections of its own. */
  const stores = (count: number) =>
    Effect.forEach(
      Array.from({ length: count }),
      () =>
        Effect.map(
          Layer.build(Layer.fresh(Limits.storeSql).pipe(Layer.provide(Layer.fresh(shared.client)))),
          Context.get(RateLimiter.RateLimiterStore)
        )
    )

  /** Runs an operation so many times in each process at once, from the very first row on. */
  const atOnce = <A, E>(
    times: number,
    operation: (store: RateLimiter.RateLimiterStore["Service"]) => Effect.Effect<A, E>
  ) =>
    Effect.flatMap(stores(3), (all) =>
      Effect.map(
        Effect.forEach(
          all,
          (store) => Effect.forEach(Array.from({ length: times }), () => operation(store), { concurrency: 8 }),
          { concurrency: "unbounded" }
        ),
        (results) => results.flat()
      ))

  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
  const sorted = (all: ReadonlyArray<number>) => all.toSorted((one, other) => one - other)

  layer(shared.layer)("several processes", (it) => {
    it.effect("that take from one bucket at once lose nothing and take nothing twice", () =>
      Effect.gen(function*() {
        const refillRate = Duration.hours(1)
        const results = yield* atOnce(100, (store) =>
          store.tokenBucket({ key: "bucket", tokens: 1, limit: 1000, refillRate, allowOverflow: false }))
        assert.deepStrictEqual(
          sorted(results.map(([remaining]) =>
            remaining
          )),
          numbers(700, 999)
        )
      }))

    it.effect("that count in one window at once lose nothing and count nothing twice", () =>
      Effect.gen(function*() {
        const results = yield* atOnce(100, (store) =>
          store.fixedWindow({ key: "window", tokens: 1, limit: undefined, refillRate: Duration.hours(1) }))
        assert.deepStrictEqual(
          sorted(results.map(([count]) =>
            count
          )),
          numbers(1, 300)
        )
      }))

    it.effect("that are refused at once learn one limit, and that wakes once", () =>
      Effect.gen(function*() {
        const key = "adaptive"
        const consume = (store: RateLimiter.RateLimiterStore["Service"]) =>
          store.adaptiveConsume({ key, tokens: 1, fallbackLimit: 1, fallbackWindow: Duration.minutes(1) })
        const refuse = (epoch: number) => (store: RateLimiter.RateLimiterStore["Service"]) =>
          store.adaptiveFeedback({ key, epoch, tokens: 1, status: 429, retryAfter: Duration.millis(1) })
        yield* atOnce(20, refuse(0))
        const learning = yield* atOnce(20, consume)
        const began = learning.filter(({ phase }) => phase === "learning")
        assert.isTrue(began.every(({ epoch }) => epoch === 1))
        yield* atOnce(20, refuse(1))
        const learned = yield* atOnce(1, consume)
        assert.isTrue(learned.every(({ epoch, phase }) => epoch === 2 && phase === "learned"))
      }))

    it.effect("have the server's time: a clock that is a day ahead refills no bucket", () =>
      Effect.gen(function*() {
        const [store] = yield* stores(1)
        const take = store!.tokenBucket({
          key: "clock",
          tokens: 5,
          limit: 5,
          refillRate: Duration.hours(1),
          allowOverflow: false
        })
        assert.strictEqual((yield* take)[0], 0)
        yield* TestClock.adjust("1 day")
        assert.strictEqual((yield* take)[0], -5)
      }))

    it.effect("pause when one of them is told to, and know what one of them has learned", () =>
      Effect.gen(function*() {
        const [first, second] = yield* Effect.forEach([1, 2], () =>
          Effect.map(
            Layer.build(Layer.fresh(Limits.layer({ key: "pause" })).pipe(Layer.provide(Layer.fresh(shared.client)))),
            Context.get(Limits.Limits)
          ))
        const permit = yield* first!.acquire(0)
        yield* first!.settle(permit, { rateLimits: { "x-ratelimit-limit-req-minute": "60" } })
        yield* first!.settle(permit, { error: refusal({ retryAfter: 3000 }) })
        const waiting = yield* Effect.forkChild(second!.acquire(0))
        const sql = yield* SqlClient.SqlClient
        const rows =
          yield* sql`SELECT kind, amount, at > extract(epoch FROM clock_timestamp()) * 1000 + 2990000 AS ahead
          FROM mistral_rate_limit WHERE key = 'pause' AND kind <> 'adaptive' ORDER BY kind`
        assert.deepStrictEqual(rows, [
          { kind: "pause", amount: 0, ahead: true },
          { kind: "requests", amount: 60, ahead: false }
        ])
        assert.isUndefined(waiting.pollUnsafe())
        yield* Fiber.interrupt(waiting)
      }))
  })
})
