import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { reasonOf, withDatabase } from "./support.ts"

describe("parameters", () => {
  withDatabase("are stored as they are, as a number or as an ISO text", (sql) =>
    Effect.gen(function*() {
      const stored: ReadonlyArray<readonly [value: unknown, type: string, back: unknown]> = [
        ["text \"'\n", "text", "text \"'\n"],
        [1.5, "real", 1.5],
        [7, "integer", 7],
        [-(2 ** 53 - 1), "integer", -(2 ** 53 - 1)],
        [2 ** 60, "real", 2 ** 60],
        [5n, "integer", 5],
        [true, "integer", 1],
        [false, "integer", 0],
        [null, "null", null],
        [undefined, "null", null],
        [new Date(5), "text", "1970-01-01T00:00:00.005Z"],
        [new Uint8Array([0, 255]), "blob", new Uint8Array([0, 255])],
        [Buffer.from([1]), "blob", new Uint8Array([1])]
      ]
      for (const [value, type, back] of stored) {
        // Alone, and after another one: `node:sqlite` takes an object in the first place for named parameters.
        for (const before of [[], ["first"]]) {
          const [row] = yield* sql.unsafe<{ readonly type: string; readonly back: unknown }>(
            `SELECT ${
              before.map(() => "? AS first,").join("")
            } typeof(given) AS type, given AS back FROM (SELECT ? AS given)`,
            [...before, value]
          )
          assert.deepStrictEqual([row?.type, row?.back], [type, back])
        }
      }
    }))

  withDatabase("that are whole numbers stay whole in texts and JSON", (sql) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sql`SELECT 'n' || ${7}, json_array(${7})`.values, [["n7", "[7]"]])
    }))

  withDatabase("of other types are refused, without the value", (sql) =>
    Effect.gen(function*() {
      for (const value of [{ a: "secret" }, ["secret"], Symbol("secret"), () => "secret", new Date(NaN)]) {
        const { message, tag } = reasonOf(yield* Effect.flip(sql.unsafe("SELECT ? AS a, ? AS b", [1, value])))
        assert.strictEqual(tag, "UnknownError")
        assert.strictEqual(message, "parameter 2 of the statement is of a type that SQLite cannot store")
      }
      assert.strictEqual((yield* Effect.flip(sql.unsafe("SELECT ?", [2n ** 70n]))).reason._tag, "UnknownError")
    }))

  withDatabase("of an insert may be of every type", (sql) =>
    Effect.gen(function*() {
      yield* sql`INSERT INTO note ${sql.insert([{ id: 1, text: true }, { id: 2, text: new Date(0) }])}`
      assert.deepStrictEqual(yield* sql`SELECT text FROM note ORDER BY id`.values, [[1], ["1970-01-01T00:00:00.000Z"]])
    }))
})

describe("results", () => {
  withDatabase("are rows, lists of values, or what the statement changed", (sql) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sql`INSERT INTO note (text) VALUES ('a'), ('b')`, [])
      assert.deepStrictEqual({ ...Object(yield* sql`UPDATE note SET text = 'c'`.raw) }, {
        changes: 2,
        lastInsertRowid: 2
      })
      assert.deepStrictEqual((yield* sql`SELECT id, text FROM note`).map((row) => ({ ...row })), [
        { id: 1, text: "c" },
        { id: 2, text: "c" }
      ])
      assert.deepStrictEqual(yield* sql`SELECT id, text FROM note`.values, [[1, "c"], [2, "c"]])
      assert.deepStrictEqual(yield* sql`SELECT id FROM note`.valuesUnprepared, [[1], [2]])
      assert.deepStrictEqual((yield* sql`DELETE FROM note WHERE id = 2 RETURNING text`).map((row) => ({ ...row })), [
        { text: "c" }
      ])
      assert.deepStrictEqual((yield* sql`SELECT id FROM note`).map((row) => ({ ...row })), [{ id: 1 }])
    }))

  withDatabase("may write a row whose id no number holds", (sql) =>
    Effect.gen(function*() {
      yield* sql`CREATE TABLE message (id INTEGER PRIMARY KEY)`
      const insert = (id: bigint) => sql`INSERT INTO message ${sql.insert({ id })}`
      const id = 2n ** 53n + 1n
      yield* insert(id)
      assert.deepStrictEqual(yield* insert(id + 1n).raw, { changes: 1, lastInsertRowid: Number(id + 1n) })
      const safe = Effect.provideService(insert(id + 2n).raw, SqlClient.SafeIntegers, true)
      assert.deepStrictEqual(yield* safe, { changes: 1n, lastInsertRowid: id + 2n })
      const ids = sql`SELECT id FROM message ORDER BY id`.values
      assert.deepStrictEqual(yield* Effect.provideService(ids, SqlClient.SafeIntegers, true), [[id], [id + 1n], [
        id + 2n
      ]])
    }))

  withDatabase(
    "are big integers where those are wanted, and too large numbers fail without being quoted",
    (sql) =>
      Effect.gen(function*() {
        const select = sql`SELECT 9007199254740993 AS n`
        const { message } = yield* Effect.flip(select)
        assert.match(message, /too large for a number\. Provide SqlClient\.SafeIntegers/)
        assert.isFalse(message.includes("9007"))
        const safe = yield* Effect.provideService(select.values, SqlClient.SafeIntegers, true)
        assert.deepStrictEqual(safe, [[9007199254740993n]])
        assert.deepStrictEqual(yield* sql`SELECT 1 AS n`.values, [[1]])
      })
  )

  withDatabase("follow a table that was changed since the statement was prepared", (sql) =>
    Effect.gen(function*() {
      yield* sql`INSERT INTO note (text) VALUES ('a')`
      assert.deepStrictEqual(yield* sql`SELECT * FROM note`.values, [[1, "a"]])
      yield* sql`ALTER TABLE note ADD COLUMN more TEXT DEFAULT 'm'`
      assert.deepStrictEqual(yield* sql`SELECT * FROM note`.values, [[1, "a", "m"]])
    }))

  withDatabase("stay right for more texts than are kept prepared", (sql) =>
    Effect.gen(function*() {
      for (let round = 0; round < 2; round++) {
        for (let n = 0; n < 1200; n++) {
          assert.deepStrictEqual(yield* sql.unsafe(`SELECT ${n} AS n`).values, [[n]])
        }
      }
    }))
})

describe("statements that fail", () => {
  withDatabase("have the reason and SQLite's own sentence", (sql) =>
    Effect.gen(function*() {
      yield* sql`CREATE UNIQUE INDEX note_text ON note (text)`
      yield* sql`INSERT INTO note (text) VALUES (${"secret"})`
      const unique = yield* Effect.flip(sql`INSERT INTO note (text) VALUES (${"secret"})`)
      assert.deepStrictEqual(reasonOf(unique), {
        tag: "UniqueViolation",
        message: "UNIQUE constraint failed: note.text"
      })
      assert.strictEqual(unique.reason._tag === "UniqueViolation" && unique.reason.constraint, "note.text")
      const syntax = yield* Effect.flip(sql`SELEC 1`)
      assert.deepStrictEqual(reasonOf(syntax), { tag: "UnknownError", message: "near \"SELEC\": syntax error" })
    }))

  withDatabase("are those after the first in one text, of which none runs", (sql) =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(
        sql`INSERT INTO note (text) VALUES ('a'); INSERT INTO note (text) VALUES ('b')`
      )
      assert.strictEqual(message, "a SQL text may have one statement. Run the others one by one")
      assert.deepStrictEqual(yield* sql`SELECT * FROM note`, [])
      yield* sql.unsafe("SELECT ';' AS a ; -- and no more\n /* nothing; */ ;")
      assert.match((yield* Effect.flip(sql.unsafe("  -- nothing"))).message, /statement/)
    }))
})
