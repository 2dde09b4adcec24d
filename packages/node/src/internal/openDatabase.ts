import * as process from "node:process"
import type * as Sqlite from "node:sqlite"

/** Opens a database. Throws, and leaves no file open, if it cannot be used. */
export const openDatabase = (
  { durable, exclusive, filename }: {
    readonly durable: boolean
    readonly exclusive: boolean
    readonly filename: string
  }
): Sqlite.DatabaseSync => {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(filename, { timeout: exclusive ? 0 : lockTimeout })
  try {
    if (exclusive) database.exec("PRAGMA locking_mode = EXCLUSIVE")
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`)
    // The lock is taken with the first write, and kept.
    database.exec("BEGIN IMMEDIATE; COMMIT")
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** How long a statement waits for another process, in milliseconds. The event loop stands still meanwhile. */
const lockTimeout = 5000

/** Loads Node's SQLite when a database is opened. An import would warn on Node 22, and fail on an older one, without one. */
const loadSqlite = () => {
  // The cast is safe: an older Node lacks the function, and a platform the module.
  const { getBuiltinModule } = process as Partial<typeof process>
  const sqlite = getBuiltinModule?.("node:sqlite") as typeof Sqlite | undefined
  // Node 23 has one without this method.
  if (sqlite === undefined || !("setReturnArrays" in sqlite.StatementSync.prototype)) {
    throw new Error("this platform has no `node:sqlite`, or one that is too old. Use Node 22.19, or 24 or later")
  }
  return sqlite
}
