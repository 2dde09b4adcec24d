import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database, Row, Sql } from "../../storage/database.ts"
import { bind, constant, join, list, sql } from "../../storage/sql.ts"
import { cursorPage } from "../api/cursorPage.ts"
import { invalid } from "../api/observabilityError.ts"
import { fromColumn } from "../filter/eventField.ts"
import { readTime } from "../filter/filterSql.ts"
import { expressionSql } from "./expressionSql.ts"
import type { Signal, TelemetryField } from "./telemetrySignal.ts"

/** A time range, as the query parameters give it. */
export interface TimeRange {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** A search in a signal: the expression, the time range and the page. */
export interface TelemetrySearch extends TimeRange {
  readonly expression: string | null | undefined
  readonly pageSize: number
  readonly cursor: string | undefined
}

/** A span, a trace or an evaluation in the API's form. */
export type Item = Readonly<Record<string, unknown>>

/** Reads a page of a signal, newest first. */
export const searchSignal = (
  database: Database,
  signal: Signal,
  { cursor, expression, pageSize, ...range }: TelemetrySearch
): { readonly results: ReadonlyArray<Item>; readonly cursor: string | null } | ErrorResponse => {
  const condition = conditionSql(signal, expression, range)
  if (condition instanceof ErrorResponse) return condition
  const { from, seq, time } = signal
  const page = cursorPage(database, { columns: columnsOf(signal), from, seq, time, condition }, { cursor, pageSize })
  return page instanceof ErrorResponse
    ? page
    : { results: page.rows.map((row) => toItem(signal, row)), cursor: page.cursor }
}

/** Reads the items of a signal whose field has a value. */
export const itemsOf = (database: Database, signal: Signal, name: string, value: string): ReadonlyArray<Item> => {
  const column = signal.fields.find((field) => field.name === name)?.value ?? constant("NULL")
  const { text, values } = sql`SELECT ${columnsOf(signal)} FROM ${signal.from} WHERE ${column} = ${bind(value)}`
  return database.all(text, ...values).map((row) => toItem(signal, row))
}

/** The condition of an expression and a time range, which includes its beginning and excludes its end. */
export const conditionSql = (
  signal: Signal,
  expression: string | null | undefined,
  range: TimeRange
): Sql | ErrorResponse => {
  const condition = expressionSql(signal, expression)
  if (condition instanceof ErrorResponse) return condition
  const conditions = [condition]
  for (const [key, operator] of [["from", ">="], ["to", "<"]] as const) {
    const text = range[key]
    if (text === undefined) continue
    const time = readTime(text)
    if (time === undefined) return invalid([{ loc: ["query", key], msg: "Input should be a valid datetime" }])
    conditions.push(sql`${signal.time} ${constant(operator)} ${bind(time)}`)
  }
  return join(conditions, "AND", constant("1"))
}

/** The values of a field, most frequent first; `null` for free input. */
export const signalOptions = (
  database: Database,
  signal: Signal,
  { type, value }: TelemetryField,
  range: TimeRange
): ReadonlyArray<string> | null | ErrorResponse => {
  const condition = conditionSql(signal, undefined, range)
  if (condition instanceof ErrorResponse) return condition
  if (type !== "TEXT") return null
  const { text, values } = sql`SELECT value FROM (SELECT ${value} AS value FROM ${signal.from} WHERE ${condition})
    WHERE value <> '' GROUP BY value ORDER BY count(*) DESC, value LIMIT 100`
  return database.all(text, ...values).map((row) => String(row["value"]))
}

const columnsOf = ({ fields }: Signal): Sql =>
  list(fields.map(({ value }, at) => sql`${value} AS ${constant(`shown_${at}`)}`), ", ")

const toItem = ({ fields }: Signal, row: Row): Item =>
  Object.fromEntries(fields.map(({ name, type }, at) => [name, fromColumn(type, row[`shown_${at}`])]))
