/**
 * Classifiers: labels of texts and of conversations, by a model that was trained on them.
 *
 * ```ts
 * import { Classification, Classifiers } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * // The label of each target, such as `{ intent: "refund", language: "en" }`, for each text.
 * export const program = Classifiers.classify({
 *   model: "ft:classifier:ministral-3b-latest:0a1b2c3d:20260101:4e5f6a7b",
 *   input: ["Where is my parcel?", "I want my money back."]
 * }).pipe(Effect.map(({ results }) => results.map(Classification.labels)))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/classifiers
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Classification from "./Classification.ts"
import * as Endpoint from "./Endpoint.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * A request to classify texts: `model` and `input` (one text or several).
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Classification.Request {}

/**
 * A request to classify conversations: `model` and `input` (one conversation as `{ messages }`, or several).
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatRequest extends Classification.ChatRequest {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Classifies one text or several. */
  readonly classify: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Classification.Response, MistralError>
  /** Classifies one conversation or several. */
  readonly classifyChat: (
    request: ChatRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Classification.Response, MistralError>
}

/**
 * The `Classifiers` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Classifiers.Classifiers)({ classify: () => Effect.succeed({ id: "1", model: "m", results: [] }) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Classifiers extends Context.Service<Classifiers, Service>()("@effect-mistral/core/Classifiers") {}

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
    classify: (request, callOptions) =>
      client.request(Endpoint.classify, request, RequestOptions.merge(options, callOptions)),
    classifyChat: (request, callOptions) =>
      client.request(Endpoint.classifyChat, request, RequestOptions.merge(options, callOptions))
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
export const layer: Layer.Layer<Classifiers, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Classifiers, /* @__PURE__ */ make())
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
): Layer.Layer<Classifiers, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Classifiers, make(options)))

/**
 * Classifies one text or several: `{ results: [{ [target]: { scores: { [label]: score } } }] }`, one result for each text.
 * `Classification.labels` returns the label of each target that has the highest score.
 *
 * @category operations
 * @since 0.1.0
 */
export const classify = (
  request: Request,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Classification.Response, MistralError, Classifiers> =>
  Effect.flatMap(Classifiers, (service) => service.classify(request, options))

/**
 * Classifies one conversation or several, with one result for each.
 *
 * @category operations
 * @since 0.1.0
 */
export const classifyChat = (
  request: ChatRequest,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Classification.Response, MistralError, Classifiers> =>
  Effect.flatMap(Classifiers, (service) => service.classifyChat(request, options))
