/**
 * A chat completion as Mistral has recorded it, and the requests that look for such events.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Filter from "./Filter.ts"
import * as Page from "./Page.ts"

const preview = {
  event_id: Schema.String,
  correlation_id: Schema.String,
  created_at: Schema.String,
  extra_fields: Tool.JsonObject,
  nb_input_tokens: Schema.Number,
  nb_output_tokens: Schema.Number
}

/**
 * An event as lists show it. `created_at` is an ISO time; `extra_fields` holds the fields that were asked for, and what
 * judges said as `__judge_<judge id>`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Preview = WireSchema.looseStruct(preview)

/**
 * An event as lists show it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Preview extends Schema.Schema.Type<typeof Preview> {}

/**
 * A transcription that was made for an event.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Transcription = WireSchema.looseStruct({
  audio_url: Schema.String,
  model: Schema.String,
  response_message: Tool.JsonObject
})

/**
 * An event with its messages.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChatCompletionEvent = WireSchema.looseStruct({
  ...preview,
  enabled_tools: Schema.Array(Tool.JsonObject),
  request_messages: Schema.Array(Tool.JsonObject),
  response_messages: Schema.Array(Tool.JsonObject),
  nb_messages: Schema.Number,
  chat_transcription_events: Schema.Array(Transcription)
})

/**
 * An event with its messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatCompletionEvent extends Schema.Schema.Type<typeof ChatCompletionEvent> {}

/**
 * Which events to look for, and which further fields to show of them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchRequest = Schema.Struct({
  search_params: Filter.Payload,
  extra_fields: WireSchema.nullable(Schema.Array(Schema.String))
})

/**
 * Which events to look for, and which further fields to show of them.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Schema.Schema.Type<typeof SearchRequest> {}

/**
 * One page of the events that were found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse = WireSchema.looseStruct({ completion_events: Page.feed(Preview) })

/**
 * One page of the events that were found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof SearchResponse> {}

/**
 * The ids of all the events that were found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchIdsResponse = WireSchema.looseStruct({ completion_event_ids: Schema.Array(Schema.String) })

/**
 * The ids of all the events that were found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchIdsResponse extends Schema.Schema.Type<typeof SearchIdsResponse> {}
