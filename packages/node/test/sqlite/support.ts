import { SqliteClient } from "@effect-mistral/node"
import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder that is removed with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mistral-sqlite-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A test with a database in memory, and a table `note (id, text)`. */
export const withDatabase = (
  name: string,
  test: (sql: SqlClient.SqlClient) => Effect.Effect<void, unknown, Scope.Scope>
) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE note (id INTEGER PRIMARY KEY, text)`
      yield* test(sql)
    }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" }))))

/** The error with which a layer or an effect fails. */
export const reasonOf = ({ message, reason }: SqlError.SqlError) => ({ message, tag: reason._tag })

/** Opens a database and closes it. */
export const open = (options: SqliteClient.Options) => Effect.provide(Effect.void, SqliteClient.layer(options))
