import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"

/** A prepared statement. Its traits are kept, because `columns` costs more than a short statement. */
export interface PreparedStatement {
  readonly statement: StatementSync
  readonly returnsRows: boolean
  /** Whether other statements may have other columns after it. */
  readonly changesSchema: boolean
}

/** Prepares a statement. Throws if there is more than one: SQLite would pass over the others. */
export const prepareStatement = (database: DatabaseSync, sql: string): PreparedStatement => {
  const statement = database.prepare(sql)
  if (!isBlank(sql.slice(statement.sourceSQL.length))) {
    throw new Error("a SQL text may have one statement. Run the others one by one")
  }
  return { statement, returnsRows: statement.columns().length > 0, changesSchema: schemaChange.test(sql) }
}

const schemaChange = /^\s*(alter|attach|create|detach|drop|rollback)\b/i

/**
 * Prepares statements and keeps so many of them, by their text. All are prepared anew after the schema has changed:
 * a statement of Node 22 would go on with the columns of before.
 */
export const makeStatementCache = (database: DatabaseSync, capacity: number) => {
  const prepared = new Map<string, PreparedStatement>()
  return (sql: string): PreparedStatement => {
    const known = prepared.get(sql)
    if (known !== undefined) {
      if (known.changesSchema) prepared.clear()
      return known
    }
    const statement = prepareStatement(database, sql)
    if (statement.changesSchema || prepared.size >= capacity) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
}

/** Whether a SQL text has only spaces, semicolons and comments. */
const isBlank = (sql: string): boolean => /^(\s|;|--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$))*$/.test(sql)

/**
 * The parameters as SQLite stores them: booleans as 1 and 0, dates as ISO texts. Throws for what it cannot store: `node:sqlite`
 * takes an object in the first place for named parameters, and stores nothing.
 */
export const bindParameters = (parameters: ReadonlyArray<unknown>): Array<SQLInputValue> =>
  parameters.map(bindParameter)

const bindParameter = (value: unknown, index: number): SQLInputValue => {
  switch (typeof value) {
    case "string":
    case "bigint":
      return value
    case "number":
      // `node:sqlite` stores every number as a float, which texts and JSON made of it would show.
      return Number.isSafeInteger(value) ? BigInt(value) : value
    case "boolean":
      return value ? 1n : 0n
    case "undefined":
      return null
    case "object":
      if (value === null) return value
      // The cast is safe: a view of a buffer is a typed array or a DataView.
      if (ArrayBuffer.isView(value)) return value as NodeJS.ArrayBufferView
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  }
  throw new TypeError(`parameter ${index + 1} of the statement is of a type that SQLite cannot store`)
}
