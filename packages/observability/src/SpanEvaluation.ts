/**
 * Evaluations of spans: scores and labels, by judges and by people.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Page from "./Page.ts"

const attributes = Schema.Record(Schema.String, Schema.Unknown)

const evaluation = WireSchema.looseStruct({
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
 * An evaluation of a span.
 *
 * @category models
 * @since 0.1.0
 */
export interface SpanEvaluation extends Schema.Schema.Type<typeof evaluation> {}

/**
 * An evaluation of a span. Times are ISO strings.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SpanEvaluation: Schema.Codec<SpanEvaluation> = evaluation

const searchResponse = WireSchema.looseStruct({ span_evaluations: Page.feed(SpanEvaluation) })

/**
 * One page of the evaluations that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof searchResponse> {}

/**
 * One page of the evaluations that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse: Schema.Codec<SearchResponse> = searchResponse
