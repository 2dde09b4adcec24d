import { type ErrorResponse, invalid, type Problem } from "../http/errorResponse.ts"
import type { Incoming } from "../routing/endpointRoute.ts"
import type { Sql } from "../storage/database.ts"
import { bind, constant, join, list, sql } from "../storage/sql.ts"

type Query = Incoming["query"]

/** A page of jobs as SQL. */
export interface JobQuery {
  readonly where: Sql
  readonly order: Sql
  readonly size: number
  readonly skipped: number
}

/** The documented parameters of a list. Every other one is a key of the metadata. */
const parameters = [
  "page",
  "page_size",
  "model",
  "agent_id",
  "created_after",
  "created_by_me",
  "status",
  "order_by"
]

const statuses = [
  "QUEUED",
  "RUNNING",
  "SUCCESS",
  "FAILED",
  "TIMEOUT_EXCEEDED",
  "CANCELLATION_REQUESTED",
  "CANCELLED"
]

/**
 * Reads the query of a list of jobs.
 *
 * *Details*: clients send the metadata to filter by as parameters of their own (`?tenant=t1`). An emulator has one user, so
 * `created_by_me` selects nothing less.
 */
export const readJobQuery = (query: Query): JobQuery | ErrorResponse => {
  const problems: Array<Problem> = []
  const report = (key: string, type: string, msg: string, input: unknown) => {
    problems.push({ type, loc: ["query", key], msg, input })
  }
  const page = integer(query, "page", { fallback: 0, minimum: 0 }, report)
  const size = integer(query, "page_size", { fallback: 100, minimum: 1 }, report)
  const order = values(query, "order_by").at(-1) ?? "-created"
  if (order !== "created" && order !== "-created") {
    report("order_by", "enum", "Input should be 'created' or '-created'", order)
  }
  const after = values(query, "created_after").at(-1)
  const time = after === undefined ? undefined : timeOf(after)
  if (Number.isNaN(time)) {
    report("created_after", "datetime_from_date_parsing", "Input should be a valid datetime", after)
  }
  readBoolean(query, "created_by_me", report)
  const wanted = values(query, "status")
  const unknown = wanted.find((status) => !statuses.includes(status))
  if (unknown !== undefined) report("status", "enum", `Input should be one of ${statuses.join(", ")}`, unknown)
  if (problems.length > 0) return invalid(problems)
  return {
    size,
    skipped: page * size,
    order: constant(order === "created" ? "seq" : "seq DESC"),
    where: join(
      [
        ...equal(query, "model"),
        ...equal(query, "agent_id"),
        ...(time === undefined ? [] : [sql`created_at > ${bind(time)}`]),
        ...(wanted.length === 0 ? [] : [sql`status IN (${list(wanted.map(bind), ", ")})`]),
        ...metadataConditions(query)
      ],
      "AND",
      constant("1")
    )
  }
}

type Report = (key: string, type: string, msg: string, input: unknown) => void

/** The values of a parameter that may be repeated. */
const values = (query: Query, key: string): ReadonlyArray<string> => {
  const value = query[key]
  return value === undefined ? [] : typeof value === "string" ? [value] : value
}

const integer = (
  query: Query,
  key: string,
  { fallback, minimum }: { readonly fallback: number; readonly minimum: number },
  report: Report
): number => {
  const text = values(query, key).at(-1)
  if (text === undefined) return fallback
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(number)) report(key, "int_parsing", "Input should be a valid integer", text)
  else if (number < minimum) {
    report(key, "greater_than_equal", `Input should be greater than or equal to ${minimum}`, text)
  }
  return number
}

/** Reads a parameter as a boolean. */
export const readBoolean = (query: Query, key: string, report: Report): boolean => {
  const text = values(query, key).at(-1)?.toLowerCase() ?? "false"
  if (text !== "true" && text !== "false" && text !== "1" && text !== "0") {
    report(key, "bool_parsing", "Input should be a valid boolean", text)
  }
  return text === "true" || text === "1"
}

/** A time in milliseconds. One without a zone is UTC. */
const timeOf = (text: string): number =>
  /^\d{4}-\d{2}-\d{2}/.test(text)
    ? Date.parse(/T.*(?:Z|[+-]\d{2}:?\d{2})$|^[^T]*$/i.test(text) ? text : `${text}Z`)
    : NaN

const equal = (query: Query, key: "model" | "agent_id"): ReadonlyArray<Sql> => {
  const value = values(query, key).at(-1)
  return value === undefined ? [] : [sql`${constant(key)} = ${bind(value)}`]
}

const metadataConditions = (query: Query): ReadonlyArray<Sql> =>
  Object.keys(query).filter((key) => !parameters.includes(key)).flatMap((key) =>
    values(query, key).map((value) =>
      sql`EXISTS (SELECT 1 FROM json_each(metadata) WHERE key = ${bind(key)} AND value = ${bind(value)})`
    )
  )
