/**
 * Chat completion events: search what an organisation has asked Mistral's models, look at single events and their like,
 * and have them judged.
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
 * What to search: `search_params.filters` (`null` for every event), which `extra_fields` to show, and `page_size` and
 * `cursor`, where to read on and how much at once (0 to 100, 50 unless set).
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends ChatCompletionEvent.SearchRequest, Page.FeedQuery {}

/**
 * Ids of events: a list, or a stream, which is pulled as the work goes on.
 *
 * @category models
 * @since 0.1.0
 */
export type Ids<E = never, R = never> = Iterable<string> | Stream.Stream<string, E, R>

/**
 * The options of an operation on many events: `concurrency` is how many are worked on at once, 8 unless set.
 *
 * @category models
 * @since 0.1.0
 */
export interface ManyOptions extends RequestOptions.RequestOptions {
  readonly concurrency?: number | "unbounded" | undefined
}

/**
 * What a judge said of an event, or why it could not.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judged {
  readonly eventId: string
  readonly result: Result.Result<Judge.Output, MistralError>
}

/**
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** One page of the events a filter finds. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchResponse, MistralError>
  /** All the events a filter finds, from `cursor` on. A page is asked for when the ones before it have been taken. */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<ChatCompletionEvent.Preview, MistralError>
  /** The ids of the events a filter finds, many at once. */
  readonly searchIds: (
    request: ChatCompletionEvent.SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchIdsResponse, MistralError>
  /** One event with its messages. */
  readonly fetch: (
    eventId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.ChatCompletionEvent, MistralError>
  /** Events with their messages, in the order of the ids. One that cannot be fetched ends it in its turn. */
  readonly fetchAll: <E = never, R = never>(
    ids: Ids<E, R>,
    options?: ManyOptions
  ) => Stream.Stream<ChatCompletionEvent.ChatCompletionEvent, MistralError | E, R>
  /** Events that resemble one. */
  readonly fetchSimilarEvents: (
    eventId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<ChatCompletionEvent.SearchResponse, MistralError>
  /** What a judge says of an event; the judge is for this once and is not kept. */
  readonly judge: (
    eventId: string,
    judgeDefinition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Output, MistralError>
  /** What a judge says of each event, in the order of the ids. An event that cannot be judged does not end the rest. */
  readonly judgeAll: <E = never, R = never>(
    ids: Ids<E, R>,
    judgeDefinition: Judge.Definition,
    options?: ManyOptions
  ) => Stream.Stream<Judged, E, R>
}

/**
 * The service. In tests: `Layer.mock(ChatCompletionEvents.ChatCompletionEvents)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class ChatCompletionEvents extends Context.Service<ChatCompletionEvents, Service>()(
  "@effect-mistral/observability/ChatCompletionEvents"
) {}

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) hold for all its calls.
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
          // A failure of one would end the stream at once, and what comes before it would be lost.
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
  // A text is iterable too, and is one id.
  Stream.isStream(ids) ? ids : Stream.fromIterable(typeof ids === "string" ? [ids] : ids)

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ChatCompletionEvents, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(ChatCompletionEvents, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<ChatCompletionEvents, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(ChatCompletionEvents, make(options)))

/**
 * One page of the events a filter finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(ChatCompletionEvents, (service) => service.search)

/**
 * All the events a filter finds, from `cursor` on. A page is asked for when the ones before it have been taken, so that
 * whoever stops early asks for no more; a repeated cursor or an empty page ends it.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(ChatCompletionEvents, (service) => service.searchAll)

/**
 * The ids of the events a filter finds, many at once.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchIds = Accessor.effect(ChatCompletionEvents, (service) => service.searchIds)

/**
 * One event with its messages.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(ChatCompletionEvents, (service) => service.fetch)

/**
 * Events with their messages, in the order of the ids, some at once. The first that cannot be fetched ends the stream
 * with its error, after the events before it.
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
 * Events that resemble one.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchSimilarEvents = Accessor.effect(ChatCompletionEvents, (service) => service.fetchSimilarEvents)

/**
 * What a judge says of an event; the judge is for this once and is not kept.
 *
 * @category operations
 * @since 0.1.0
 */
export const judge = Accessor.effect(ChatCompletionEvents, (service) => service.judge)

/**
 * What a judge says of each event, in the order of the ids, some at once. An event that cannot be judged is a value with
 * its error, and does not end the rest.
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
