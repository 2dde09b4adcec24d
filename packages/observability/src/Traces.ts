/**
 * Traces, what programs and agents did: searched by an expression, aggregated, and read span by span.
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
 * What to search: `search_expression` (left out for everything), a span of time from `from` to `to`, and `page_size`
 * and `cursor`, where to read on and how much at once (0 to 100, 50 unless set).
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends TelemetrySearch.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * What to aggregate, in which span of time.
 *
 * @category models
 * @since 0.1.0
 */
export interface AggregateRequest extends Aggregation.Request, TelemetrySearch.TimeRange {}

/**
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** One page of the traces an expression finds. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Trace.SearchResponse, MistralError>
  /**
   * All the traces an expression finds, from `cursor` on. A page is asked for when the ones before it have been taken.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Trace.Trace, MistralError>
  /** A metric of what an expression finds, by dimensions and by time. */
  readonly aggregate: (
    request: AggregateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Aggregation.Response, MistralError>
  /** One trace, summed up. */
  readonly fetch: (traceId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<Trace.Trace, MistralError>
  /** One page of a trace's spans. */
  readonly spans: (
    traceId: string,
    range?: TelemetrySearch.FeedRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.SearchResponse, MistralError>
  /** All of a trace's spans, from `cursor` on. A page is asked for when the ones before it have been taken. */
  readonly spansAll: (
    traceId: string,
    range?: TelemetrySearch.FeedRange,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Span.Span, MistralError>
  /** One span of a trace. */
  readonly fetchSpan: (
    traceId: string,
    spanId: string,
    range?: TelemetrySearch.TimeRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.Span, MistralError>
  /** The fields that expressions can use, with their operators. */
  readonly fields: (
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<TelemetrySearch.FieldsResponse, MistralError>
  /** The values a field has had in a span of time; `null` where they are not counted out. */
  readonly fieldOptions: (
    fieldName: string,
    range?: TelemetrySearch.TimeRange,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<TelemetrySearch.FieldOptionsResponse, MistralError>
}

/**
 * The service. In tests: `Layer.mock(Traces.Traces)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Traces extends Context.Service<Traces, Service>()("@effect-mistral/observability/Traces") {}

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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Traces, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Traces, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Traces, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Traces, make(options)))

/**
 * One page of the traces an expression finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Traces, (service) => service.search)

/**
 * All the traces an expression finds, from `cursor` on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Traces, (service) => service.searchAll)

/**
 * A metric of what an expression finds, by dimensions and by time.
 *
 * @category operations
 * @since 0.1.0
 */
export const aggregate = Accessor.effect(Traces, (service) => service.aggregate)

/**
 * One trace, summed up.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Traces, (service) => service.fetch)

/**
 * One page of a trace's spans.
 *
 * @category operations
 * @since 0.1.0
 */
export const spans = Accessor.effect(Traces, (service) => service.spans)

/**
 * All of a trace's spans, from `cursor` on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const spansAll = Accessor.stream(Traces, (service) => service.spansAll)

/**
 * One span of a trace.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchSpan = Accessor.effect(Traces, (service) => service.fetchSpan)

/**
 * The fields that expressions can use, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Traces, (service) => service.fields)

/**
 * The values a field has had in a span of time; `null` where they are not counted out.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Traces, (service) => service.fieldOptions)
