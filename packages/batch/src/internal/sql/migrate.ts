import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import type { LedgerError } from "../../BatchError.ts"
import { isConflict, ledgerError, refused } from "./ledgerError.ts"
import { ledgerTables } from "./ledgerTables.ts"
import { rateLimitTable } from "./rateLimitTable.ts"

/**
 * The migrations, in order. One that was published is never changed: a change of a table is a migration of its own.
 */
const migrations = {
  "1_ledger": Effect.flatMap(SqlClient, ledgerTables),
  "2_rateLimit": Effect.flatMap(SqlClient, rateLimitTable)
}

/**
 * Brings the tables of this package to the form that it needs. Several processes may do so at once: PostgreSQL locks the table of
 * migrations, and SQLite the file, for which the others wait.
 */
export const migrate: Effect.Effect<void, LedgerError, SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient
  const known = sql.onDialectOrElse({ pg: () => true, sqlite: () => true, orElse: () => false })
  if (!known) return yield* Effect.fail(refused("migrate", "the database is neither SQLite nor PostgreSQL"))
  yield* Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: "mistral_batch_migrations" }).pipe(
    Effect.retry({
      schedule: Schedule.spaced("100 millis"),
      times: 50,
      while: (error) => {
        const cause = sqlErrorIn(error)
        return cause !== undefined && isConflict(cause)
      }
    }),
    Effect.mapError((error) => {
      const cause = sqlErrorIn(error)
      return cause === undefined ? refused("migrate", error.message) : ledgerError("migrate")(cause)
    })
  )
})

const sqlErrorIn = (error: SqlError | Migrator.MigrationError): SqlError | undefined =>
  isSqlError(error) ? error : isSqlError(error.cause) ? error.cause : undefined
