/**
 * Log records of programs that send them to Mistral by OpenTelemetry: searched by an expression.
 *
 * ```ts
 * import { Logs } from "@effect-mistral/observability"
 * import { DateTime, Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const now = yield* DateTime.now
 *   return yield* Logs.searchAll({
 *     search_expression: "severity_text = 'ERROR'",
 *     from: DateTime.subtract(now, { hours: 1 }),
 *     order: "desc"
 *   }).pipe(Stream.take(20), Stream.runCollect)
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/logs
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
import { logs as endpoints } from "./internal/endpoints/telemetryEndpoints.ts"
import * as TelemetryOperations from "./internal/telemetryOperations.ts"
import type * as Log from "./Log.ts"
import type * as TelemetrySearch from "./TelemetrySearch.ts"

/**
 * What to search: `search_expression` (left out for everything), `order` by time, a span of time from `from` to `to`,
 * and `page_size` and `cursor`, where to read on and how much at once (0 to 100, 50 unless set).
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Log.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** One page of the log records an expression finds. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Log.SearchResponse, MistralError>
  /**
   * All the log records an expression finds, from `cursor` on. A page is asked for when the ones before it have been
   * taken.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Log.Log, MistralError>
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
 * The service. In tests: `Layer.mock(Logs.Logs)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Logs extends Context.Service<Logs, Service>()("@effect-mistral/observability/Logs") {}

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
    const found = TelemetryOperations.search(call, endpoints.search, (response) => response.logs)
    return Logs.of({
      search: found.page,
      searchAll: found.all,
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
export const layer: Layer.Layer<Logs, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Logs, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Logs, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Logs, make(options)))

/**
 * One page of the log records an expression finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Logs, (service) => service.search)

/**
 * All the log records an expression finds, from `cursor` on. A page is asked for when the ones before it have been
 * taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Logs, (service) => service.searchAll)

/**
 * The fields that expressions can use, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Logs, (service) => service.fields)

/**
 * The values a field has had in a span of time; `null` where they are not counted out.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Logs, (service) => service.fieldOptions)
