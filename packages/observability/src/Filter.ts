/**
 * Filters of chat completion events: conditions on fields, grouped by `AND` and `OR`. A filter is its wire form, so that
 * it can be stored, logged and sent as it is; the functions here make filters whose values fit their operators.
 *
 * ```ts
 * import { Filter } from "@effect-mistral/observability"
 * import { DateTime } from "effect"
 *
 * const slowAnswers = Filter.and(
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
 * The operators the API documents.
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
 * An operator the API documents.
 *
 * @category models
 * @since 0.1.0
 */
export type Operator = typeof Operator.Type

const isText = (value: unknown) => typeof value === "string"
const isOrdered = (value: unknown) => typeof value === "string" || typeof value === "number"

/** What a value must be, where the operator leaves no choice; what the operator is unknown for may be any JSON. */
const fits: Readonly<Record<string, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  lt: ["a number or a text", isOrdered],
  lte: ["a number or a text", isOrdered],
  gt: ["a number or a text", isOrdered],
  gte: ["a number or a text", isOrdered],
  startswith: ["a text", isText],
  istartswith: ["a text", isText],
  endswith: ["a text", isText],
  iendswith: ["a text", isText],
  icontains: ["a text", isText],
  inotcontains: ["a text", isText],
  matches: ["a regular expression as a text", isText],
  isnull: ["true or false", (value) => typeof value === "boolean"],
  len_eq: ["a whole number from 0 on", (value) => Number.isInteger(value) && (value as number) >= 0]
}

/**
 * A condition on a field. `op` may be an operator that this version does not know; `value` is any JSON, and for a known
 * operator must fit it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Condition = Schema.Struct({
  field: Schema.String,
  op: WireSchema.openEnum<Operator>(...Operator.literals),
  value: Schema.Json
}).check(Schema.makeFilter(({ op, value }) => {
  const rule = Object.hasOwn(fits, op) ? fits[op] : undefined
  return rule === undefined || rule[1](value) ? undefined : { path: ["value"], issue: `Expected ${rule[0]} for ${op}` }
}))

/**
 * A condition on a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition extends Schema.Schema.Type<typeof Condition> {}

/**
 * Filters of which all (`AND`) or at least one (`OR`) must hold. What the API makes of a group with both is not
 * documented: give each its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group {
  readonly AND?: ReadonlyArray<Filter> | null | undefined
  readonly OR?: ReadonlyArray<Filter> | null | undefined
}

/**
 * A condition or a group.
 *
 * @category models
 * @since 0.1.0
 */
export type Filter = Condition | Group

const members = WireSchema.nullable(Schema.Array(Schema.suspend((): Schema.Codec<Filter> => Filter)))

/**
 * Filters of which all or at least one must hold. Its keys are upper-case; others are refused.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Group: Schema.Codec<Group> = Schema.Struct({ AND: members, OR: members })

/**
 * A condition or a group, as the API takes it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Filter: Schema.Codec<Filter> = Schema.Union([Condition, Group])

/**
 * The filter of a request; `null` lets everything through.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Payload = Schema.Struct({ filters: Schema.NullOr(Filter) })

/**
 * The filter of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Payload extends Schema.Schema.Type<typeof Payload> {}

/**
 * The filter of an answer: what it holds may be newer than this version. `decode` makes a `Filter` of it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedPayload = WireSchema.looseStruct({ filters: Schema.Unknown })

/**
 * A filter from its wire form. Fails with a `SchemaError` where it is none, or one that this version does not know.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decode: (wire: unknown) => Effect.Effect<Filter, Schema.SchemaError> = Schema.decodeUnknownEffect(Filter, {
  onExcessProperty: "error"
})

/**
 * The wire form of a filter: the filter itself. Fails with a `SchemaError` where a value does not fit its operator.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encode: (filter: Filter) => Effect.Effect<Filter, Schema.SchemaError> = Schema.encodeEffect(Filter, {
  onExcessProperty: "error"
})

/**
 * What can be compared by order: numbers, texts, and times as ISO texts or as `DateTime`.
 *
 * @category models
 * @since 0.1.0
 */
export type Ordered = number | string | DateTime.DateTime

/**
 * A condition with any operator and value, for what has no function here. Times become ISO texts.
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
 * The field has no value, or has one where `value` is `false`.
 *
 * @category comparisons
 * @since 0.1.0
 */
export const isNull = (field: string, value: boolean = true): Condition => condition(field, "isnull", value)

/**
 * The text begins with the value.
 *
 * @category texts
 * @since 0.1.0
 */
export const startsWith = by<string>("startswith")

/**
 * The text begins with the value, in whatever case.
 *
 * @category texts
 * @since 0.1.0
 */
export const iStartsWith = by<string>("istartswith")

/**
 * The text ends with the value.
 *
 * @category texts
 * @since 0.1.0
 */
export const endsWith = by<string>("endswith")

/**
 * The text ends with the value, in whatever case.
 *
 * @category texts
 * @since 0.1.0
 */
export const iEndsWith = by<string>("iendswith")

/**
 * The text has the value in it.
 *
 * @category texts
 * @since 0.1.0
 */
export const contains = by<string>("contains")

/**
 * The text has the value in it, in whatever case.
 *
 * @category texts
 * @since 0.1.0
 */
export const iContains = by<string>("icontains")

/**
 * The text does not have the value in it.
 *
 * @category texts
 * @since 0.1.0
 */
export const notContains = by<string>("notcontains")

/**
 * The text does not have the value in it, in whatever case.
 *
 * @category texts
 * @since 0.1.0
 */
export const iNotContains = by<string>("inotcontains")

/**
 * The text matches a regular expression, written as the server reads it.
 *
 * @category texts
 * @since 0.1.0
 */
export const matches = by<string>("matches")

/**
 * The list has the value among its elements.
 *
 * @category lists
 * @since 0.1.0
 */
export const includes = by<string | number | boolean>("includes")

/**
 * The list does not have the value among its elements.
 *
 * @category lists
 * @since 0.1.0
 */
export const excludes = by<string | number | boolean>("excludes")

/**
 * The list has so many elements: a whole number.
 *
 * @category lists
 * @since 0.1.0
 */
export const lenEq = by<number>("len_eq")

/**
 * All the filters hold.
 *
 * @category groups
 * @since 0.1.0
 */
export const and = (...filters: ReadonlyArray<Filter>): Group => ({ AND: filters })

/**
 * At least one of the filters holds.
 *
 * @category groups
 * @since 0.1.0
 */
export const or = (...filters: ReadonlyArray<Filter>): Group => ({ OR: filters })
