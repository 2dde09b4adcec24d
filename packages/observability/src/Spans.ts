/**
 * Spans, the steps of traces: searched by an expression, and aggregated.
 *
 * ```ts
 * import { Spans } from "@effect-mistral/observability"
 *
 * export const slowestByModel = Spans.aggregate({
 *   metric: { measure: "duration_ns", aggregation: "p95" },
 *   dimensions: ["request_model"],
 *   search_expression: "span_attributes['gen_ai.operation.name'] = 'chat'",
 *   from: "2026-08-01T00:00:00Z",
 *   to: "2026-08-02T00:00:00Z"
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/spans
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
import { spans as endpoints } from "./internal/endpoints/telemetryEndpoints.ts"
import * as TelemetryOperations from "./internal/telemetryOperations.ts"
import type * as Span from "./Span.ts"
import type * as TelemetrySearch from "./TelemetrySearch.ts"

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
  /** One page of the spans an expression finds. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.SearchResponse, MistralError>
  /**
   * All the spans an expression finds, from `cursor` on. A page is asked for when the ones before it have been taken.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Span.Span, MistralError>
  /** A metric of what an expression finds, by dimensions and by time. */
  readonly aggregate: (
    request: AggregateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Aggregation.Response, MistralError>
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
 * The service. In tests: `Layer.mock(Spans.Spans)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Spans extends Context.Service<Spans, Service>()("@effect-mistral/observability/Spans") {}

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
    const found = TelemetryOperations.search(call, endpoints.search, (response) => response.spans)
    return Spans.of({
      search: found.page,
      searchAll: found.all,
      aggregate: TelemetryOperations.aggregate(call, endpoints.aggregate),
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
export const layer: Layer.Layer<Spans, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Spans, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Spans, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Spans, make(options)))

/**
 * One page of the spans an expression finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Spans, (service) => service.search)

/**
 * All the spans an expression finds, from `cursor` on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Spans, (service) => service.searchAll)

/**
 * A metric of what an expression finds, by dimensions and by time.
 *
 * @category operations
 * @since 0.1.0
 */
export const aggregate = Accessor.effect(Spans, (service) => service.aggregate)

/**
 * The fields that expressions can use, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Spans, (service) => service.fields)

/**
 * The values a field has had in a span of time; `null` where they are not counted out.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Spans, (service) => service.fieldOptions)
