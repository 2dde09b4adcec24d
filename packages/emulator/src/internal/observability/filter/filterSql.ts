import type * as Filter from "@effect-mistral/observability/Filter"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { isJsonObject } from "../../json/jsonObject.ts"
import { type Database, patternFunction, type Sql } from "../../storage/database.ts"
import { mapText } from "../../storage/metadataText.ts"
import { bind, comparisons, constant, join, sql } from "../../storage/sql.ts"
import { badField, badSearch, observabilityError } from "../api/observabilityError.ts"
import { type EventField, findField, operators } from "./eventField.ts"

/** The maximum number of conditions of a filter, and its maximum depth. */
const limits = { conditions: 5000, depth: 100 }

/** The SQL function that tests a text by a regular expression. */
export const matches = constant(patternFunction)

const always = constant("1")
const never = constant("0")

/**
 * Converts a filter to a SQL condition on `events`.
 *
 * *Details*: a field without a value satisfies only `isnull` (and `eq` with `null`, which means the same), and no
 * negative condition either. A group with both `AND` and `OR` requires both. An empty `AND` selects everything, an
 * empty `OR` nothing, and a group with neither selects everything.
 */
export const filterSql = (database: Database, filter: Filter.Filter | null): Sql | ErrorResponse => {
  let conditions = 0
  const group = (members: ReadonlyArray<Filter.Filter>, operator: "AND" | "OR", depth: number): Sql | ErrorResponse => {
    const parts: Array<Sql> = []
    for (const member of members) {
      const part = translate(member, depth + 1)
      if (part instanceof ErrorResponse) return part
      parts.push(part)
    }
    return join(parts, operator, operator === "AND" ? always : never)
  }
  const translate = (filter: Filter.Filter, depth: number): Sql | ErrorResponse => {
    if (depth > limits.depth) return tooLarge(`is more than ${limits.depth} groups deep`)
    if ("field" in filter) {
      return ++conditions > limits.conditions
        ? tooLarge(`has more than ${limits.conditions} conditions`)
        : conditionSql(database, filter)
    }
    const all = filter.AND == null ? always : group(filter.AND, "AND", depth)
    if (all instanceof ErrorResponse) return all
    const some = filter.OR == null ? always : group(filter.OR, "OR", depth)
    return some instanceof ErrorResponse ? some : join([all, some].filter((part) => part !== always), "AND", always)
  }
  return filter === null ? always : translate(filter, 0)
}

const tooLarge = (message: string): ErrorResponse =>
  observabilityError(400, "SEARCH_FILTER_TO_SQL_CONVERSION_ERROR", `The filter ${message}`)

const conditionSql = (database: Database, { field: name, op, value }: Filter.Condition): Sql | ErrorResponse => {
  const field = findField(database, name)
  if (field === undefined) return badField(`There is no field ${name}`)
  const operator = operators[field.type].find((one) => one === op)
  if (operator === undefined) return badField(`The field ${name} cannot be filtered by ${op}`)
  if (operator === "isnull") return nullSql(field, value === true)
  if (value === null && (operator === "eq" || operator === "neq")) return nullSql(field, operator === "eq")
  switch (field.type) {
    case "TEXT":
    case "ENUM":
      return typeof value === "string" ? textSql(field, operator, value) : wrongValue(field, "a text")
    case "INT":
    case "FLOAT":
      return typeof value === "number" ? compareSql(field, operator, value) : wrongValue(field, "a number")
    case "BOOL":
      return typeof value === "boolean"
        ? compareSql(field, operator, Number(value))
        : wrongValue(field, "true or false")
    case "TIMESTAMP": {
      const time = typeof value === "string" ? readTime(value) : undefined
      return time === undefined ? wrongValue(field, "an ISO time") : compareSql(field, operator, time)
    }
    case "ARRAY":
      return elementSql(field, operator, value, "value")
    case "MAP":
      if (operator !== "eq" && operator !== "neq") return elementSql(field, operator, value, "key")
      return isJsonObject(value) ? compareSql(field, operator, mapText(value)) : wrongValue(field, "an object")
  }
}

const wrongValue = ({ name, type }: EventField, expected: string): ErrorResponse =>
  badSearch(`The field ${name} is of type ${type}: expected ${expected}`)

/** Parses an ISO 8601 time to milliseconds; a time without a zone is UTC. */
export const readTime = (value: string): number | undefined => {
  const [, date, clock, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(value) ?? []
  if (date === undefined || !isDate(date)) return undefined
  const time = Date.parse(clock === undefined ? date : `${date}T${clock}${zone ?? "Z"}`)
  return Number.isNaN(time) ? undefined : time
}

/** `Date.parse` accepts the 30th of February as the 2nd of March. */
const isDate = (date: string): boolean => {
  const time = Date.parse(date)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

const nullSql = ({ value }: EventField, isNull: boolean): Sql =>
  isNull ? sql`(${value} IS NULL)` : sql`(${value} IS NOT NULL)`

const compareSql = (field: EventField, operator: Filter.Operator, value: string | number): Sql =>
  sql`(${field.value} ${comparisons[operator]!} ${bind(value)})`

const textSql = (field: EventField, operator: Filter.Operator, wanted: string): Sql | ErrorResponse => {
  if (operator in comparisons) return compareSql(field, operator, wanted)
  if (operator === "matches") return matchSql(field, wanted)
  const anyCase = operator.startsWith("i")
  const text = anyCase ? sql`fold(${field.value})` : field.value
  const part = bind(anyCase ? wanted.toLowerCase() : wanted)
  switch (anyCase ? operator.slice(1) : operator) {
    case "startswith":
      return sql`(instr(${text}, ${part}) = 1)`
    case "endswith":
      return sql`(ends_with(${text}, ${part}))`
    case "contains":
      return sql`(instr(${text}, ${part}) > 0)`
    default:
      return sql`(instr(${text}, ${part}) = 0)`
  }
}

/** Matches a JavaScript regular expression with the flag `u` anywhere in the text. */
const matchSql = (field: EventField, pattern: string): Sql | ErrorResponse =>
  isPattern(pattern)
    ? sql`(${matches}(${field.value}, ${bind(pattern)}))`
    : badSearch(`The field ${field.name} cannot be matched: not a regular expression`)

/** Whether a text is a valid JavaScript regular expression. */
export const isPattern = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "u").unicode
  } catch {
    return false
  }
}

/** Tests the elements of an array, or the keys of a map. */
const elementSql = (
  field: EventField,
  operator: Filter.Operator,
  wanted: unknown,
  column: "key" | "value"
): Sql | ErrorResponse => {
  if (operator === "len_eq") {
    // The request's schema accepts only integers here.
    return sql`(${field.value} IS NOT NULL AND (SELECT count(*) FROM json_each(${field.value})) = ${
      bind(Number(wanted))
    })`
  }
  if (typeof wanted !== "string") return wrongValue(field, "a text")
  const found = sql`EXISTS (SELECT 1 FROM json_each(${field.value}) AS element WHERE element.${constant(column)} = ${
    bind(wanted)
  })`
  return operator === "includes"
    ? sql`(${field.value} IS NOT NULL AND ${found})`
    : sql`(${field.value} IS NOT NULL AND NOT ${found})`
}
