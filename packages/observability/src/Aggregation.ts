/**
 * Aggregations of traces and spans: a metric, over dimensions and time.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"

/**
 * How the values of a measure become one.
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
 * How long a bucket of time is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Granularity = Schema.Literals(["auto", "second", "minute", "hour", "day", "week", "month"])

/**
 * What to aggregate. Required: `metric`, such as `{ measure: "duration_ns", aggregation: "p95" }`. `limit` is 1 to 10,000
 * rows, 1,000 unless set.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Request = Schema.Struct({
  metric: Schema.Struct({ measure: Schema.String, aggregation: MetricAggregation }),
  dimensions: Schema.optional(Schema.Array(Schema.String)),
  time_dimension: WireSchema.nullable(Schema.Struct({ granularity: Schema.optional(Granularity) })),
  search_expression: WireSchema.nullable(Schema.String),
  order_by: WireSchema.nullable(
    Schema.Array(
      Schema.Struct({ field: Schema.String, direction: Schema.optional(Schema.Literals(["asc", "desc"])) })
    )
  ),
  limit: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })))
})

/**
 * What to aggregate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * The rows, and the time they cover. `granularity_seconds` is in seconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = WireSchema.looseStruct({
  data: Schema.Array(WireSchema.looseStruct({
    time_bucket: WireSchema.nullish(Schema.String),
    dimensions: WireSchema.nullish(Tool.JsonObject),
    metric_name: Schema.String,
    metric_value: WireSchema.nullish(Schema.Number)
  })),
  meta: WireSchema.looseStruct({
    from_timestamp: WireSchema.nullish(Schema.String),
    to_timestamp: WireSchema.nullish(Schema.String),
    granularity_seconds: WireSchema.nullish(Schema.Number)
  })
})

/**
 * The rows, and the time they cover.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof Response> {}
