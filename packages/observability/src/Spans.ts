/**
 * Spans, the steps of traces: search them by an expression, and aggregate metrics.
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
 * A request to search spans.
 *
 * *Details*:
 *
 * - `search_expression` is the expression. Without it, all spans match.
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
  /** Searches spans by an expression, and returns one page. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Span.SearchResponse, MistralError>
  /**
   * Searches spans by an expression, and paginates all of them, from `cursor` on. A page is requested when the items
   * before it have been consumed.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Span.Span, MistralError>
  /** Aggregates a metric of the spans that an expression matches, by dimensions and by time. */
  readonly aggregate: (
    request: AggregateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Aggregation.Response, MistralError>
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
 * The `Spans` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Spans.Spans)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Spans extends Context.Service<Spans, Service>()("@effect-mistral/observability/Spans") {}

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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Spans, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Spans, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Spans, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Spans, make(options)))

/**
 * Searches spans by an expression, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Spans, (service) => service.search)

/**
 * Searches spans by an expression, and paginates all of them, from `cursor` on. A page is requested when the items
 * before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Spans, (service) => service.searchAll)

/**
 * Aggregates a metric of the spans that an expression matches, by dimensions and by time.
 *
 * @category operations
 * @since 0.1.0
 */
export const aggregate = Accessor.effect(Spans, (service) => service.aggregate)

/**
 * Lists the fields of search expressions, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Spans, (service) => service.fields)

/**
 * Lists the values of a field in a time range. They are `null` if the server does not enumerate them.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Spans, (service) => service.fieldOptions)
