import type * as TelemetrySearch from "@effect-mistral/observability/TelemetrySearch"
import type { Sql } from "../../storage/database.ts"
import { bind, comparisons, constant, join, sql } from "../../storage/sql.ts"
import { isPattern, matches, readTime } from "../filter/filterSql.ts"
import type { TelemetryField } from "./telemetrySignal.ts"

/** A literal in a search expression. */
export type Literal = string | number | boolean

/** The operators of search expressions that a type supports. */
export const operatorsOf = (type: TelemetryField["type"]): ReadonlyArray<TelemetrySearch.Operator> => {
  switch (type) {
    case "ARRAY":
      return ["contains", "not_contains", "has", "hasAny", "hasAll", "exists", "not_exists"]
    case "MAP":
      return ["exists", "not_exists"]
    default: {
      const ordered: ReadonlyArray<TelemetrySearch.Operator> = [
        "eq",
        "neq",
        "lt",
        "lte",
        "gt",
        "gte",
        "between",
        "not_between",
        "in",
        "not_in",
        "exists",
        "not_exists"
      ]
      return type === "TEXT" || type === "ENUM"
        ? [
          ...ordered,
          "like",
          "ilike",
          "not_like",
          "not_ilike",
          "regexp",
          "not_regexp",
          "contains",
          "not_contains"
        ]
        : ordered
    }
  }
}

/** The SQL condition on a field, or the reason why it is not valid. */
export const conditionOf = (
  field: TelemetryField,
  operator: TelemetrySearch.Operator,
  literals: ReadonlyArray<Literal>
): Sql | string => {
  if (!operatorsOf(field.type).includes(operator)) return `${field.name} cannot be searched by ${operator}`
  const { value: column } = field
  if (operator === "exists") {
    // The API writes an empty text for a missing value.
    return field.type === "TEXT" ? sql`(coalesce(${column}, '') <> '')` : sql`(${column} IS NOT NULL)`
  }
  const values: Array<Sql> = []
  for (const literal of literals) {
    const value = valueOf(field, literal)
    if (value === undefined) return `${JSON.stringify(literal)} is not a value of ${field.name}`
    values.push(value)
  }
  const [first = constant("NULL"), second = first] = values
  if (field.type === "ARRAY") {
    const found = values.map((value) => sql`EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = ${value})`)
    return join(found, operator === "hasAny" ? "OR" : "AND", constant("1"))
  }
  switch (operator) {
    case "between":
      return sql`(${column} BETWEEN ${first} AND ${second})`
    case "in":
      return join(values.map((value) => sql`${column} = ${value}`), "OR", constant("0"))
    case "contains":
      return sql`(instr(${column}, ${first}) > 0)`
    case "like":
      return sql`${matches}(${column}, ${bind(likePattern(String(literals[0])))})`
    case "ilike":
      return sql`${matches}(fold(${column}), ${bind(likePattern(String(literals[0]).toLowerCase()))})`
    case "regexp": {
      const pattern = String(literals[0])
      return isPattern(pattern) ? sql`${matches}(${column}, ${first})` : "a regular expression is broken"
    }
    default:
      return sql`(${column} ${comparisons[operator] ?? constant("=")} ${first})`
  }
}

const valueOf = ({ type }: TelemetryField, literal: Literal): Sql | undefined => {
  switch (type) {
    case "TIMESTAMP": {
      const time = typeof literal === "string" ? readTime(literal) : undefined
      return time === undefined ? undefined : bind(time)
    }
    case "INT":
    case "FLOAT":
      return typeof literal === "number" ? bind(literal) : undefined
    default:
      return typeof literal === "string" ? bind(literal) : undefined
  }
}

/** Converts a `LIKE` pattern, in which `%` is any text and `_` any character, to a regular expression. */
const likePattern = (like: string): string =>
  `^${like.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replaceAll("%", "[^]*").replaceAll("_", "[^]")}$`
