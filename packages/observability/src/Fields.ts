/**
 * The fields that events can be filtered by: which there are, which values they have, and how often.
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
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** All the fields, with their operators, and the groups they are shown in. */
  readonly list: (options?: RequestOptions.RequestOptions) => Effect.Effect<Field.ListResponse, MistralError>
  /** The values a field can be compared with by an operator; `null` where they are not counted out. */
  readonly options: (
    fieldName: string,
    operator: Filter.Operator,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Field.OptionsResponse, MistralError>
  /** How many events have each of a field's values, of all or of those a filter finds. */
  readonly optionCounts: (
    fieldName: string,
    request: Field.OptionCountsRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Field.OptionCountsResponse, MistralError>
}

/**
 * The service. In tests: `Layer.mock(Fields.Fields)({ list: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Fields extends Context.Service<Fields, Service>()("@effect-mistral/observability/Fields") {}

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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Fields, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Fields, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Fields, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Fields, make(options)))

/**
 * All the fields, with their operators, and the groups they are shown in.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Fields, (service) => service.list)

/**
 * The values a field can be compared with by an operator; `null` where they are not counted out.
 *
 * @category operations
 * @since 0.1.0
 */
export const options = Accessor.effect(Fields, (service) => service.options)

/**
 * How many events have each of a field's values, of all or of those a filter finds.
 *
 * @category operations
 * @since 0.1.0
 */
export const optionCounts = Accessor.effect(Fields, (service) => service.optionCounts)
