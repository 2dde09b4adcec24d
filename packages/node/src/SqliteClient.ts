/**
 * A `SqlClient` over Node's own SQLite (`node:sqlite`), for a file that one process owns.
 *
 * *Details*: it is here because Effect publishes no SQLite client for Effect 4.1, and is to be dropped when it does.
 *
 * ```ts
 * import { SqliteClient } from "@effect-mistral/node"
 * import { Effect } from "effect"
 * import { SqlClient } from "effect/sql"
 *
 * const program = Effect.gen(function*() {
 *   const sql = yield* SqlClient.SqlClient
 *   yield* sql`CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL, written TEXT NOT NULL)`
 *   yield* sql`INSERT INTO note ${sql.insert({ text: "Hello", written: new Date() })}`
 *   return yield* sql<{ readonly text: string }>`SELECT text FROM note`
 * })
 *
 * export const notes = program.pipe(Effect.provide(SqliteClient.layer({ filename: "notes.db" })))
 * ```
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
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { openDatabase } from "./internal/openDatabase.ts"
import { makeConnection } from "./internal/sqliteConnection.ts"
import { openError } from "./internal/sqliteError.ts"

/**
 * Options of a SQLite database.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The path of the file, which is created if it does not exist, or `:memory:`. */
  readonly filename: string
  /**
   * Whether this process alone may use the file. Default: true.
   *
   * *Details*: while it is open, another process can neither open nor read it: it fails with a `SqlError` whose reason is
   * `LockTimeoutError`, and whose message names the file. A process that was killed leaves no lock. With `false`, a statement
   * waits up to 5 seconds for another process, and the event loop with it.
   */
  readonly exclusive?: boolean | undefined
  /**
   * Whether a commit is on disk before it returns, so that it survives a loss of power. Default: false, with which a commit
   * survives a kill of the process; a loss of power may undo the last ones, and never damages the file.
   */
  readonly durable?: boolean | undefined
}

/**
 * Opens a database for as long as the scope is open.
 *
 * *Details*: fails if the file is in use (`LockTimeoutError`), if it cannot be written (`AuthorizationError`), if its folder
 * does not exist (`ConnectionError`), or if it is no database (`UnknownError`): these are the reasons of `SqlError`, and the
 * message says which file it is, and what to do.
 *
 * Parameters may be texts, numbers, `bigint`s of 64 bits, bytes, booleans (stored as 1 and 0), dates (stored as ISO texts) and
 * `null`; `undefined` is stored as `null`. An integer of a result that is too large for a number fails, unless
 * `SqlClient.SafeIntegers` is true, which reads every integer as a `bigint`. Text of a statement is prepared once.
 *
 * *Gotchas*: a statement runs to its end without a pause, and blocks the event loop. A stream reads its rows as it is consumed,
 * and the other statements of the program wait until it ends. Keep the file on a local disk: network file systems have no
 * reliable locks. Node 22 reads a text that has a U+0000 up to that; JSON text has none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { durable = false, exclusive = true, filename }: Options
): Effect.Effect<SqlClient.SqlClient, SqlError, Scope | Reactivity.Reactivity> =>
  Effect.gen(function*() {
    const database = yield* Effect.acquireRelease(
      Effect.try({
        try: () => openDatabase({ durable, exclusive, filename }),
        catch: (cause) => openError(cause, filename)
      }),
      (database) => Effect.sync(() => database.close())
    )
    return yield* SqlClient.make({
      driver: "sqlite-node",
      compiler: Statement.makeCompilerSqlite(),
      spanAttributes: [["db.system.name", "sqlite"]],
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(makeConnection(database)),
        semaphore: yield* Semaphore.make(1),
        isTransaction: () => database.isTransaction
      }),
      // Another process may write between a read and a write: a transaction then fails in its middle instead of waiting.
      beginTransaction: exclusive ? "BEGIN" : "BEGIN IMMEDIATE",
      prepareTransactionControls: true,
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`
    })
  })

/**
 * Provides the database as `SqlClient`.
 *
 * *When to use*: for the batches of a program that runs as one process. Several processes need a database server.
 *
 * *Details*: it fails like `make`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effectContext(Effect.map(make(options), (client) => Context.make(SqlClient.SqlClient, client))).pipe(
    Layer.provide(Reactivity.layer)
  )
