/**
 * A `SqlClient` over Node's own SQLite (`node:sqlite`), for a file that one process owns.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"

/**
 * Options of a SQLite database.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The path of the file, or `:memory:`. */
  readonly filename: string
  /** Whether this process alone may use the file. A second process then fails to open it. Default: true. */
  readonly exclusive?: boolean | undefined
}

/**
 * Opens a database for as long as the scope is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { exclusive = true, filename }: Options
): Effect.Effect<SqlClient.SqlClient, SqlError.SqlError, Scope | Reactivity.Reactivity> =>
  Effect.gen(function*() {
    const database = yield* Effect.acquireRelease(
      attempt("open", () => {
        const database = new DatabaseSync(filename, { timeout: exclusive ? 0 : 5000 })
        if (exclusive) database.exec("PRAGMA locking_mode = EXCLUSIVE")
        database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        if (exclusive) database.exec("BEGIN IMMEDIATE; COMMIT")
        return database
      }),
      (database) => Effect.sync(() => database.close())
    )
    return yield* SqlClient.make({
      driver: "sqlite-node",
      compiler: Statement.makeCompilerSqlite(),
      spanAttributes: [["db.system.name", "sqlite"]],
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connect(database)),
        semaphore: yield* Semaphore.make(1),
        isTransaction: () => database.isTransaction
      }),
      prepareTransactionControls: true,
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`
    })
  })

/**
 * Provides the database as `SqlClient`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError.SqlError> =>
  Layer.effectContext(Effect.map(make(options), (client) => Context.make(SqlClient.SqlClient, client))).pipe(
    Layer.provide(Reactivity.layer)
  )

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, SqlError.SqlError> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new SqlError.SqlError({
        reason: SqlError.classifySqliteError(cause, { message: "SQLite failed", operation })
      })
  })

const connect = (database: DatabaseSync): Connection => {
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (prepared.size < 500) prepared.set(sql, statement)
    return statement
  }
  // The cast is safe: SQLite itself refuses a value that it cannot take.
  const bind = (params: ReadonlyArray<unknown>) => params as ReadonlyArray<SQLInputValue>
  const rows = (sql: string, params: ReadonlyArray<unknown>, arrays: boolean) =>
    attempt("execute", (): ReadonlyArray<unknown> => {
      const statement = prepare(sql)
      if (statement.columns().length === 0) {
        statement.run(...bind(params))
        return []
      }
      statement.setReturnArrays(arrays)
      return statement.all(...bind(params))
    })
  const execute: Connection["execute"] = (sql, params, transform) =>
    // The cast is safe: rows of a query are objects.
    Effect.map(rows(sql, params, false), (found) => transform ? transform(found as ReadonlyArray<object>) : found)
  const values: Connection["executeValues"] = (sql, params) =>
    // The cast is safe: with arrays, the rows of a query are arrays.
    Effect.map(rows(sql, params, true), (found) => found as ReadonlyArray<ReadonlyArray<unknown>>)
  return {
    execute,
    executeUnprepared: execute,
    executeRaw: (sql, params) => attempt("execute", () => prepare(sql).run(...bind(params))),
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(execute(sql, params, transform)),
    executeValues: values,
    executeValuesUnprepared: values
  }
}
