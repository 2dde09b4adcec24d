import type { ErrorResponse } from "../../http/errorResponse.ts"
import type { Incoming } from "../../routing/endpointRoute.ts"
import { invalid } from "./observabilityError.ts"

type Query = Incoming["query"]

/** The values of a query parameter that may be repeated. */
export const values = (query: Query, key: string): ReadonlyArray<string> => {
  const value = query[key]
  return value === undefined ? [] : typeof value === "string" ? [value] : value
}

/** The value of a query parameter; the last one if it is repeated. */
export const value = (query: Query, key: string): string | undefined => values(query, key).at(-1)

/** Reads a query parameter as an integer within bounds. */
export const integer = (
  query: Query,
  key: string,
  { fallback, maximum, minimum }: { readonly fallback: number; readonly minimum: number; readonly maximum: number }
): number | ErrorResponse => {
  const text = value(query, key)
  if (text === undefined) return fallback
  const number = /^-?\d+$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(number)) return invalid([{ loc: ["query", key], msg: "Input should be a valid integer" }])
  return number < minimum
    ? invalid([{ loc: ["query", key], msg: `Input should be greater than or equal to ${minimum}` }])
    : number > maximum
    ? invalid([{ loc: ["query", key], msg: `Input should be less than or equal to ${maximum}` }])
    : number
}

/** Reads the query parameter `page_size`. */
export const pageSize = (query: Query): number | ErrorResponse =>
  integer(query, "page_size", { fallback: 50, minimum: 0, maximum: 100 })

/** The URL of a request with some query parameters changed. */
export const withQuery = (url: URL, changes: Readonly<Record<string, string | number>>): string => {
  const changed = new URL(url)
  for (const [key, value] of Object.entries(changes)) changed.searchParams.set(key, String(value))
  return changed.href
}
