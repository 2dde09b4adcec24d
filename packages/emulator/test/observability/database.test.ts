import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { openDatabase } from "../../src/internal/storage/database.ts"
import { bind, constant, join, sql } from "../../src/internal/storage/sql.ts"
import { TooSlow, withTimeLimit } from "../../src/internal/storage/timeLimit.ts"

const numbers = Effect.tap(
  openDatabase(":memory:"),
  (database) => Effect.sync(() => database.run("CREATE TABLE numbers (n INTEGER)"))
)

describe("a transaction", () => {
  it.effect("keeps all of its changes, or none where it throws, also inside another one", () =>
    Effect.gen(function*() {
      const database = yield* numbers
      const count = () => database.get("SELECT count(*) AS count FROM numbers")?.["count"]
      const insert = () => database.run("INSERT INTO numbers VALUES (1)")
      assert.strictEqual(database.transaction(insert), 1)
      assert.throws(() =>
        database.transaction(() => {
          database.transaction(insert)
          assert.strictEqual(count(), 2)
          throw new Error("undone")
        }), "undone")
      assert.strictEqual(count(), 1)
      database.transaction(insert)
      assert.strictEqual(count(), 2)
    }))
})

describe("SQL of fragments", () => {
  it.effect("binds its values in their order", () =>
    Effect.gen(function*() {
      const database = yield* numbers
      const { text, values } = sql`SELECT ${bind("'; --")} AS a, ${bind(2)} AS b WHERE ${constant("1")}`
      assert.deepStrictEqual({ ...database.get(text, ...values) }, { a: "'; --", b: 2 })
    }))

  it.effect("joins thousands of conditions, which SQLite would refuse in a row", () =>
    Effect.gen(function*() {
      const database = yield* numbers
      const parts = Array.from({ length: 5000 }, (_, at) => sql`${bind(at)} >= 0`)
      const { text, values } = sql`SELECT ${join(parts, "AND", constant("0"))} AS holds`
      assert.strictEqual(database.get(text, ...values)?.["holds"], 1)
      assert.deepStrictEqual(join([], "OR", constant("0")), constant("0"))
    }))
})

describe("a time limit", () => {
  it("gives the result of work that is done in time, and its own error where it fails", () => {
    assert.strictEqual(withTimeLimit(1000, () => 42), 42)
    assert.throws(
      () =>
        withTimeLimit(1000, () => {
          throw new RangeError("its own")
        }),
      RangeError,
      "its own"
    )
  })

  it("ends work that takes longer, and leaves a limit around it as it was", () => {
    const endless = () => {
      for (;;);
    }
    assert.throws(() => withTimeLimit(20, endless), TooSlow)
    const outer = withTimeLimit(5000, () => {
      assert.throws(() => withTimeLimit(20, endless), TooSlow)
      return "goes on"
    })
    assert.strictEqual(outer, "goes on")
  })
})
