import * as Result from "effect/Result"
import type { Problem } from "./errorResponse.ts"

/** The query of a request, with the values of each parameter. */
export type Query = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The values of a query parameter that may be repeated. */
export const queryValues = (query: Query, key: string): ReadonlyArray<string> => {
  const value = query[key]
  return value === undefined ? [] : typeof value === "string" ? [value] : value
}

/** The value of a query parameter; the last one if it is repeated. */
export const queryValue = (query: Query, key: string): string | undefined => queryValues(query, key).at(-1)

/** A value that was read from a text, or the problem in pydantic's form. */
export type Read<A> = Result.Result<A, Problem>

/** Reads the text of a place in a request. */
export type Reader<A> = (text: string, loc: Problem["loc"]) => Read<A>

/** Reads an integer within bounds. */
export const integer =
  (bounds: { readonly minimum?: number; readonly maximum?: number } = {}): Reader<number> => (text, loc) => {
    const { maximum = Number.MAX_SAFE_INTEGER, minimum = Number.MIN_SAFE_INTEGER } = bounds
    const number = /^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : NaN
    const problem = (type: string, rest: string, ctx?: Problem["ctx"]) =>
      Result.fail({
        type,
        loc,
        msg: `Input should be ${rest}`,
        input: text,
        ...(ctx === undefined ? undefined : { ctx })
      })
    if (Number.isNaN(number)) {
      return problem("int_parsing", "a valid integer, unable to parse string as an integer")
    }
    if (number < minimum) return problem("greater_than_equal", `greater than or equal to ${minimum}`, { ge: minimum })
    if (number > maximum) return problem("less_than_equal", `less than or equal to ${maximum}`, { le: maximum })
    return Result.succeed(number)
  }

/** Reads a boolean. */
export const boolean: Reader<boolean> = (text, loc) => {
  const lower = text.toLowerCase()
  return /^(?:true|t|yes|y|on|1)$/.test(lower)
    ? Result.succeed(true)
    : /^(?:false|f|no|n|off|0)$/.test(lower)
    ? Result.succeed(false)
    : Result.fail({
      type: "bool_parsing",
      loc,
      msg: "Input should be a valid boolean, unable to interpret input",
      input: text
    })
}

/** Reads one of some names. */
export const oneOf = (names: ReadonlyArray<string>): Reader<string> => (text, loc) => {
  if (names.includes(text)) return Result.succeed(text)
  const quoted = names.map((name) => `'${name}'`)
  const expected = quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`
  return Result.fail({ type: "enum", loc, msg: `Input should be ${expected}`, input: text, ctx: { expected } })
}

/** Reads a UUID, with or without its hyphens, and gives it in lower case with them. */
export const uuid: Reader<string> = (text, loc) => {
  const [, ...parts] = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(text) ?? []
  return parts.length > 0
    ? Result.succeed(parts.join("-").toLowerCase())
    : Result.fail({ type: "uuid_parsing", loc, msg: "Input should be a valid UUID", input: text })
}
