/** Processes that start at once on a database that has no tables yet. */
import { SqliteClient } from "@effect-mistral/node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "../../../src/internal/sql/migrate.ts"
import { killAll, startProgram } from "./processes.ts"

describe("the tables of the ledger", () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"))
  afterAll(() => {
    killAll()
    rmSync(folder, { recursive: true })
  })

  const migrations = Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* sql<{ readonly name: string }>`SELECT name FROM mistral_batch_migrations ORDER BY migration_id`
  })

  it("are made once by eight processes that open one SQLite file at the same moment", async () => {
    const filename = join(folder, "eight.db")
    const programs = await Promise.all(Array.from({ length: 8 }, () => startProgram("migrateProgram.ts", filename)))
    for (const { go } of programs) go()
    const ended = await Promise.all(programs.map((program) => program.ended))
    assert.deepStrictEqual(ended, Array.from({ length: 8 }, () => ({ code: 0, errors: "" })))
    const names = await Effect.runPromise(migrations.pipe(Effect.provide(SqliteClient.layer({ filename }))))
    assert.deepStrictEqual(names.map(({ name }) => name), ["ledger", "rateLimit"])
  }, 120_000)

  it.effect("stay as they are when they are there", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const tables = sql`SELECT name, sql FROM sqlite_master ORDER BY name`
      yield* migrate
      const before = yield* tables
      yield* migrate
      assert.deepStrictEqual(yield* tables, before)
      const names = before.flatMap(({ name }) => `${name}`.startsWith("mistral_") ? [`${name}`] : [])
      assert.includeMembers(names, [
        "mistral_batch",
        "mistral_batch_answer",
        "mistral_batch_item",
        "mistral_batch_part",
        "mistral_batch_prompt",
        "mistral_batch_worker",
        "mistral_rate_limit"
      ])
    }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" }))))
})
