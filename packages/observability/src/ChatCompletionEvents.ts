/**
 * Chat completion events: search the chat completions of an organisation, fetch events, find similar ones, and judge
 * them.
 *
 * ```ts
 * import { ChatCompletionEvents, Filter } from "@effect-mistral/observability"
 * import { Console, Stream } from "effect"
 *
 * export const program = ChatCompletionEvents.searchAll({
 *   search_params: { filters: Filter.gt("total_time_elapsed", 5) },
 *   extra_fields: ["model_name", "total_time_elapsed"]
 * }).pipe(
 *   Stream.take(1000),
 *   Stream.runForEach((event) => Console.log(event.event_id, event.extra_fields.model_name))
 * )
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as ChatCompletionEvent from "./ChatCompletionEvent.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { chatCompletionEvents as endpoints } from "./internal/endpoints/chatCompletionEventEndpoints.ts"
import { paginateFeed } from "./internal/pagination.ts"
import type * as Judge from "./Judge.ts"
import type * as Page from "./Page.ts"

/**
 * A request to search events.
 *
 * *Details*:
 *
 * - `search_params.filters` is the filter. `null` matches every event.
 * - `extra_fields` names further fields to return.
 * - `cursor` and `page_size` (0 to 100, and 50 by default) are query parameters for pagination.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends ChatCompletionEvent.SearchRequest, Page.FeedQuery {}

/**
 * Ids of events: a list, or a stream, which is pulled with backpressure.
 *
 * @category models
 * @since 0.1.0
 */
export type Ids<E = never, R = never> = Iterable<string> | Stream.Stream<string, E, R>

/**
 * The options of an operation on many events. `concurrency` is the maximum number of concurrent requests, 8 by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface ManyOptions extends RequestOptions.RequestOptions {
  readonly concurrency?: number | "unbounded" | undefined
}

/**
 * The result of judging an event: the output of the judge, or the error.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judged {
  readonly eventId: string
  readonly result: Result.Result<Judge.Output, MistralError>
}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Searches events by a filter, and returns one page. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchResponse, MistralError>
  /**
   * Searches events by a filter, and paginates all of them, from `cursor` on. A page is requested when the items before
   * it have been consumed.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<ChatCompletionEvent.Preview, MistralError>
  /** Searches events by a filter, and returns their ids in one response. */
  readonly searchIds: (
    request: ChatCompletionEvent.SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchIdsResponse, MistralError>
  /** Fetches an event with its messages. */
  readonly fetch: (
    eventId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.ChatCompletionEvent, MistralError>
  /** Fetches events with their messages, in the order of the ids. The first error ends the stream. */
  readonly fetchAll: <E = never, R = never>(
    ids: Ids<E, R>,
    options?: ManyOptions
  ) => Stream.Stream<ChatCompletionEvent.ChatCompletionEvent, MistralError | E, R>
  /** Searches events that are similar to an event. */
  readonly fetchSimilarEvents: (
    eventId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchResponse, MistralError>
  /** Judges an event with a judge that is not stored. */
  readonly judge: (
    eventId: string,
    judgeDefinition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Output, MistralError>
  /**
   * Judges events with a judge that is not stored, in the order of the ids. An error is a result, and does not end the
   * stream.
   */
  readonly judgeAll: <E = never, R = never>(
    ids: Ids<E, R>,
    judgeDefinition: Judge.Definition,
    options?: ManyOptions
  ) => Stream.Stream<Judged, E, R>
}

/**
 * The `ChatCompletionEvents` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(ChatCompletionEvents.ChatCompletionEvents)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class ChatCompletionEvents extends Context.Service<ChatCompletionEvents, Service>()(
  "@effect-mistral/observability/ChatCompletionEvents"
) {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const search: Service["search"] = (request, callOptions) => {
      const { cursor, page_size, ...body } = { ...request }
      return call(endpoints.search, body, { query: { page_size, cursor } }, callOptions)
    }
    const fetch: Service["fetch"] = (eventId, callOptions) =>
      call(endpoints.fetch, undefined, { params: { event_id: eventId } }, callOptions)
    const judge: Service["judge"] = (eventId, judgeDefinition, callOptions) =>
      call(endpoints.judge, { judge_definition: judgeDefinition }, { params: { event_id: eventId } }, callOptions)
    return ChatCompletionEvents.of({
      search,
      searchAll: (request, callOptions) =>
        paginateFeed(
          (cursor) =>
            Effect.map(search({ ...request, cursor }, callOptions), ({ completion_events }) => completion_events),
          { ...request }.cursor
        ),
      searchIds: (request, callOptions) => call(endpoints.searchIds, request, {}, callOptions),
      fetch,
      fetchAll: (ids, { concurrency = defaultConcurrency, ...callOptions } = {}) =>
        Stream.mapEffect(fromIds(ids), (id) => Effect.result(fetch(id, callOptions)), { concurrency }).pipe(
          // A failure inside the first `mapEffect` would end the stream before the earlier events are emitted.
          Stream.mapEffect((result) => Effect.fromResult(result))
        ),
      fetchSimilarEvents: (eventId, callOptions) =>
        call(endpoints.fetchSimilarEvents, undefined, { params: { event_id: eventId } }, callOptions),
      judge,
      judgeAll: (ids, judgeDefinition, { concurrency = defaultConcurrency, ...callOptions } = {}) =>
        Stream.mapEffect(
          fromIds(ids),
          (eventId) =>
            Effect.map(
              Effect.result(judge(eventId, judgeDefinition, callOptions)),
              (result): Judged => ({ eventId, result })
            ),
          { concurrency }
        )
    })
  })

const defaultConcurrency = 8

const fromIds = <E, R>(ids: Ids<E, R>): Stream.Stream<string, E, R> =>
  // A string is iterable too, but it is one id.
  Stream.isStream(ids) ? ids : Stream.fromIterable(typeof ids === "string" ? [ids] : ids)

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ChatCompletionEvents, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(ChatCompletionEvents, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<ChatCompletionEvents, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(ChatCompletionEvents, make(options)))

/**
 * Searches events by a filter, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(ChatCompletionEvents, (service) => service.search)

/**
 * Searches events by a filter, and paginates all of them, from `cursor` on.
 *
 * *Details*: a page is requested when the items before it have been consumed (backpressure). The stream ends after an
 * empty page, and after a page whose cursor was seen before.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(ChatCompletionEvents, (service) => service.searchAll)

/**
 * Searches events by a filter, and returns their ids in one response.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchIds = Accessor.effect(ChatCompletionEvents, (service) => service.searchIds)

/**
 * Fetches an event with its messages.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(ChatCompletionEvents, (service) => service.fetch)

/**
 * Fetches events with their messages, in the order of the ids.
 *
 * *Details*: `concurrency` requests are in flight. The first event that cannot be fetched fails the stream, after the
 * events before it.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchAll = <E = never, R = never>(
  ids: Ids<E, R>,
  options?: ManyOptions
): Stream.Stream<ChatCompletionEvent.ChatCompletionEvent, MistralError | E, ChatCompletionEvents | R> =>
  Stream.unwrap(Effect.map(ChatCompletionEvents, (service) => service.fetchAll(ids, options)))

/**
 * Searches events that are similar to an event.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchSimilarEvents = Accessor.effect(ChatCompletionEvents, (service) => service.fetchSimilarEvents)

/**
 * Judges an event with a judge that is not stored.
 *
 * @category operations
 * @since 0.1.0
 */
export const judge = Accessor.effect(ChatCompletionEvents, (service) => service.judge)

/**
 * Judges events with a judge that is not stored, in the order of the ids.
 *
 * *Details*: `concurrency` requests are in flight. An event that cannot be judged is a result with its error, and does
 * not end the stream.
 *
 * @category operations
 * @since 0.1.0
 */
export const judgeAll = <E = never, R = never>(
  ids: Ids<E, R>,
  judgeDefinition: Judge.Definition,
  options?: ManyOptions
): Stream.Stream<Judged, E, ChatCompletionEvents | R> =>
  Stream.unwrap(Effect.map(ChatCompletionEvents, (service) => service.judgeAll(ids, judgeDefinition, options)))
