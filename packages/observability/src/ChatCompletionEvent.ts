/**
 * Chat completion events: chat completions that Mistral recorded, and the requests that search them.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Filter from "./Filter.ts"
import * as Page from "./Page.ts"

const previewFields = {
  event_id: Schema.String,
  correlation_id: Schema.String,
  created_at: Schema.String,
  extra_fields: Tool.JsonObject,
  nb_input_tokens: Schema.Number,
  nb_output_tokens: Schema.Number
}

const preview = WireSchema.looseStruct(previewFields)

/**
 * An event as lists contain it, without its messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface Preview extends Schema.Schema.Type<typeof preview> {}

/**
 * An event as lists contain it, without its messages.
 *
 * *Details*: `created_at` is an ISO time. `extra_fields` contains the fields that the request named, and the output of
 * each judge as `__judge_<judge id>`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Preview: Schema.Codec<Preview> = preview

const transcription = WireSchema.looseStruct({
  audio_url: Schema.String,
  model: Schema.String,
  response_message: Tool.JsonObject
})

/**
 * A transcription of audio that an event contains.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transcription extends Schema.Schema.Type<typeof transcription> {}

/**
 * A transcription of audio that an event contains.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Transcription: Schema.Codec<Transcription> = transcription

const event = WireSchema.looseStruct({
  ...previewFields,
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
export interface ChatCompletionEvent extends Schema.Schema.Type<typeof event> {}

/**
 * An event with its messages.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChatCompletionEvent: Schema.Codec<ChatCompletionEvent> = event

const searchRequest = Schema.Struct({
  search_params: Filter.Payload,
  extra_fields: WireSchema.nullable(Schema.Array(Schema.String))
})

/**
 * A request to search events: the filter, and the names of further fields to return.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Schema.Schema.Type<typeof searchRequest> {}

/**
 * A request to search events: the filter, and the names of further fields to return.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchRequest: Schema.Codec<SearchRequest> = searchRequest

const searchResponse = WireSchema.looseStruct({ completion_events: Page.feed(Preview) })

/**
 * One page of the events that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof searchResponse> {}

/**
 * One page of the events that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse: Schema.Codec<SearchResponse> = searchResponse

const searchIdsResponse = WireSchema.looseStruct({ completion_event_ids: Schema.Array(Schema.String) })

/**
 * The ids of all events that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchIdsResponse extends Schema.Schema.Type<typeof searchIdsResponse> {}

/**
 * The ids of all events that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchIdsResponse: Schema.Codec<SearchIdsResponse> = searchIdsResponse
