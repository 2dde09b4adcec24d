/**
 * Searches of logs, traces, spans and evaluations: the expression, the time range, the fields.
 *
 * @see https://docs.mistral.ai/studio-api/observability/traces/explorer
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { MetricAggregation } from "./Aggregation.ts"
import type * as Field from "./Field.ts"
import * as Page from "./Page.ts"

const searchRequest = Schema.Struct({ search_expression: WireSchema.nullable(Schema.String) })

/**
 * A request to search by an expression.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Schema.Schema.Type<typeof searchRequest> {}

/**
 * A request to search by an expression, such as `span_attributes['gen_ai.operation.name'] = 'chat'`. Without an expression,
 * everything matches.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchRequest: Schema.Codec<SearchRequest> = searchRequest

const time = WireSchema.nullable(
  Schema.String.check(
    Schema.makeFilter(
      (value: string) =>
        /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)) ? undefined : "Expected an ISO time",
      { toJsonSchema: () => ({ format: "date-time" }) }
    )
  )
)

/**
 * The query parameters of a time range: `from` and `to` as ISO strings.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TimeQuery = Schema.Struct({ from: time, to: time })

/**
 * The query parameters of a time range.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimeQuery extends Schema.Schema.Type<typeof TimeQuery> {}

/**
 * The query parameters of a request for a part of a feed in a time range.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FeedQuery = Schema.Struct({ ...TimeQuery.fields, ...Page.FeedQuery.fields })

/**
 * The query parameters of a request for a part of a feed in a time range.
 *
 * @category models
 * @since 0.1.0
 */
export interface FeedQuery extends Schema.Schema.Type<typeof FeedQuery> {}

/**
 * A time range: `from` and `to`, each as a `DateTime` or as an ISO string.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimeRange {
  readonly from?: DateTime.DateTime | string | null | undefined
  readonly to?: DateTime.DateTime | string | null | undefined
}

/**
 * A part of a feed in a time range: `from`, `to`, `cursor`, and `page_size`, 0 to 100 and 50 by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface FeedRange extends TimeRange, Page.FeedQuery {}

/**
 * The operators of search expressions. The API adds further ones.
 *
 * @category models
 * @since 0.1.0
 */
export type Operator =
  | "eq"
  | "neq"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "like"
  | "ilike"
  | "not_like"
  | "not_ilike"
  | "between"
  | "not_between"
  | "in"
  | "not_in"
  | "exists"
  | "not_exists"
  | "regexp"
  | "not_regexp"
  | "contains"
  | "not_contains"
  | "has"
  | "hasAny"
  | "hasAll"
  | "hasToken"

const fieldDefinition = WireSchema.looseStruct({
  name: Schema.String,
  label: Schema.String,
  type: WireSchema.openEnum<Field.Type>(),
  group: WireSchema.nullish(Schema.String),
  supported_operators: Schema.Array(WireSchema.openEnum<Operator>()),
  supported_aggregations: Schema.Array(WireSchema.openEnum<MetricAggregation>())
})

/**
 * The definition of a field of search expressions.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldDefinition extends Schema.Schema.Type<typeof fieldDefinition> {}

/**
 * The definition of a field of search expressions: its name, its label, its type, and the operators and aggregations that
 * it supports.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldDefinition: Schema.Codec<FieldDefinition> = fieldDefinition

const fieldsResponse = WireSchema.looseStruct({ field_definitions: Schema.Array(FieldDefinition) })

/**
 * All fields of search expressions.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldsResponse extends Schema.Schema.Type<typeof fieldsResponse> {}

/**
 * All fields of search expressions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldsResponse: Schema.Codec<FieldsResponse> = fieldsResponse

const fieldOptionsResponse = WireSchema.looseStruct({ options: WireSchema.nullish(Schema.Array(Schema.String)) })

/**
 * The values to which a field can be compared.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldOptionsResponse extends Schema.Schema.Type<typeof fieldOptionsResponse> {}

/**
 * The values to which a field can be compared, or `null` if the server does not enumerate them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldOptionsResponse: Schema.Codec<FieldOptionsResponse> = fieldOptionsResponse
