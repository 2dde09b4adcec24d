/**
 * Moderations: scores of texts and of conversations by category, such as violence or personal data.
 *
 * ```ts
 * import { Moderation, Moderations } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * // The categories that were found in a text.
 * export const program = Moderations.create({
 *   model: "mistral-moderation-latest",
 *   input: "My email address is ada@example.com."
 * }).pipe(Effect.map(({ results }) => results.flatMap(Moderation.flagged)))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/classifiers
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Endpoint from "./Endpoint.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import type * as Moderation from "./Moderation.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * A request to moderate texts: `model` and `input` (one text or several).
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Moderation.Request {}

/**
 * A request to moderate conversations: `model` and `input` (the messages of one conversation, or of several).
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatRequest extends Moderation.ChatRequest {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Moderates one text or several. */
  readonly create: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Moderation.Response, MistralError>
  /** Moderates one conversation or several. */
  readonly createChat: (
    request: ChatRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Moderation.Response, MistralError>
}

/**
 * The `Moderations` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Moderations.Moderations)({ create: () => Effect.succeed({ id: "1", model: "m", results: [] }) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Moderations extends Context.Service<Moderations, Service>()("@effect-mistral/core/Moderations") {}

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
      client.request(Endpoint.createModerations, request, RequestOptions.merge(options, callOptions)),
    createChat: (request, callOptions) =>
      client.request(Endpoint.createChatModerations, request, RequestOptions.merge(options, callOptions))
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
export const layer: Layer.Layer<Moderations, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Moderations, /* @__PURE__ */ make())
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
): Layer.Layer<Moderations, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Moderations, make(options)))

/**
 * Moderates one text or several: `{ results: [{ categories, category_scores }] }`, one result for each text.
 * `Moderation.flagged` returns the categories of a result that were found.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = (
  request: Request,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Moderation.Response, MistralError, Moderations> =>
  Effect.flatMap(Moderations, (service) => service.create(request, options))

/**
 * Moderates one conversation or several, with one result for each. The last message is judged in the light of the
 * messages before it.
 *
 * @category operations
 * @since 0.1.0
 */
export const createChat = (
  request: ChatRequest,
  options?: RequestOptions.RequestOptions
): Effect.Effect<Moderation.Response, MistralError, Moderations> =>
  Effect.flatMap(Moderations, (service) => service.createChat(request, options))
