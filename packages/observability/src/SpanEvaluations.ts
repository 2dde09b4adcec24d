/**
 * Evaluations of spans, scores and labels that judges and people gave: searched by an expression.
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
 * What to search: `search_expression` (left out for everything), a span of time from `from` to `to`, and `page_size`
 * and `cursor`, where to read on and how much at once (0 to 100, 50 unless set).
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends TelemetrySearch.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** One page of the evaluations an expression finds. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<SpanEvaluation.SearchResponse, MistralError>
  /**
   * All the evaluations an expression finds, from `cursor` on. A page is asked for when the ones before it have been
   * taken.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<SpanEvaluation.SpanEvaluation, MistralError>
  /** One page of the latest evaluations an expression finds. */
  readonly searchLatest: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<SpanEvaluation.SearchResponse, MistralError>
  /** All the latest evaluations an expression finds, from `cursor` on. */
  readonly searchLatestAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<SpanEvaluation.SpanEvaluation, MistralError>
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
 * The service. In tests: `Layer.mock(SpanEvaluations.SpanEvaluations)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class SpanEvaluations
  extends Context.Service<SpanEvaluations, Service>()("@effect-mistral/observability/SpanEvaluations")
{}

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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SpanEvaluations, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(SpanEvaluations, make())
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
): Layer.Layer<SpanEvaluations, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(SpanEvaluations, make(options)))

/**
 * One page of the evaluations an expression finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(SpanEvaluations, (service) => service.search)

/**
 * All the evaluations an expression finds, from `cursor` on. A page is asked for when the ones before it have been
 * taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(SpanEvaluations, (service) => service.searchAll)

/**
 * One page of the latest evaluations an expression finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchLatest = Accessor.effect(SpanEvaluations, (service) => service.searchLatest)

/**
 * All the latest evaluations an expression finds, from `cursor` on.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchLatestAll = Accessor.stream(SpanEvaluations, (service) => service.searchLatestAll)

/**
 * The fields that expressions can use, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(SpanEvaluations, (service) => service.fields)

/**
 * The values a field has had in a span of time; `null` where they are not counted out.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(SpanEvaluations, (service) => service.fieldOptions)
