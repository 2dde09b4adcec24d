import * as Result from "effect/Result"
import { detail, type ErrorResponse, type Problem } from "../http/errorResponse.ts"
import { boolean, integer, oneOf, type Query, queryValue, queryValues, type Reader } from "../http/parameters.ts"
import type { Sql } from "../storage/database.ts"
import { bind, constant, join, list, sql } from "../storage/sql.ts"

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
  const valid = <A>(key: string, reader: Reader<A>): ReadonlyArray<A> =>
    queryValues(query, key).flatMap((text) => {
      const read = reader(text, ["query", key])
      if (Result.isSuccess(read)) return [read.success]
      problems.push(read.failure)
      return []
    })
  const page = valid("page", integer({ minimum: 0 })).at(-1) ?? 0
  const size = valid("page_size", integer({ minimum: 1 })).at(-1) ?? 100
  const order = valid("order_by", oneOf(["created", "-created"])).at(-1)
  const after = valid("created_after", time).at(-1)
  const status = valid("status", oneOf(statuses))
  valid("created_by_me", boolean)
  if (problems.length > 0) return detail(422, problems)
  return {
    size,
    skipped: Math.min(page * size, Number.MAX_SAFE_INTEGER),
    order: constant(order === "created" ? "seq" : "seq DESC"),
    where: join(
      [
        ...equal(query, "model"),
        ...equal(query, "agent_id"),
        ...(after === undefined ? [] : [sql`created_at > ${bind(after)}`]),
        ...(status.length === 0 ? [] : [sql`status IN (${list(status.map(bind), ", ")})`]),
        ...metadataConditions(query)
      ],
      "AND",
      constant("1")
    )
  }
}

/** Reads a date and time as milliseconds. One without a zone is UTC. */
const time: Reader<number> = (text, loc) => {
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text)
  const millis = iso === null ? NaN : Date.parse(text.length > 10 && iso[1] === undefined ? `${text}Z` : text)
  return Number.isNaN(millis)
    ? Result.fail({ type: "datetime_parsing", loc, msg: "Input should be a valid datetime", input: text })
    : Result.succeed(millis)
}

const equal = (query: Query, key: "model" | "agent_id"): ReadonlyArray<Sql> => {
  const value = queryValue(query, key)
  return value === undefined ? [] : [sql`${constant(key)} = ${bind(value)}`]
}

const metadataConditions = (query: Query): ReadonlyArray<Sql> =>
  Object.keys(query).filter((key) => !parameters.includes(key)).flatMap((key) =>
    queryValues(query, key).map((value) =>
      sql`EXISTS (SELECT 1 FROM json_each(metadata) WHERE key = ${bind(key)} AND value = ${bind(value)})`
    )
  )
