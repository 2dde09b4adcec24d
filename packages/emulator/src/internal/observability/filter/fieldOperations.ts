import * as Filter from "@effect-mistral/observability/Filter"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import * as Schema from "effect/Schema"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler } from "../../routing/endpointRoute.ts"
import type { Database } from "../../storage/database.ts"
import { bind, constant, sql } from "../../storage/sql.ts"
import { badField, invalid, observabilityError } from "../api/observabilityError.ts"
import { operation } from "../api/observabilityOperation.ts"
import * as Query from "../api/queryParameters.ts"
import { definition, type EventField, fieldGroups, fields, findField, judgeFields, operators } from "./eventField.ts"
import { filterSql } from "./filterSql.ts"

const endpoints = ObservabilityEndpoint.fields

/** The maximum number of values that are listed for a field. */
const limit = 100

/** `/v1/observability/chat-completion-fields`. */
export const fieldOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.list, {
    respond: () => ({
      field_definitions: [...fields, ...judgeFields(database)].map(definition),
      field_groups: fieldGroups
    })
  })),
  handler(operation(endpoints.options, {
    respond: ({ parameter, query }) => {
      const field = fieldOf(database, parameter("field_name"))
      if (field instanceof ErrorResponse) return field
      const operator = Query.value(query, "operator")
      if (!isOperator(operator)) {
        return invalid([{
          loc: ["query", "operator"],
          msg: operator === undefined ? "Field required" : "Unknown operator"
        }])
      }
      return operators[field.type].includes(operator)
        ? { options: options(database, field, operator) }
        : badField(`The field ${field.name} cannot be filtered by ${operator}`)
    }
  })),
  handler(operation(endpoints.optionCounts, {
    respond: ({ parameter, request }) => {
      const field = fieldOf(database, parameter("field_name"))
      if (field instanceof ErrorResponse) return field
      const condition = filterSql(database, request.filter_params?.filters ?? null)
      return condition instanceof ErrorResponse ? condition : { counts: countValues(database, field, condition) }
    }
  }))
]

const isOperator = Schema.is(Filter.Operator)

const fieldOf = (database: Database, name: string): EventField | ErrorResponse =>
  findField(database, name) ?? observabilityError(404, "FIELDS_NOT_FOUND", `There is no field ${name}`)

/**
 * The options of a field for an operator: booleans, or the most frequent values; `null` for free input such as parts of
 * texts, numbers and times.
 */
const options = (
  database: Database,
  field: EventField,
  operator: Filter.Operator
): ReadonlyArray<string | boolean> | null => {
  if (operator === "isnull" || field.type === "BOOL") return [true, false]
  const chosen = field.type === "ENUM" || field.type === "ARRAY" || field.type === "MAP" || field.group === "request"
  const whole = operator === "eq" || operator === "neq" || operator === "includes" || operator === "excludes"
  return chosen && whole ? countValues(database, field, constant("1")).map(({ value }) => value) : null
}

/** Counts the values of a field, most frequent first: elements of arrays, keys of maps, other values as text. */
const countValues = (
  database: Database,
  field: EventField,
  condition: ReturnType<typeof sql>
): ReadonlyArray<{ readonly value: string; readonly count: number }> => {
  const inside = field.type === "ARRAY" ? "value" : field.type === "MAP" ? "key" : undefined
  const from = inside === undefined
    ? constant("events")
    : sql`events JOIN json_each(${field.value}) AS element`
  const value = inside === undefined ? field.value : constant(`element.${inside}`)
  const shown = field.type === "BOOL"
    ? sql`CASE ${value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`
    : field.type === "TIMESTAMP"
    ? sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${value} / 1000.0, 'unixepoch')`
    : value
  const { text, values } = sql`SELECT CAST(shown AS TEXT) AS value, count(*) AS number
    FROM (SELECT ${shown} AS shown FROM ${from} WHERE ${condition})
    WHERE shown IS NOT NULL GROUP BY shown ORDER BY number DESC, value LIMIT ${bind(limit)}`
  return database.all(text, ...values).map((row) => ({ value: String(row["value"]), count: Number(row["number"]) }))
}
