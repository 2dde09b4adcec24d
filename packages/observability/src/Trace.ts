/**
 * Traces: recorded runs of programs and agents, in OpenTelemetry's terms.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/traces
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Page from "./Page.ts"

/**
 * The status of a trace. The API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type StatusCode = "Error" | "Unset" | (string & {})

const trace = WireSchema.looseStruct({
  customer_id: WireSchema.nullish(Schema.String),
  organization_id: WireSchema.nullish(Schema.String),
  workspace_id: WireSchema.nullish(Schema.String),
  user_id: WireSchema.nullish(Schema.String),
  trace_id: Schema.String,
  root_span_id: WireSchema.nullish(Schema.String),
  root_span_name: WireSchema.nullish(Schema.String),
  start_time: WireSchema.nullish(Schema.String),
  end_time: WireSchema.nullish(Schema.String),
  duration_ns: WireSchema.nullish(Schema.Number),
  service_name: WireSchema.nullish(Schema.String),
  environment: WireSchema.nullish(Schema.String),
  conversation_id: WireSchema.nullish(Schema.String),
  workflow_name: WireSchema.nullish(Schema.String),
  agent_id: WireSchema.nullish(Schema.String),
  agent_name: WireSchema.nullish(Schema.String),
  status_code: WireSchema.nullish(WireSchema.openEnum<StatusCode>()),
  error_count: WireSchema.nullish(Schema.Number),
  span_count: WireSchema.nullish(Schema.Number),
  gen_ai_span_count: WireSchema.nullish(Schema.Number),
  llm_call_count: WireSchema.nullish(Schema.Number),
  tool_call_count: WireSchema.nullish(Schema.Number),
  retrieval_count: WireSchema.nullish(Schema.Number),
  evaluation_count: WireSchema.nullish(Schema.Number),
  input_tokens: WireSchema.nullish(Schema.Number),
  output_tokens: WireSchema.nullish(Schema.Number),
  cache_read_input_tokens: WireSchema.nullish(Schema.Number),
  cache_creation_input_tokens: WireSchema.nullish(Schema.Number),
  models_used: WireSchema.nullish(Schema.Array(Schema.String)),
  tools_used: WireSchema.nullish(Schema.Array(Schema.String)),
  first_turn_last_input_message: WireSchema.nullish(Schema.String),
  first_turn_last_output_message: WireSchema.nullish(Schema.String),
  last_turn_last_input_message: WireSchema.nullish(Schema.String),
  last_turn_last_output_message: WireSchema.nullish(Schema.String)
})

/**
 * A trace: the summary of its spans.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trace extends Schema.Schema.Type<typeof trace> {}

/**
 * A trace: the summary of its spans. Times are ISO strings, durations are in nanoseconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Trace: Schema.Codec<Trace> = trace

const searchResponse = WireSchema.looseStruct({ traces: Page.feed(Trace) })

/**
 * One page of the traces that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof searchResponse> {}

/**
 * One page of the traces that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse: Schema.Codec<SearchResponse> = searchResponse
