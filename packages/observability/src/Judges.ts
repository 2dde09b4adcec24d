/**
 * Judges: create, list, fetch, update and delete stored judges, and judge a conversation with one.
 *
 * ```ts
 * import { Judges } from "@effect-mistral/observability"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const judge = yield* Judges.create({
 *     name: "Helpfulness",
 *     description: "How much an answer helps",
 *     model_name: "mistral-medium-latest",
 *     instructions: "Rate the last answer. {{ conversation_history }}",
 *     output: { type: "REGRESSION", min: 1, max: 5, min_description: "Useless", max_description: "Excellent" },
 *     tools: []
 *   })
 *   return yield* Judges.judgeConversation(judge.id, {
 *     messages: [{ role: "user", content: "How do I reset my password?" }, { role: "assistant", content: "No idea." }]
 *   })
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/judges
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
import { judges as endpoints } from "./internal/endpoints/judgeEndpoints.ts"
import { listOperations } from "./internal/listOperations.ts"
import type * as Judge from "./Judge.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Creates a judge. */
  readonly create: (
    definition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Judge, MistralError>
  /** Lists one page of judges: all of them, or those with a kind of output, a model or a name. */
  readonly list: (
    query?: Judge.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.ListResponse, MistralError>
  /** Paginates all judges from a page on. A page is requested when the items before it have been consumed. */
  readonly listAll: (
    query?: Judge.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Judge.Judge, MistralError>
  /** Fetches a judge. */
  readonly fetch: (judgeId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<Judge.Judge, MistralError>
  /** Replaces the definition of a judge. */
  readonly update: (
    judgeId: string,
    definition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<void, MistralError>
  /** Deletes a judge. */
  readonly delete: (judgeId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** Judges a conversation with a stored judge. */
  readonly judgeConversation: (
    judgeId: string,
    request: Judge.ConversationRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Output, MistralError>
}

/**
 * The `Judges` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Judges.Judges)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Judges extends Context.Service<Judges, Service>()("@effect-mistral/observability/Judges") {}

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
    const byId = (judgeId: string) => ({ params: { judge_id: judgeId } })
    const judges = listOperations(call, endpoints.list, (response) => response.judges)
    return Judges.of({
      create: (definition, callOptions) => call(endpoints.create, definition, {}, callOptions),
      list: (query, callOptions) => judges.page({}, query, callOptions),
      listAll: (query, callOptions) => judges.all({}, query, callOptions),
      fetch: (judgeId, callOptions) => call(endpoints.fetch, undefined, byId(judgeId), callOptions),
      update: (judgeId, definition, callOptions) =>
        Effect.asVoid(call(endpoints.update, definition, byId(judgeId), callOptions)),
      delete: (judgeId, callOptions) => Effect.asVoid(call(endpoints.delete, undefined, byId(judgeId), callOptions)),
      judgeConversation: (judgeId, request, callOptions) =>
        call(endpoints.judgeConversation, request, byId(judgeId), callOptions)
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
export const layer: Layer.Layer<Judges, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Judges, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Judges, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Judges, make(options)))

/**
 * Creates a judge. The operation is not idempotent: a lost connection is not retried.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Judges, (service) => service.create)

/**
 * Lists one page of judges: all of them, or those with a kind of output, a model or a name.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Judges, (service) => service.list)

/**
 * Paginates all judges from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Judges, (service) => service.listAll)

/**
 * Fetches a judge.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Judges, (service) => service.fetch)

/**
 * Replaces the definition of a judge.
 *
 * @category operations
 * @since 0.1.0
 */
export const update = Accessor.effect(Judges, (service) => service.update)

const delete_ = Accessor.effect(Judges, (service) => service.delete)

export {
  /**
   * Deletes a judge.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Judges a conversation with a stored judge.
 *
 * @category operations
 * @since 0.1.0
 */
export const judgeConversation = Accessor.effect(Judges, (service) => service.judgeConversation)
