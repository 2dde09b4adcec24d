import type { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database, Row, Sql } from "../../storage/database.ts"
import { bind, constant, sql } from "../../storage/sql.ts"
import { cursorAfter, readCursor, writeCursor } from "./cursor.ts"
import { badSearch } from "./observabilityError.ts"

/** A query whose rows have a time and ascending numbers. */
export interface CursorPageQuery {
  readonly columns: Sql
  /** The text after `FROM`. */
  readonly from: Sql
  /** The column of the time, in milliseconds. */
  readonly time: Sql
  /** The column of the number. */
  readonly seq: Sql
  readonly condition: Sql
}

/** Rows, and the cursor of the next page if there is one. */
export interface CursorPage {
  readonly rows: ReadonlyArray<Row>
  readonly cursor: string | null
}

/** Reads a page, newest first, after a cursor (keyset pagination). */
export const cursorPage = (
  database: Database,
  { columns, condition, from, seq, time }: CursorPageQuery,
  { cursor: text, pageSize }: { readonly cursor: string | undefined; readonly pageSize: number }
): CursorPage | ErrorResponse => {
  const cursor = text === undefined ? undefined : readCursor(text)
  if (text !== undefined && cursor === undefined) return badSearch("The cursor does not come from a search")
  const newest = cursor?.newest ?? newestOf(database, from, seq)
  const after = cursor === undefined
    ? constant("1")
    : sql`(${time}, ${seq}) < (${bind(cursor.timestamp)}, ${bind(cursor.seq)})`
  const reading = sql`SELECT ${columns}, ${time} AS feed_time, ${seq} AS feed_seq FROM ${from}
    WHERE ${seq} <= ${bind(newest)} AND ${after} AND ${condition}
    ORDER BY ${time} DESC, ${seq} DESC LIMIT ${bind(pageSize + 1)}`
  const found = database.all(reading.text, ...reading.values)
  const rows = found.slice(0, pageSize)
  const last = rows.at(-1)
  return {
    rows,
    cursor: found.length > pageSize && last !== undefined ? writeCursor(cursorAfter(newest, last)) : null
  }
}

const newestOf = (database: Database, from: Sql, seq: Sql): number => {
  const { text, values } = sql`SELECT max(${seq}) AS newest FROM ${from}`
  return Number(database.get(text, ...values)?.["newest"] ?? 0)
}
