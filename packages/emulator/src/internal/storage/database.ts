import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite"
import { unavailable } from "./databaseTrouble.ts"
import { leftovers, migrations } from "./migrations.ts"
import { createForOwner, keepForOwner } from "./ownerOnly.ts"
import { withTimeLimit } from "./timeLimit.ts"

/** The database cannot be used: the runtime lacks SQLite, or the file is not an emulator's. */
export class DatabaseError extends Data.TaggedError("DatabaseError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** A value that can be bound to a statement's parameter. */
export type SqlValue = string | number | null | Uint8Array

/** A row as SQLite returns it. */
export type Row = Readonly<Record<string, SQLOutputValue>>

/** A SQL fragment with the values of its `?`, in order. Values never become part of the text. */
export interface Sql {
  readonly text: string
  readonly values: ReadonlyArray<SqlValue>
}

/**
 * The emulator's database. SQLite runs in the process, so every call is synchronous.
 *
 * *Details*: while another program has locked it or the disk is full, calls throw `DatabaseUnavailable`.
 */
export interface Database {
  readonly all: (text: string, ...values: ReadonlyArray<SqlValue>) => ReadonlyArray<Row>
  readonly get: (text: string, ...values: ReadonlyArray<SqlValue>) => Row | undefined
  /** Executes a statement and gives the number of changed rows. */
  readonly run: (text: string, ...values: ReadonlyArray<SqlValue>) => number
  /** Runs `body` in a transaction, which is rolled back if it throws. A nested transaction is part of the outer one. */
  readonly transaction: <A>(body: () => A) => A
}

/**
 * Opens a database, migrates its schema, and closes it with the scope. `report` is called once when the database cannot be
 * used any more, and once when it can again.
 */
export const openDatabase = Effect.fnUntraced(
  function*(
    path: string,
    report: (sentence: string) => void = () => {}
  ): Effect.fn.Return<Database, DatabaseError, Scope.Scope> {
    const { DatabaseSync } = yield* sqlite
    yield* attempt(path, () => createForOwner(path))
    const connection = yield* Effect.acquireRelease(
      attempt(path, () => new DatabaseSync(path, { timeout: 5000 })),
      (connection) => Effect.sync(() => connection.close())
    )
    const modules = yield* attempt(path, () => connection.prepare("SELECT name FROM pragma_module_list").all())
    if (!modules.some(({ name }) => name === "fts5")) return yield* tooOld(undefined)
    yield* attempt(path, () => prepareConnection(connection))
    const file = connection.location()
    if (file !== null && !keepForOwner(file)) {
      yield* Console.warn(`Other users may be able to read ${path}: its permissions belong to somebody else`)
    }
    const database = makeDatabase(connection, report)
    yield* migrate(path, connection, database)
    connection.exec(`PRAGMA busy_timeout = ${patience}`)
    return database
  }
)

/** `node:sqlite` came with 22.13, its full-text index with 22.16. */
const tooOld = (cause: unknown): DatabaseError =>
  new DatabaseError({
    message:
      "The emulator keeps its events in node:sqlite, and this Node.js is too old for that: it needs 22.16 or later",
    cause
  })

const sqlite = Effect.tryPromise({ try: () => import("node:sqlite"), catch: tooOld })

const attempt = <A>(path: string, open: () => A): Effect.Effect<A, DatabaseError> =>
  Effect.try({
    try: open,
    catch: (cause) =>
      new DatabaseError({ message: `${path} cannot be used as the emulator's database: ${reasonOf(cause)}`, cause })
  })

const reasonOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

/** The SQL function that tests a text by a regular expression. */
export const patternFunction = "matches_pattern"

/**
 * A commit hands its pages to the operating system before it returns, so committed data survives the death of the
 * process. `synchronous = NORMAL` omits the wait for the disk, which only a failure of the machine would need.
 */
const prepareConnection = (connection: DatabaseSync): void => {
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
  const pure = { deterministic: true }
  const text = (test: (text: string, value: string) => boolean) => (text: unknown, value: unknown) =>
    typeof text === "string" && typeof value === "string" ? Number(test(text, value)) : null
  connection.function("fold", pure, (text) => typeof text === "string" ? text.toLowerCase() : null)
  connection.function("ends_with", pure, text((text, end) => text.endsWith(end)))
  let last = { pattern: "", expression: new RegExp("", "u") }
  connection.function(
    patternFunction,
    pure,
    text((text, pattern) => {
      if (last.pattern !== pattern) last = { pattern, expression: new RegExp(pattern, "u") }
      return last.expression.test(text)
    })
  )
}

/**
 * The time limit of a search with regular expressions, in milliseconds. Without it, a pattern that backtracks
 * exponentially would block the process.
 */
const patternLimit = 2000

/** The number of cached prepared statements; searches keep adding new ones. */
const keptStatements = 128

/**
 * How long a write waits for another program, in milliseconds. The wait blocks the process. It is long enough for the
 * transaction of another emulator.
 */
const patience = 100

/** Statements that only read succeed while the database is locked. */
const reads = /^\s*(?:SELECT|PRAGMA)\b/i

const makeDatabase = (connection: DatabaseSync, report: (sentence: string) => void): Database => {
  const statements = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    const kept = statements.get(text)
    if (kept !== undefined) return kept
    const statement = connection.prepare(text)
    if (statements.size >= keptStatements) statements.delete(statements.keys().next().value!)
    statements.set(text, statement)
    return statement
  }
  let open = false
  let reported = false
  const guarded = <A>(writes: boolean, work: () => A): A => {
    try {
      const result = work()
      if (writes && reported) {
        reported = false
        connection.exec(`PRAGMA busy_timeout = ${patience}`)
        report("The emulator's database can be used again")
      }
      return result
    } catch (error) {
      const trouble = unavailable(error)
      if (trouble === undefined) throw error
      if (!reported) {
        reported = true
        // Nobody waits for a lock that is known to last.
        connection.exec("PRAGMA busy_timeout = 0")
        report(
          `${trouble.message}. Completions have no events, and requests that need the database get 503, until it is free`
        )
      }
      throw trouble
    }
  }
  return {
    all: (text, ...values) =>
      guarded(false, () => {
        const statement = prepare(text)
        return text.includes(patternFunction)
          ? withTimeLimit(patternLimit, () => statement.all(...values))
          : statement.all(...values)
      }),
    get: (text, ...values) => guarded(false, () => prepare(text).get(...values)),
    run: (text, ...values) => guarded(!open && !reads.test(text), () => Number(prepare(text).run(...values).changes)),
    transaction: (body) => {
      if (open) return body()
      open = true
      try {
        return guarded(true, () => {
          connection.exec("BEGIN IMMEDIATE")
          try {
            const result = body()
            connection.exec("COMMIT")
            return result
          } catch (error) {
            // SQLite itself has rolled back if the disk is full.
            if (connection.isTransaction) connection.exec("ROLLBACK")
            throw error
          }
        })
      } finally {
        open = false
      }
    }
  }
}

const migrate = Effect.fnUntraced(function*(path: string, connection: DatabaseSync, database: Database) {
  yield* attempt(path, () =>
    database.transaction(() => {
      const version = Number(database.get("PRAGMA user_version")?.["user_version"])
      if (version > migrations.length) throw new Error("a newer emulator has written it")
      if (version === 0 && database.get("SELECT name FROM sqlite_schema LIMIT 1") !== undefined) {
        throw new Error("another program has written it")
      }
      for (const migration of migrations.slice(version)) connection.exec(migration)
      connection.exec(`PRAGMA user_version = ${migrations.length}`)
      connection.exec(leftovers)
    }))
})
