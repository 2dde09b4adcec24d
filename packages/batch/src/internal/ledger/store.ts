import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { isSqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { LedgerError } from "../../BatchError.ts"
import { type Dialect, makeDialect } from "../sql/dialect.ts"
import { isConflict, ledgerError } from "../sql/ledgerError.ts"
import { batchColumns, type BatchRow } from "./batchRow.ts"

/** What the operations of the ledger run their statements with. */
export interface Store extends Dialect {
  readonly sql: SqlClient
  readonly batchColumns: Fragment
  /** Names the operation in the errors of its statements. */
  readonly run: <A>(
    operation: string,
    effect: Effect.Effect<A, SqlError | LedgerError>
  ) => Effect.Effect<A, LedgerError>
  /** Runs statements in one transaction. It is repeated if another one was in its way. */
  readonly transaction: <A>(
    operation: string,
    effect: Effect.Effect<A, SqlError | LedgerError>
  ) => Effect.Effect<A, LedgerError>
  /**
   * Locks a batch until the transaction ends, so that it is the same for all statements of the transaction. It comes first
   * in each transaction, and a transaction that locks several batches does so in the order of their keys: then no two
   * transactions wait for each other.
   */
  readonly lockBatch: (key: number) => Effect.Effect<BatchRow | undefined, SqlError>
}

export const makeStore = (client: SqlClient): Store => {
  // Names of columns are ours: the client's transformation of names is for tables of the program.
  const sql = client.withoutTransforms()
  const dialect = makeDialect(sql)
  const columns = batchColumns(sql)
  const run: Store["run"] = (operation, effect) =>
    Effect.mapError(effect, (error) => isSqlError(error) ? ledgerError(operation)(error) : error)
  return {
    ...dialect,
    sql,
    batchColumns: columns,
    run,
    transaction: (operation, effect) =>
      run(
        operation,
        Effect.retry(sql.withTransaction(effect), {
          times: 5,
          while: (error) => isSqlError(error) && isConflict(error)
        })
      ),
    lockBatch: sql.onDialectOrElse({
      pg: () => (key: number) =>
        Effect.map(
          sql<BatchRow>`SELECT ${columns} FROM mistral_batch WHERE key = ${key} FOR NO KEY UPDATE`,
          ([row]) => row
        ),
      // A transaction of SQLite that begins by reading may not be able to write later, so it begins by writing.
      orElse: () => (key: number) =>
        Effect.map(
          sql<BatchRow>`UPDATE mistral_batch SET run = run WHERE key = ${key} RETURNING ${columns}`,
          ([row]) => row
        )
    })
  }
}
