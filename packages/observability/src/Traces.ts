/**
 * Traces, recorded runs of programs and agents: search them by an expression, aggregate metrics, and fetch their spans.
 *
 * ```ts
 * import { Traces } from "@effect-mistral/observability"
 * import { Console, Stream } from "effect"
 *
 * export const program = Traces.searchAll({
 *   search_expression: "service_name = 'my-agent' AND status_code = 'Error'",
 *   from: "2026-08-01T00:00:00Z"
 * }).pipe(
 *   Stream.flatMap((trace) => Traces.spansAll(trace.trace_id)),
 *   Stream.runForEach((span) => Console.log(span.span_name, span.error_type))
 * )
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/traces
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type * as Aggregation from "./Aggregation.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { traces as endpoints } from "./internal/endpoints/telemetryEndpoints.ts"
import { paginateFeed } from "./internal/pagination.ts"
import * as TelemetryOperations from "./internal/telemetryOperations.ts"
import type * as Span from "./Span.ts"
import type * as TelemetrySearch from "./TelemetrySearch.ts"
import type * as Trace from "./Trace.ts"

/**
 * A request to search traces.
 *
 * *Details*:
 *
 * - `search_expression` is the expression. Without it, all traces match.
 * - `from`, `to`, `cursor` and `page_size` (0 to 100, and 50 by default) are query parameters: the time range and the
 *   pagination.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends TelemetrySearch.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * A request to aggregate a metric in a time range.
 *
 * @category models
 * @since 0.1.0
 */
export interface AggregateRequest extends Aggregation.Request, TelemetrySearch.TimeRange {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Searches traces by an expression, and returns one page. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Trace.SearchResponse, MistralError>
  /**
   * Searches traces by an expression, and paginates all of them, from `cursor` on. A page is requested when the items
   * before it have been consumed.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Trace.Trace, MistralError>
  /** Aggregates a metric of the traces that an expression matches, by dimensions and by time. */
  readonly aggregate: (
    request: AggregateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Aggregation.Response, MistralError>
  /** Fetches a trace, which is the summary of its spans. */
  readonly fetch: (traceId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<Trace.Trace, MistralError>
  /** Lists one page of the spans of a trace. */
  readonly spans: (
    traceId: string,
    range?: TelemetrySearch.FeedRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.SearchResponse, MistralError>
  /**
   * Paginates all spans of a trace, from `cursor` on. A page is requested when the items before it have been consumed.
   */
  readonly spansAll: (
    traceId: string,
    range?: TelemetrySearch.FeedRange,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Span.Span, MistralError>
  /** Fetches a span of a trace. */
  readonly fetchSpan: (
    traceId: string,
    spanId: string,
    range?: TelemetrySearch.TimeRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.Span, MistralError>
  /** Lists the fields of search expressions, with their operators. */
  readonly fields: (
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<TelemetrySearch.FieldsResponse, MistralError>
  /** Lists the values of a field in a time range. They are `null` if the server does not enumerate them. */
  readonly fieldOptions: (
    fieldName: string,
    range?: TelemetrySearch.TimeRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<TelemetrySearch.FieldOptionsResponse, MistralError>
}

/**
 * The `Traces` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Traces.Traces)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Traces extends Context.Service<Traces, Service>()("@effect-mistral/observability/Traces") {}

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
    const found = TelemetryOperations.search(call, endpoints.search, (response) => response.traces)
    const spans: Service["spans"] = (traceId, range, callOptions) =>
      call(
        endpoints.spans,
        undefined,
        { params: { trace_id: traceId }, query: TelemetryOperations.feedQuery(range) },
        callOptions
      )
    return Traces.of({
      search: found.page,
      searchAll: found.all,
      aggregate: TelemetryOperations.aggregate(call, endpoints.aggregate),
      fetch: (traceId, callOptions) => call(endpoints.fetch, undefined, { params: { trace_id: traceId } }, callOptions),
      spans,
      spansAll: (traceId, range, callOptions) =>
        paginateFeed(
          (cursor) => Effect.map(spans(traceId, { ...range, cursor }, callOptions), ({ spans }) => spans),
          range?.cursor
        ),
      fetchSpan: (traceId, spanId, range, callOptions) =>
        call(
          endpoints.fetchSpan,
          undefined,
          { params: { trace_id: traceId, span_id: spanId }, query: TelemetryOperations.timeQuery(range) },
          callOptions
        ),
      ...TelemetryOperations.fields(call, endpoints)
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Traces, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Traces, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Traces, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Traces, make(options)))

/**
 * Searches traces by an expression, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Traces, (service) => service.search)

/**
 * Searches traces by an expression, and paginates all of them, from `cursor` on. A page is requested when the items
 * before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Traces, (service) => service.searchAll)

/**
 * Aggregates a metric of the traces that an expression matches, by dimensions and by time.
 *
 * @category operations
 * @since 0.1.0
 */
export const aggregate = Accessor.effect(Traces, (service) => service.aggregate)

/**
 * Fetches a trace, which is the summary of its spans.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Traces, (service) => service.fetch)

/**
 * Lists one page of the spans of a trace.
 *
 * @category operations
 * @since 0.1.0
 */
export const spans = Accessor.effect(Traces, (service) => service.spans)

/**
 * Paginates all spans of a trace, from `cursor` on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const spansAll = Accessor.stream(Traces, (service) => service.spansAll)

/**
 * Fetches a span of a trace.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchSpan = Accessor.effect(Traces, (service) => service.fetchSpan)

/**
 * Lists the fields of search expressions, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Traces, (service) => service.fields)

/**
 * Lists the values of a field in a time range. They are `null` if the server does not enumerate them.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Traces, (service) => service.fieldOptions)
