import type * as Page from "@effect-mistral/observability/Page"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Incoming } from "../../routing/endpointRoute.ts"
import type { Database, Row, Sql } from "../../storage/database.ts"
import { bind, constant, join, sql } from "../../storage/sql.ts"
import * as Query from "./queryParameters.ts"

/** A list: `from` follows `FROM`, `conditions` select the rows, `order` sorts them. */
export interface Listing<A> {
  readonly from: Sql
  readonly conditions: ReadonlyArray<Sql>
  readonly order: Sql
  readonly item: (row: Row) => A
}

/** Reads the page that a request's `page` and `page_size` select (offset pagination). */
export const listPage = <A>(
  database: Database,
  { query, url }: Incoming,
  { conditions, from, item, order }: Listing<A>
): Page.Page<A> | ErrorResponse => {
  const size = Query.pageSize(query)
  if (size instanceof ErrorResponse) return size
  const page = Query.integer(query, "page", { fallback: 1, minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  if (page instanceof ErrorResponse) return page
  const where = join(conditions, "AND", constant("1"))
  const counting = sql`SELECT count(*) AS number FROM ${from} WHERE ${where}`
  const count = Number(database.get(counting.text, ...counting.values)?.["number"])
  const start = (page - 1) * size
  const reading = sql`SELECT * FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ${bind(size)} OFFSET ${bind(start)}`
  const results = start < count ? database.all(reading.text, ...reading.values).map(item) : []
  return {
    results,
    count,
    next: results.length > 0 && start + size < count ? Query.withQuery(url, { page: page + 1 }) : null,
    previous: page > 1 ? Query.withQuery(url, { page: page - 1 }) : null
  }
}

/** The condition for the query parameter `q`: the column contains the text, in any case. */
export const searched = (query: Incoming["query"], column: "name"): ReadonlyArray<Sql> => {
  const text = Query.value(query, "q")
  return text === undefined || text === ""
    ? []
    : [sql`instr(fold(${constant(column)}), ${bind(text.toLowerCase())}) > 0`]
}

/** The order of lists: newest first. */
export const newestFirst = constant("seq DESC")
