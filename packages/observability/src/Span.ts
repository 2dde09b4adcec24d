/**
 * Spans: the steps of traces.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Page from "./Page.ts"

/**
 * The status of a span. The API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type StatusCode = "Error" | "Ok" | "Unset" | (string & {})

const attributes = Schema.Record(Schema.String, Schema.Unknown)

const span = WireSchema.looseStruct({
  customer_id: WireSchema.nullish(Schema.String),
  organization_id: WireSchema.nullish(Schema.String),
  workspace_id: WireSchema.nullish(Schema.String),
  user_id: WireSchema.nullish(Schema.String),
  trace_id: Schema.String,
  span_id: Schema.String,
  parent_span_id: WireSchema.nullish(Schema.String),
  trace_state: WireSchema.nullish(Schema.String),
  start_time: WireSchema.nullish(Schema.String),
  end_time: WireSchema.nullish(Schema.String),
  duration_ns: WireSchema.nullish(Schema.Number),
  span_name: WireSchema.nullish(Schema.String),
  span_kind: WireSchema.nullish(Schema.String),
  service_name: WireSchema.nullish(Schema.String),
  status_code: WireSchema.nullish(WireSchema.openEnum<StatusCode>()),
  status_message: WireSchema.nullish(Schema.String),
  error_type: WireSchema.nullish(Schema.String),
  operation_name: WireSchema.nullish(Schema.String),
  provider_name: WireSchema.nullish(Schema.String),
  request_model: WireSchema.nullish(Schema.String),
  response_model: WireSchema.nullish(Schema.String),
  response_id: WireSchema.nullish(Schema.String),
  output_type: WireSchema.nullish(Schema.String),
  conversation_id: WireSchema.nullish(Schema.String),
  data_source_id: WireSchema.nullish(Schema.String),
  agent_id: WireSchema.nullish(Schema.String),
  agent_name: WireSchema.nullish(Schema.String),
  agent_version: WireSchema.nullish(Schema.String),
  agent_description: WireSchema.nullish(Schema.String),
  workflow_name: WireSchema.nullish(Schema.String),
  prompt_name: WireSchema.nullish(Schema.String),
  tool_name: WireSchema.nullish(Schema.String),
  tool_type: WireSchema.nullish(Schema.String),
  tool_call_id: WireSchema.nullish(Schema.String),
  input_messages: WireSchema.nullish(Schema.String),
  output_messages: WireSchema.nullish(Schema.String),
  system_instructions: WireSchema.nullish(Schema.String),
  tool_definitions: WireSchema.nullish(Schema.String),
  tool_call_arguments: WireSchema.nullish(Schema.String),
  tool_call_result: WireSchema.nullish(Schema.String),
  request_choice_count: WireSchema.nullish(Schema.Number),
  request_max_tokens: WireSchema.nullish(Schema.Number),
  request_temperature: WireSchema.nullish(Schema.Number),
  request_top_p: WireSchema.nullish(Schema.Number),
  request_top_k: WireSchema.nullish(Schema.Number),
  request_presence_penalty: WireSchema.nullish(Schema.Number),
  request_frequency_penalty: WireSchema.nullish(Schema.Number),
  request_seed: WireSchema.nullish(Schema.Number),
  request_stop_sequences: WireSchema.nullish(Schema.Array(Schema.String)),
  request_encoding_formats: WireSchema.nullish(Schema.Array(Schema.String)),
  response_finish_reasons: WireSchema.nullish(Schema.Array(Schema.String)),
  usage_input_tokens: WireSchema.nullish(Schema.Number),
  usage_output_tokens: WireSchema.nullish(Schema.Number),
  usage_cache_read_input_tokens: WireSchema.nullish(Schema.Number),
  usage_cache_creation_input_tokens: WireSchema.nullish(Schema.Number),
  resource_attributes: WireSchema.nullish(attributes),
  span_attributes: WireSchema.nullish(attributes),
  scope_name: WireSchema.nullish(Schema.String),
  scope_version: WireSchema.nullish(Schema.String)
})

/**
 * A span: one step of a trace.
 *
 * @category models
 * @since 0.1.0
 */
export interface Span extends Schema.Schema.Type<typeof span> {}

/**
 * A span: one step of a trace, named by OpenTelemetry's conventions for generative AI.
 *
 * *Details*: times are ISO strings, durations are in nanoseconds. Messages and tool calls are JSON in a string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Span: Schema.Codec<Span> = span

const searchResponse = WireSchema.looseStruct({ spans: Page.feed(Span) })

/**
 * One page of the spans that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof searchResponse> {}

/**
 * One page of the spans that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse: Schema.Codec<SearchResponse> = searchResponse
