import { DatabaseSync } from "node:sqlite"

/** Opens a database. Throws, and leaves no file open, if it cannot be used. */
export const openDatabase = (
  { durable, exclusive, filename }: {
    readonly durable: boolean
    readonly exclusive: boolean
    readonly filename: string
  }
): DatabaseSync => {
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
