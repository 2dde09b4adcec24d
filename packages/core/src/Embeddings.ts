/**
 * Embeddings: vectors of texts, for search, clustering and classification.
 *
 * ```ts
 * import { Embedding, Embeddings } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * // One vector of numbers for each text, in the order of the texts.
 * export const program = Embeddings.create({
 *   model: "mistral-embed",
 *   input: ["The cat sleeps.", "The dog barks."]
 * }).pipe(Effect.map(Embedding.vectors))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Embedding from "./Embedding.ts"
import * as Endpoint from "./Endpoint.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * An embedding request: `model`, `input` (one text or several) and every parameter of Mistral's reference, under its own
 * names.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Embedding.Request {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Embeds one text or several. */
  readonly create: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Embedding.Response, MistralError>
}

/**
 * The `Embeddings` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Embeddings.Embeddings)({ create: () => Effect.succeed({ model: "m", data: [{ embedding: [1, 0] }] }) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Embeddings extends Context.Service<Embeddings, Service>()("@effect-mistral/core/Embeddings") {}

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
    create: (request, callOptions) =>
      client.request(Endpoint.createEmbeddings, request, RequestOptions.merge(options, callOptions))
  }))

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Embeddings, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Embeddings, /* @__PURE__ */ make())
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
): Layer.Layer<Embeddings, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Embeddings, make(options)))

/**
 * Embeds one text or several: `{ data: [{ embedding, index }], usage }`. `Embedding.vectors` reads the numbers.
 *
 * *Details*: all texts are sent in one request. A server that takes fewer tokens refuses it with `BadRequest`; a program
 * with many texts sends them in groups, such as `Effect.forEach(Array.chunksOf(texts, 100), ...)` with a `concurrency`.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = (
  request: Request,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Embedding.Response, MistralError, Embeddings> =>
  Effect.flatMap(Embeddings, (service) => service.create(request, options))
