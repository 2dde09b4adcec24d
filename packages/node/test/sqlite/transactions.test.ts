import { assert, describe } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import type { SqlClient } from "effect/sql"
import { withDatabase } from "./support.ts"

const add = (sql: SqlClient.SqlClient, text: string) => sql`INSERT INTO note (text) VALUES (${text})`

const texts = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ readonly text: string }>`SELECT text FROM note ORDER BY id`, (rows) => rows.map(({ text }) => text))

describe("transactions", () => {
  withDatabase("are written as a whole, or not at all", (sql) =>
    Effect.gen(function*() {
      yield* sql.withTransaction(Effect.andThen(add(sql, "a"), add(sql, "b")))
      const failed = yield* Effect.exit(sql.withTransaction(Effect.andThen(add(sql, "c"), Effect.fail("no"))))
      const died = yield* Effect.exit(sql.withTransaction(Effect.andThen(add(sql, "d"), Effect.die("no"))))
      assert.isTrue(Exit.isFailure(failed) && Exit.isFailure(died))
      assert.deepStrictEqual(yield* texts(sql), ["a", "b"])
    }))

  withDatabase("in a transaction are undone alone", (sql) =>
    Effect.gen(function*() {
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* add(sql, "a")
        for (const text of ["b", "c"]) {
          yield* Effect.ignore(sql.withTransaction(Effect.andThen(add(sql, text), Effect.fail("no"))))
        }
        yield* sql.withTransaction(Effect.andThen(add(sql, "d"), sql.withTransaction(add(sql, "e"))))
      }))
      assert.deepStrictEqual(yield* texts(sql), ["a", "d", "e"])
    }))

  withDatabase("are undone with the transaction around them", (sql) =>
    Effect.gen(function*() {
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(sql.withTransaction(add(sql, "a")), Effect.fail("no"))))
      assert.deepStrictEqual(yield* texts(sql), [])
    }))

  withDatabase("that are interrupted are undone, and the next one runs", (sql) =>
    Effect.gen(function*() {
      const began = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(sql.withTransaction(
        Effect.andThen(add(sql, "a"), Effect.andThen(Deferred.succeed(began, undefined), Effect.never))
      ))
      yield* Deferred.await(began)
      yield* Fiber.interrupt(fiber)
      yield* sql.withTransaction(add(sql, "b"))
      assert.deepStrictEqual(yield* texts(sql), ["b"])
    }))

  withDatabase("wait for each other, and other statements wait for them", (sql) =>
    Effect.gen(function*() {
      const began = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(sql.withTransaction(Effect.gen(function*() {
        yield* add(sql, "a")
        yield* Deferred.succeed(began, undefined)
        yield* Deferred.await(go)
        yield* add(sql, "b")
      })))
      yield* Deferred.await(began)
      const second = yield* Effect.forkChild(sql.withTransaction(add(sql, "c")))
      const outside = yield* Effect.forkChild(texts(sql))
      yield* Effect.yieldNow
      assert.isUndefined(second.pollUnsafe())
      assert.isUndefined(outside.pollUnsafe())
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      assert.deepStrictEqual((yield* Fiber.join(outside)).slice(0, 2), ["a", "b"])
      assert.deepStrictEqual(yield* texts(sql), ["a", "b", "c"])
    }))

  withDatabase("whose commit fails leave a database that can be used", (sql) =>
    Effect.gen(function*() {
      yield* sql`PRAGMA foreign_keys = ON`
      yield* sql`CREATE TABLE reply (note INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)`
      const exit = yield* Effect.exit(sql.withTransaction(sql`INSERT INTO reply VALUES (99)`))
      assert.isTrue(Exit.isFailure(exit))
      yield* sql.withTransaction(add(sql, "a"))
      assert.deepStrictEqual(yield* texts(sql), ["a"])
      assert.deepStrictEqual(yield* sql`SELECT * FROM reply`, [])
    }))
})
