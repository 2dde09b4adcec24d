/**
 * Models: the models that a key may use, with their capabilities, aliases and context lengths.
 *
 * ```ts
 * import { Model, Models } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const vision = Model.models(yield* Models.list()).filter(({ capabilities }) => capabilities?.["vision"] === true)
 *   const { max_context_length } = yield* Models.fetch("mistral-small-latest")
 *   return { vision: vision.map(({ id }) => id), max_context_length }
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/models
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Endpoint from "./Endpoint.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import * as Model from "./Model.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Lists the models that the key may use: all of them, or those of a provider or a name. */
  readonly list: (
    query?: Model.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Model.List, MistralError>
  /** Fetches a model by its id or an alias. */
  readonly fetch: (modelId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<Model.Model, MistralError>
}

/**
 * The `Models` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Models.Models)({ fetch: (id) => Effect.succeed({ id }) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Models extends Context.Service<Models, Service>()("@effect-mistral/core/Models") {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => ({
    list: (query, callOptions) =>
      client.request(listModels, undefined, {
        ...RequestOptions.merge(options, callOptions),
        query: { ...query }
      }),
    fetch: (modelId, callOptions) =>
      client.request(Endpoint.fetchModel, undefined, {
        ...RequestOptions.merge(options, callOptions),
        params: { model_id: modelId }
      })
  }))

/** The service takes only the query parameters of Mistral; the endpoint also serves deployments that have others. */
const listModels = { ...Endpoint.listModels, query: Model.ListQuery }

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Models, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Models, /* @__PURE__ */ make())
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
): Layer.Layer<Models, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Models, make(options)))

/**
 * Lists the models that the key may use: all of them, or those of a provider or a name. `Model.models` reads the list.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = (
  query?: Model.ListQuery,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Model.List, MistralError, Models> => Effect.flatMap(Models, (service) => service.list(query, options))

/**
 * Fetches a model by its id or an alias.
 *
 * *Details*: the id is one segment of the path, so an id such as `ft:a/b` is encoded. An empty id, `.` and `..` are an
 * `InvalidRequest`. An unknown model is a `NotFound`.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = (
  modelId: string,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Model.Model, MistralError, Models> =>
  Effect.flatMap(Models, (service) => service.fetch(modelId, options))
