/**
 * Aggregations of traces and spans: a metric, grouped by dimensions and by time.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"

/**
 * The functions that aggregate the values of a measure into one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const MetricAggregation = Schema.Literals([
  "count",
  "count_distinct",
  "sum",
  "avg",
  "min",
  "max",
  "p50",
  "p90",
  "p95",
  "p99"
])

/**
 * A function that aggregates the values of a measure into one.
 *
 * @category models
 * @since 0.1.0
 */
export type MetricAggregation = typeof MetricAggregation.Type

/**
 * The lengths of a time bucket.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Granularity = Schema.Literals(["auto", "second", "minute", "hour", "day", "week", "month"])

/**
 * The length of a time bucket.
 *
 * @category models
 * @since 0.1.0
 */
export type Granularity = typeof Granularity.Type

const metric = Schema.Struct({ measure: Schema.String, aggregation: MetricAggregation })

/**
 * A measure and how it is aggregated.
 *
 * @category models
 * @since 0.1.0
 */
export interface Metric extends Schema.Schema.Type<typeof metric> {}

/**
 * A measure and how it is aggregated, such as `{ measure: "duration_ns", aggregation: "p95" }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Metric: Schema.Codec<Metric> = metric

const timeDimension = Schema.Struct({ granularity: Schema.optional(Granularity) })

/**
 * The time buckets of an aggregation.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimeDimension extends Schema.Schema.Type<typeof timeDimension> {}

/**
 * The time buckets of an aggregation.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TimeDimension: Schema.Codec<TimeDimension> = timeDimension

const orderBy = Schema.Struct({
  field: Schema.String,
  direction: Schema.optional(Schema.Literals(["asc", "desc"]))
})

/**
 * A field by which the rows of an aggregation are sorted.
 *
 * @category models
 * @since 0.1.0
 */
export interface OrderBy extends Schema.Schema.Type<typeof orderBy> {}

/**
 * A field by which the rows of an aggregation are sorted, and the direction.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OrderBy: Schema.Codec<OrderBy> = orderBy

const request = Schema.Struct({
  metric: Metric,
  dimensions: Schema.optional(Schema.Array(Schema.String)),
  time_dimension: WireSchema.nullable(TimeDimension),
  search_expression: WireSchema.nullable(Schema.String),
  order_by: WireSchema.nullable(Schema.Array(OrderBy)),
  limit: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })))
})

/**
 * A request to aggregate a metric.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof request> {}

/**
 * A request to aggregate a metric.
 *
 * *Details*: only `metric` is required. `limit` is the maximum number of rows, 1 to 10,000, and 1,000 by default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Request: Schema.Codec<Request> = request

const row = WireSchema.looseStruct({
  time_bucket: WireSchema.nullish(Schema.String),
  dimensions: WireSchema.nullish(Tool.JsonObject),
  metric_name: Schema.String,
  metric_value: WireSchema.nullish(Schema.Number)
})

/**
 * A row of an aggregation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Row extends Schema.Schema.Type<typeof row> {}

/**
 * A row of an aggregation: the value of the metric for one time bucket and one combination of dimensions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Row: Schema.Codec<Row> = row

const meta = WireSchema.looseStruct({
  from_timestamp: WireSchema.nullish(Schema.String),
  to_timestamp: WireSchema.nullish(Schema.String),
  granularity_seconds: WireSchema.nullish(Schema.Number)
})

/**
 * The time range and the granularity of an aggregation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Meta extends Schema.Schema.Type<typeof meta> {}

/**
 * The time range of an aggregation as ISO strings, and its granularity in seconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Meta: Schema.Codec<Meta> = meta

const response = WireSchema.looseStruct({ data: Schema.Array(Row), meta: Meta })

/**
 * The rows of an aggregation, with their time range.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof response> {}

/**
 * The rows of an aggregation, with their time range.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response: Schema.Codec<Response> = response
