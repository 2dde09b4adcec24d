import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { withDatabase } from "./support.ts"

/** Numbers from 1 on. SQLite makes them as they are read. */
const numbers = (sql: SqlClient.SqlClient, count: number) =>
  sql<{ readonly n: number }>`
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${count}) SELECT n FROM number
  `

describe("streams", () => {
  withDatabase("have all rows in order", (sql) =>
    Effect.gen(function*() {
      for (const count of [1, 127, 128, 129, 1000]) {
        const read = yield* Stream.runCollect(Stream.map(numbers(sql, count).stream, ({ n }) => n))
        assert.deepStrictEqual(read, Array.from({ length: count }, (_, index) => index + 1))
      }
      assert.deepStrictEqual(yield* Stream.runCollect(sql`SELECT * FROM note`.stream), [])
    }))

  withDatabase("read no more rows than are taken", (sql) =>
    Effect.gen(function*() {
      // All of these rows would take minutes and more memory than there is.
      const read = yield* Stream.runCollect(Stream.take(numbers(sql, 1e12).stream, 300))
      assert.strictEqual(read[299]?.n, 300)
      assert.deepStrictEqual(yield* numbers(sql, 1).values, [[1]])
    }))

  withDatabase("fail after the rows before the failure", (sql) =>
    Effect.gen(function*() {
      const read: Array<unknown> = []
      const stream = sql`
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 300)
        SELECT json(CASE n WHEN 200 THEN 'no JSON' ELSE '1' END) AS n FROM number
      `.stream
      const error = yield* Effect.flip(Stream.runForEach(stream, (row) => Effect.sync(() => read.push(row))))
      assert.strictEqual(error._tag, "SqlError")
      assert.strictEqual(error.message, "malformed JSON")
      assert.strictEqual(read.length, 199)
      assert.deepStrictEqual(yield* numbers(sql, 1).values, [[1]])
    }))

  withDatabase(
    "may run the same text for each of their rows in a transaction",
    (sql) =>
      sql.withTransaction(Effect.gen(function*() {
        const select = numbers(sql, 200)
        const sums = yield* Stream.runCollect(
          Stream.mapEffect(select.stream, ({ n }) => Effect.map(select, (rows) => rows.length + n))
        )
        assert.strictEqual(sums.length, 200)
        assert.strictEqual(sums[199], 400)
      }))
  )

  it.effect("have big integers where those are wanted", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const read = yield* Stream.runCollect(
        Stream.provideService(sql`SELECT 9007199254740993 AS n`.stream, SqlClient.SafeIntegers, true)
      )
      assert.deepStrictEqual(read.map(({ n }) => n), [9007199254740993n])
    }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" }))))
})
