/** The rest of what limits promise: interruption, cost, and clear errors. */
import { BatchError, Limits } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { send } from "./processes.ts"
import { layerSqlite } from "./sqlite.ts"

/** Limits over SQLite, and how often the database was used since it was asked last. */
const counted = (options?: Limits.Options) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    let statements = 0
    const counting = new Proxy(sql, {
      apply: (target, self, args) => {
        // Fragments are made of the same function, but have no command.
        if (
          /SELECT|UPDATE|INSERT/.test(String(args[0]?.[0])) && /mistral_rate_limit/.test(args[0]?.join(""))
        ) statements++
        return Reflect.apply(target, self, args)
      }
    })
    const layer = Layer.provide(Layer.fresh(Limits.layer(options)), Layer.succeed(SqlClient.SqlClient, counting))
    const limits = yield* Effect.provide(Limits.Limits, yield* Layer.build(layer))
    return {
      limits,
      statements: () => {
        const counted = statements
        statements = 0
        return counted
      }
    }
  })

describe("the cost of limits", () => {
  it.effect("without limits there are two statements in 250 ms, however many requests", () =>
    Effect.gen(function*() {
      const { limits, statements } = yield* counted()
      statements()
      const { stop, times } = yield* send(limits, { requests: 100_000, latency: 5 })
      yield* TestClock.adjust(999)
      yield* stop
      assert.isAbove(times.length, 10_000)
      assert.strictEqual(statements(), 8)
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))

  it.effect("with a limit of 18,000 requests a minute there is a statement for ten requests at most", () =>
    Effect.gen(function*() {
      const { limits, statements } = yield* counted({ requestsPerMinute: 18_000 })
      statements()
      const { stop, times } = yield* send(limits, { requests: 100_000, latency: 5 })
      yield* TestClock.adjust("10 seconds")
      yield* stop
      assert.isAbove(times.length, 2900)
      assert.isBelow(statements(), times.length / 10)
    }).pipe(Effect.scoped, Effect.provide(layerSqlite)))
})

describe("a request that is interrupted while it waits", () => {
  it.effect("stops at once, and gives back what it had taken", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      yield* limits.acquire(0)
      const waiting = yield* Effect.forkChild(limits.acquire(0))
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(waiting)
      const next = yield* Effect.forkChild(limits.acquire(0))
      yield* TestClock.adjust(499)
      assert.isUndefined(next.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(next)
    }).pipe(Effect.provide(Limits.layerMemory({ requestsPerMinute: 60 }))))

  it.effect("does not hold the others up", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () => Effect.forkChild(limits.acquire(0)))
      yield* TestClock.adjust(1)
      yield* Effect.forEach(fibers.slice(1, 9), Fiber.interrupt)
      yield* TestClock.adjust("1 second")
      const exits = fibers.map((fiber) => fiber.pollUnsafe())
      assert.deepStrictEqual(exits.map((exit) => exit !== undefined && Exit.isSuccess(exit)), [
        true,
        ...Array.from({ length: 8 }, () => false),
        true
      ])
    }).pipe(Effect.provide(Limits.layerMemory({ requestsPerMinute: 60 }))))
})

describe("limits", () => {
  for (const value of [0, -1, NaN, Infinity]) {
    it(`refuse ${value} a minute with a sentence`, () => {
      for (const name of ["requestsPerMinute", "tokensPerMinute"]) {
        const error = new RangeError(`${name} must be a number above 0, got ${value}`)
        assert.throws(() => Limits.layerMemory({ [name]: value }), RangeError, error.message)
        assert.throws(() => Limits.layer({ [name]: value }), RangeError, error.message)
      }
    })
  }

  it.effect("name the database's own sentence where it fails, and go on when it is well again", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const limits = yield* Limits.Limits
      yield* sql`ALTER TABLE mistral_rate_limit RENAME TO elsewhere`
      const acquired = yield* Effect.flip(limits.acquire(0))
      assert.instanceOf(acquired, BatchError.LedgerError)
      assert.match(acquired.message, /^the ledger failed in acquire of limits: no such table: mistral_rate_limit/)
      yield* sql`ALTER TABLE elsewhere RENAME TO mistral_rate_limit`
      yield* limits.settle(yield* limits.acquire(0), {})
    }).pipe(
      Effect.provide(Limits.layer({ requestsPerMinute: 600 }).pipe(Layer.provideMerge(layerSqlite)))
    ))

  it.effect("a wrong estimate does not stop a request", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      for (const estimate of [NaN, -5, Infinity, 0]) {
        yield* limits.settle(yield* limits.acquire(estimate), { tokens: estimate })
      }
      assert.strictEqual((yield* limits.acquire(100)).tokens, 100)
    }).pipe(Effect.provide(Limits.layerMemory({ tokensPerMinute: 60_000 }))))

  it.effect("that are unlimited neither wait nor pause", () =>
    Effect.gen(function*() {
      const limits = yield* Limits.Limits
      for (let count = 0; count < 1000; count++) yield* limits.settle(yield* limits.acquire(1e9), {})
    }).pipe(Effect.provide(Limits.layerUnlimited)))

  it.effect("of processes that start at once make their table once", () =>
    Effect.gen(function*() {
      const layers = Array.from({ length: 4 }, () => Layer.build(Layer.fresh(Limits.layer())))
      yield* Effect.all(layers, { concurrency: "unbounded" })
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SELECT count(*) AS rows FROM mistral_rate_limit`, [{ rows: 0 }])
    }).pipe(Effect.scoped, Effect.provide(SqliteClient.layer({ filename: ":memory:" }))))
})
