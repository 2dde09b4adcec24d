/**
 * Evaluations of spans, scores and labels by judges and by people: search them by an expression.
 *
 * ```ts
 * import { SpanEvaluations } from "@effect-mistral/observability"
 * import { Stream } from "effect"
 *
 * export const lowScores = SpanEvaluations.searchLatestAll({ search_expression: "score_value < 0.5" }).pipe(
 *   Stream.map(({ explanation, span_id }) => ({ span_id, explanation }))
 * )
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
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { spanEvaluations as endpoints } from "./internal/endpoints/telemetryEndpoints.ts"
import * as TelemetryOperations from "./internal/telemetryOperations.ts"
import type * as SpanEvaluation from "./SpanEvaluation.ts"
import type * as TelemetrySearch from "./TelemetrySearch.ts"

/**
 * A request to search evaluations.
 *
 * *Details*:
 *
 * - `search_expression` is the expression. Without it, all evaluations match.
 * - `from`, `to`, `cursor` and `page_size` (0 to 100, and 50 by default) are query parameters: the time range and the
 *   pagination.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends TelemetrySearch.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Searches evaluations by an expression, and returns one page. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<SpanEvaluation.SearchResponse, MistralError>
  /**
   * Searches evaluations by an expression, and paginates all of them, from `cursor` on. A page is requested when the
   * items before it have been consumed.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<SpanEvaluation.SpanEvaluation, MistralError>
  /** Searches the latest evaluations by an expression, and returns one page. */
  readonly searchLatest: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<SpanEvaluation.SearchResponse, MistralError>
  /**
   * Searches the latest evaluations by an expression, and paginates all of them, from `cursor` on. A page is requested
   * when the items before it have been consumed.
   */
  readonly searchLatestAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<SpanEvaluation.SpanEvaluation, MistralError>
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
 * The `SpanEvaluations` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(SpanEvaluations.SpanEvaluations)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class SpanEvaluations
  extends Context.Service<SpanEvaluations, Service>()("@effect-mistral/observability/SpanEvaluations")
{}

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
    const found = TelemetryOperations.search(call, endpoints.search, (response) => response.span_evaluations)
    const latest = TelemetryOperations.search(call, endpoints.searchLatest, (response) => response.span_evaluations)
    return SpanEvaluations.of({
      search: found.page,
      searchAll: found.all,
      searchLatest: latest.page,
      searchLatestAll: latest.all,
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
export const layer: Layer.Layer<SpanEvaluations, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(SpanEvaluations, make())
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
): Layer.Layer<SpanEvaluations, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(SpanEvaluations, make(options)))

/**
 * Searches evaluations by an expression, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(SpanEvaluations, (service) => service.search)

/**
 * Searches evaluations by an expression, and paginates all of them, from `cursor` on. A page is requested when the
 * items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(SpanEvaluations, (service) => service.searchAll)

/**
 * Searches the latest evaluations by an expression, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchLatest = Accessor.effect(SpanEvaluations, (service) => service.searchLatest)

/**
 * Searches the latest evaluations by an expression, and paginates all of them, from `cursor` on. A page is requested
 * when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchLatestAll = Accessor.stream(SpanEvaluations, (service) => service.searchLatestAll)

/**
 * Lists the fields of search expressions, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(SpanEvaluations, (service) => service.fields)

/**
 * Lists the values of a field in a time range. They are `null` if the server does not enumerate them.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(SpanEvaluations, (service) => service.fieldOptions)
