/**
 * Evaluations of spans: scores and labels that judges and people gave.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Page from "./Page.ts"

const attributes = Schema.Record(Schema.String, Schema.Unknown)

/**
 * What an evaluation said of a span. Times are ISO texts.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SpanEvaluation = WireSchema.looseStruct({
  customer_id: WireSchema.nullish(Schema.String),
  organization_id: WireSchema.nullish(Schema.String),
  workspace_id: WireSchema.nullish(Schema.String),
  user_id: WireSchema.nullish(Schema.String),
  trace_id: Schema.String,
  span_id: Schema.String,
  response_id: WireSchema.nullish(Schema.String),
  conversation_id: WireSchema.nullish(Schema.String),
  timestamp: WireSchema.nullish(Schema.String),
  evaluation_name: WireSchema.nullish(Schema.String),
  score_value: WireSchema.nullish(Schema.Number),
  score_label: WireSchema.nullish(Schema.String),
  explanation: WireSchema.nullish(Schema.String),
  metadata: WireSchema.nullish(attributes)
})

/**
 * What an evaluation said of a span.
 *
 * @category models
 * @since 0.1.0
 */
export interface SpanEvaluation extends Schema.Schema.Type<typeof SpanEvaluation> {}

/**
 * One page of evaluations that were found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse = WireSchema.looseStruct({ span_evaluations: Page.feed(SpanEvaluation) })

/**
 * One page of evaluations that were found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof SearchResponse> {}
