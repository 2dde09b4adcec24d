/**
 * Fields of chat completion events: list them, their values, and the number of events for each value.
 *
 * ```ts
 * import { Fields } from "@effect-mistral/observability"
 * import { Effect } from "effect"
 *
 * export const modelsInUse = Fields.options("model_name", "eq").pipe(
 *   Effect.map(({ options }) => options ?? [])
 * )
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events/fields
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Field from "./Field.ts"
import type * as Filter from "./Filter.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { fields as endpoints } from "./internal/endpoints/fieldEndpoints.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Lists all fields with their operators, and their groups. */
  readonly list: (options?: RequestOptions.RequestOptions) => Effect.Effect<Field.ListResponse, MistralError>
  /**
   * Lists the values to which an operator can compare a field. They are `null` if the server does not enumerate them.
   */
  readonly options: (
    fieldName: string,
    operator: Filter.Operator,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Field.OptionsResponse, MistralError>
  /** Counts events by the value of a field: all events, or those that a filter matches. */
  readonly optionCounts: (
    fieldName: string,
    request: Field.OptionCountsRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Field.OptionCountsResponse, MistralError>
}

/**
 * The `Fields` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Fields.Fields)({ list: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Fields extends Context.Service<Fields, Service>()("@effect-mistral/observability/Fields") {}

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
    return Fields.of({
      list: (callOptions) => call(endpoints.list, undefined, {}, callOptions),
      options: (fieldName, operator, callOptions) =>
        call(endpoints.options, undefined, { params: { field_name: fieldName }, query: { operator } }, callOptions),
      optionCounts: (fieldName, request, callOptions) =>
        call(endpoints.optionCounts, request, { params: { field_name: fieldName } }, callOptions)
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
export const layer: Layer.Layer<Fields, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Fields, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Fields, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Fields, make(options)))

/**
 * Lists all fields with their operators, and their groups.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Fields, (service) => service.list)

/**
 * Lists the values to which an operator can compare a field. They are `null` if the server does not enumerate them.
 *
 * @category operations
 * @since 0.1.0
 */
export const options = Accessor.effect(Fields, (service) => service.options)

/**
 * Counts events by the value of a field: all events, or those that a filter matches.
 *
 * @category operations
 * @since 0.1.0
 */
export const optionCounts = Accessor.effect(Fields, (service) => service.optionCounts)
