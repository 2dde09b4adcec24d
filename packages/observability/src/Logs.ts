/**
 * Log records that programs send to Mistral by OpenTelemetry: search them by an expression.
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
 * A request to search log records.
 *
 * *Details*:
 *
 * - `search_expression` is the expression. Without it, all log records match.
 * - `order` is the order by time.
 * - `from`, `to`, `cursor` and `page_size` (0 to 100, and 50 by default) are query parameters: the time range and the
 *   pagination.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Log.SearchRequest, TelemetrySearch.FeedRange {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Searches log records by an expression, and returns one page. */
  readonly search: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Log.SearchResponse, MistralError>
  /**
   * Searches log records by an expression, and paginates all of them, from `cursor` on. A page is requested when the
   * items before it have been consumed.
   */
  readonly searchAll: (
    request: SearchRequest,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Log.Log, MistralError>
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
 * The `Logs` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Logs.Logs)({ search: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Logs extends Context.Service<Logs, Service>()("@effect-mistral/observability/Logs") {}

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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Logs, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Logs, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Logs, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Logs, make(options)))

/**
 * Searches log records by an expression, and returns one page.
 *
 * @category operations
 * @since 0.1.0
 */
export const search = Accessor.effect(Logs, (service) => service.search)

/**
 * Searches log records by an expression, and paginates all of them, from `cursor` on. A page is requested when the
 * items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const searchAll = Accessor.stream(Logs, (service) => service.searchAll)

/**
 * Lists the fields of search expressions, with their operators.
 *
 * @category operations
 * @since 0.1.0
 */
export const fields = Accessor.effect(Logs, (service) => service.fields)

/**
 * Lists the values of a field in a time range. They are `null` if the server does not enumerate them.
 *
 * @category operations
 * @since 0.1.0
 */
export const fieldOptions = Accessor.effect(Logs, (service) => service.fieldOptions)
