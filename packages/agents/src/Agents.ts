/**
 * Agents completion: an answer by an agent that was set up with Mistral before. The agent brings the model, its
 * instructions and how tokens are drawn; the request brings the conversation.
 *
 * ```ts
 * import { Agents } from "@effect-mistral/agents"
 * import { Completion } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * export const greeting = Agents.complete({
 *   agent_id: "ag_019ce792c1647356af78d08137c8cd08",
 *   messages: [{ role: "user", content: "Who is the best French painter?" }]
 * }).pipe(Effect.map(Completion.text))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/agents
 * @since 0.1.0
 */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as CompletionService from "@effect-mistral/core/CompletionService"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/**
 * An agents request: `agent_id`, `messages` and every parameter of Mistral's reference, under its own names. There is no
 * `model`, `temperature` or `top_p`: the agent has them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends CompletionRequest.Agents {}

/**
 * An agents request whose answer is an object that fits a `schema`.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectRequest<A> = CompletionService.ObjectRequest<Request, A>

/**
 * What the agents service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service extends CompletionService.ObjectCompletionService<Request> {}

const id = "@effect-mistral/agents/Agents"

/**
 * The agents service. In tests: `Layer.mock(Agents.Agents)({ complete: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Agents
  extends (/* @__PURE__ */ CompletionService.withObjects(/* @__PURE__ */ Context.Service<Agents, Service>()(id)))
{}

/** The same key, without what comes with it: for what asks for no object. */
const key: Context.Key<Agents, Service> = Context.Service(id)

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) hold for all its calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> => CompletionService.makeObject(Endpoint.agents, options)

/**
 * The service over the client of the environment.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Agents, never, MistralClient.MistralClient> = Layer.effect(
  key,
  CompletionService.makeForKey(Endpoint.agents)
)

/**
 * The service over the client of the environment, with options of its own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Agents, never, MistralClient.MistralClient> =>
  Layer.effect(key, CompletionService.makeForKey(Endpoint.agents, options))

const functions = CompletionService.functions<Agents, Request>(key)

/**
 * The whole completion of a conversation by an agent.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = functions.complete

/**
 * The completion of a conversation by an agent in chunks, as it is written. It ends well only after the server's
 * `[DONE]`; whoever stops reading closes the connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const stream = functions.stream

/**
 * An agent's answer as an object that fits a `schema`. One that does not fit is an `InvalidOutput`.
 *
 * @category operations
 * @since 0.1.0
 */
export const completeObject = <A>(
  request: ObjectRequest<A>,
  options?: RequestOptions.RequestOptions
): Effect.Effect<A, MistralError, Agents> =>
  Effect.flatMap(Agents, (service) => service.completeObject(request, options))

/**
 * An agent's answer as an object that grows while it is written, then the object itself, checked.
 *
 * @category operations
 * @since 0.1.0
 */
export const streamObject = <A>(
  request: ObjectRequest<A>,
  options?: RequestOptions.RequestOptions
): Stream.Stream<CompletionService.ObjectPart<A>, MistralError, Agents> =>
  Stream.unwrap(Effect.map(Agents, (service) => service.streamObject(request, options)))
