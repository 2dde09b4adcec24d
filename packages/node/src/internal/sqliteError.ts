import * as Predicate from "effect/Predicate"
import * as SqlError from "effect/sql/SqlError"
import { existsSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

/** The error of a statement, with SQLite's own sentence. It has no values of the statement. */
export const statementError = (cause: unknown): SqlError.SqlError => sqlError(cause, "execute", sentenceOf(cause))

/** The error of a file that could not be opened. It names the file, and says what to do. */
export const openError = (cause: unknown, filename: string): SqlError.SqlError => {
  const message = openProblem(cause, filename)
  return kindOf(cause) === readOnly
    ? new SqlError.SqlError({ reason: new SqlError.AuthorizationError({ cause, message, operation: "open" }) })
    : sqlError(cause, "open", message)
}

const readOnly = 8

/** The number of an error without the bits that tell apart what kind of it this is. */
const kindOf = (cause: unknown): number => (numberOf(cause) ?? 0) & 0xff

const sqlError = (cause: unknown, operation: string, message: string): SqlError.SqlError =>
  new SqlError.SqlError({
    reason: SqlError.classifySqliteError(withErrno(cause), { message, operation })
  })

/** Node has SQLite's number in `errcode`. Effect looks for it in `errno`. */
const withErrno = (cause: unknown): unknown => {
  const errno = numberOf(cause)
  if (errno === undefined) return cause
  return Object.assign(new Error(sentenceOf(cause), { cause }), { errno })
}

const numberOf = (cause: unknown): number | undefined => {
  if (Predicate.hasProperty(cause, "errcode") && typeof cause.errcode === "number") return cause.errcode
  // Deno has the sentence alone, where no statement was prepared.
  return numbers.get(sentenceOf(cause))
}

/** The numbers of SQLite's sentences about a file. */
const numbers: ReadonlyMap<string, number> = new Map([
  ["database is locked", 5],
  ["attempt to write a readonly database", 8],
  ["database disk image is malformed", 11],
  ["unable to open database file", 14],
  ["file is not a database", 26]
])

const sentenceOf = (cause: unknown): string => {
  // The message of this error has the number in it.
  if (Predicate.hasProperty(cause, "code") && cause.code === "ERR_OUT_OF_RANGE") return tooLarge
  return cause instanceof Error ? cause.message : "SQLite failed"
}

const tooLarge =
  "an integer of the result is too large for a number. Provide SqlClient.SafeIntegers as true to get a bigint"

const openProblem = (cause: unknown, filename: string): string => {
  const file = JSON.stringify(resolve(filename))
  switch (kindOf(cause)) {
    case 5:
    case 6:
      return `the database ${file} is in use by another process. Stop that process first, or give this one another file`
    case readOnly:
      return `the database ${file} is read-only. Give this process the right to write the file and its folder`
    case 11:
      return `the database ${file} is damaged. Put a copy in its place, or give another file`
    case 14:
      return unopened(filename)
    case 26:
      return `the file ${file} is not a SQLite database, and was left as it is. Give the path of another file`
    default:
      return `the database ${file} could not be opened: ${sentenceOf(cause)}`
  }
}

const unopened = (filename: string): string => {
  const path = resolve(filename)
  const folder = dirname(path)
  if (!existsSync(folder)) {
    return `the database ${
      JSON.stringify(path)
    } could not be opened, because its folder does not exist. Create the folder first`
  }
  if (isFolder(path)) {
    return `the database ${JSON.stringify(path)} could not be opened, because it is a folder. Give the path of a file`
  }
  return `the database ${
    JSON.stringify(path)
  } could not be opened. Give this process the right to read and write the file and `
    + "its folder"
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
