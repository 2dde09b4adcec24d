/**
 * What searches of logs, traces, spans and evaluations have in common: the expression, the time, the fields.
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

/**
 * What to look for: an expression such as `span_attributes['gen_ai.operation.name'] = 'chat'`, or everything.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchRequest = Schema.Struct({ search_expression: WireSchema.nullable(Schema.String) })

/**
 * What to look for.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Schema.Schema.Type<typeof SearchRequest> {}

const time = WireSchema.nullable(
  Schema.String.check(
    Schema.makeFilter((value: string) =>
      /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)) ? undefined : "Expected an ISO time"
    )
  )
)

/**
 * A span of time on the wire: `from` and `to` as ISO texts.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TimeQuery = Schema.Struct({ from: time, to: time })

/**
 * A span of time, and where to read a feed on in it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FeedQuery = Schema.Struct({ ...TimeQuery.fields, ...Page.FeedQuery.fields })

/**
 * A span of time: `from` and `to`, each as a `DateTime` or as an ISO text.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimeRange {
  readonly from?: DateTime.DateTime | string | null | undefined
  readonly to?: DateTime.DateTime | string | null | undefined
}

/**
 * A span of time, and where to read a feed on in it: `page_size`, 0 to 100, 50 unless set, and `cursor`.
 *
 * @category models
 * @since 0.1.0
 */
export interface FeedRange extends TimeRange, Page.FeedQuery {}

/**
 * The operators of search expressions; the API adds further ones.
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

/**
 * A field of search expressions: its name, its label, what it holds, its operators, and how it can be aggregated.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldDefinition = WireSchema.looseStruct({
  name: Schema.String,
  label: Schema.String,
  type: WireSchema.openEnum<Field.Type>(),
  group: WireSchema.nullish(Schema.String),
  supported_operators: Schema.Array(WireSchema.openEnum<Operator>()),
  supported_aggregations: Schema.Array(WireSchema.openEnum<typeof MetricAggregation.Type>())
})

/**
 * A field of search expressions.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldDefinition extends Schema.Schema.Type<typeof FieldDefinition> {}

/**
 * All the fields.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldsResponse = WireSchema.looseStruct({ field_definitions: Schema.Array(FieldDefinition) })

/**
 * All the fields.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldsResponse extends Schema.Schema.Type<typeof FieldsResponse> {}

/**
 * The values a field can be compared with, or `null` where they are not counted out.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FieldOptionsResponse = WireSchema.looseStruct({ options: WireSchema.nullish(Schema.Array(Schema.String)) })

/**
 * The values a field can be compared with.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldOptionsResponse extends Schema.Schema.Type<typeof FieldOptionsResponse> {}
