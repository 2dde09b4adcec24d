/**
 * Filters of chat completion events: conditions on fields, grouped by `AND` and `OR`.
 *
 * A filter is its own wire form: it can be stored, logged and sent without conversion.
 *
 * ```ts
 * import { Filter } from "@effect-mistral/observability"
 * import { DateTime } from "effect"
 *
 * const slow = Filter.and(
 *   Filter.gte("timestamp", DateTime.makeUnsafe("2026-01-01")),
 *   Filter.gt("total_time_elapsed", 5),
 *   Filter.or(Filter.contains("last_user_message_preview", "password"), Filter.includes("invoked_tools", "web_search"))
 * )
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * The operators that the API documents.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Operator = Schema.Literals([
  "lt",
  "lte",
  "gt",
  "gte",
  "startswith",
  "istartswith",
  "endswith",
  "iendswith",
  "contains",
  "icontains",
  "matches",
  "notcontains",
  "inotcontains",
  "eq",
  "neq",
  "isnull",
  "includes",
  "excludes",
  "len_eq"
])

/**
 * An operator that the API documents.
 *
 * @category models
 * @since 0.1.0
 */
export type Operator = typeof Operator.Type

const isString = (value: unknown) => typeof value === "string"
const isOrdered = (value: unknown) => typeof value === "string" || typeof value === "number"

/** The operators that require a type of value. All other operators, known or not, take any JSON. */
const valueRules: Readonly<Record<string, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  lt: ["a number or a string", isOrdered],
  lte: ["a number or a string", isOrdered],
  gt: ["a number or a string", isOrdered],
  gte: ["a number or a string", isOrdered],
  startswith: ["a string", isString],
  istartswith: ["a string", isString],
  endswith: ["a string", isString],
  iendswith: ["a string", isString],
  icontains: ["a string", isString],
  inotcontains: ["a string", isString],
  matches: ["a regular expression as a string", isString],
  isnull: ["true or false", (value) => typeof value === "boolean"],
  len_eq: ["an integer of at least 0", (value) => Number.isInteger(value) && (value as number) >= 0]
}

const checkedCondition = Schema.Struct({
  field: Schema.String,
  op: WireSchema.openEnum<Operator>(...Operator.literals),
  value: Schema.Json
}).check(Schema.makeFilter(({ op, value }) => {
  const rule = Object.hasOwn(valueRules, op) ? valueRules[op] : undefined
  return rule === undefined || rule[1](value) ? undefined : { path: ["value"], issue: `Expected ${rule[0]} for ${op}` }
}))

/**
 * A condition on a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition extends Schema.Schema.Type<typeof checkedCondition> {}

/**
 * A condition on a field.
 *
 * *Details*: `op` may be an operator that this version does not know. `value` is any JSON, but a known operator may require
 * a type: `startswith` requires a string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Condition: Schema.Codec<Condition> = checkedCondition

/**
 * A group of filters: all of `AND`, or at least one of `OR`, must match.
 *
 * *Gotchas*: the API does not document a group with both keys. Use two groups instead.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group {
  readonly AND?: ReadonlyArray<Filter> | null | undefined
  readonly OR?: ReadonlyArray<Filter> | null | undefined
}

/**
 * A filter: a condition or a group.
 *
 * @category models
 * @since 0.1.0
 */
export type Filter = Condition | Group

const members = WireSchema.nullable(Schema.Array(Schema.suspend((): Schema.Codec<Filter> => Filter)))

/**
 * A group of filters: all of `AND`, or at least one of `OR`, must match. Lower-case keys are rejected.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Group: Schema.Codec<Group> = Schema.Struct({ AND: members, OR: members })

/**
 * A filter: a condition or a group.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Filter: Schema.Codec<Filter> = Schema.Union([Condition, Group])

const payload = Schema.Struct({ filters: Schema.NullOr(Filter) })

/**
 * The filter of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Payload extends Schema.Schema.Type<typeof payload> {}

/**
 * The filter of a request. `null` matches every event.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Payload: Schema.Codec<Payload> = payload

const receivedPayload = WireSchema.looseStruct({ filters: Schema.Unknown })

/**
 * The filter of a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedPayload extends Schema.Schema.Type<typeof receivedPayload> {}

/**
 * The filter of a response. It may be of a kind that this version does not know; `decode` makes a `Filter` from it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedPayload: Schema.Codec<ReceivedPayload> = receivedPayload

/**
 * Decodes a filter from its wire form. Fails with a `SchemaError` if it is not a filter that this version knows.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decode: (wire: unknown) => Effect.Effect<Filter, Schema.SchemaError> = Schema.decodeUnknownEffect(Filter, {
  onExcessProperty: "error"
})

/**
 * Encodes a filter to its wire form, which is the filter itself. Fails with a `SchemaError` if a value does not have the type
 * that its operator requires.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encode: (filter: Filter) => Effect.Effect<Filter, Schema.SchemaError> = Schema.encodeEffect(Filter, {
  onExcessProperty: "error"
})

/**
 * A value that has an order: a number, a string, or a time as an ISO string or a `DateTime`.
 *
 * @category models
 * @since 0.1.0
 */
export type Ordered = number | string | DateTime.DateTime

/**
 * Makes a condition with any operator and any value. A `DateTime` becomes an ISO string.
 *
 * *When to use*: for an operator that has no function here.
 *
 * @category constructors
 * @since 0.1.0
 */
export const condition = (
  field: string,
  op: Operator | (string & {}),
  value: Schema.Json | DateTime.DateTime
): Condition => ({
  field,
  op,
  value: DateTime.isDateTime(value) ? DateTime.formatIso(value) : value
})

const by = <Value extends Schema.Json | DateTime.DateTime>(op: Operator) => (field: string, value: Value): Condition =>
  condition(field, op, value)

/**
 * The field is less than the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const lt = by<Ordered>("lt")

/**
 * The field is at most the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const lte = by<Ordered>("lte")

/**
 * The field is greater than the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const gt = by<Ordered>("gt")

/**
 * The field is at least the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const gte = by<Ordered>("gte")

/**
 * The field equals the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const eq = by<Schema.Json | DateTime.DateTime>("eq")

/**
 * The field does not equal the value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const neq = by<Schema.Json | DateTime.DateTime>("neq")

/**
 * The field has no value. With `false` as the second argument: the field has a value.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const isNull = (field: string, value: boolean = true): Condition => condition(field, "isnull", value)

/**
 * The string starts with the value.
 *
 * @category strings
 * @since 0.1.0
 */
export const startsWith = by<string>("startswith")

/**
 * The string starts with the value, ignoring case.
 *
 * @category strings
 * @since 0.1.0
 */
export const iStartsWith = by<string>("istartswith")

/**
 * The string ends with the value.
 *
 * @category strings
 * @since 0.1.0
 */
export const endsWith = by<string>("endswith")

/**
 * The string ends with the value, ignoring case.
 *
 * @category strings
 * @since 0.1.0
 */
export const iEndsWith = by<string>("iendswith")

/**
 * The string contains the value.
 *
 * @category strings
 * @since 0.1.0
 */
export const contains = by<string>("contains")

/**
 * The string contains the value, ignoring case.
 *
 * @category strings
 * @since 0.1.0
 */
export const iContains = by<string>("icontains")

/**
 * The string does not contain the value.
 *
 * @category strings
 * @since 0.1.0
 */
export const notContains = by<string>("notcontains")

/**
 * The string does not contain the value, ignoring case.
 *
 * @category strings
 * @since 0.1.0
 */
export const iNotContains = by<string>("inotcontains")

/**
 * The string matches a regular expression, in the server's syntax.
 *
 * @category strings
 * @since 0.1.0
 */
export const matches = by<string>("matches")

/**
 * The list contains the value.
 *
 * @category lists
 * @since 0.1.0
 */
export const includes = by<string | number | boolean>("includes")

/**
 * The list does not contain the value.
 *
 * @category lists
 * @since 0.1.0
 */
export const excludes = by<string | number | boolean>("excludes")

/**
 * The list has this number of elements, an integer.
 *
 * @category lists
 * @since 0.1.0
 */
export const lenEq = by<number>("len_eq")

/**
 * All of the filters match.
 *
 * @category groups
 * @since 0.1.0
 */
export const and = (...filters: ReadonlyArray<Filter>): Group => ({ AND: filters })

/**
 * At least one of the filters matches.
 *
 * @category groups
 * @since 0.1.0
 */
export const or = (...filters: ReadonlyArray<Filter>): Group => ({ OR: filters })
