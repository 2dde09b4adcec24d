/**
 * Judges that are kept: made, looked up, changed, deleted, and asked about a conversation.
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
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Makes a judge and keeps it. */
  readonly create: (
    definition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Judge, MistralError>
  /** One page of the judges, of all or of some kinds, models or names. */
  readonly list: (
    query?: Judge.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.ListResponse, MistralError>
  /** All the judges from a page on. A page is asked for when the ones before it have been taken. */
  readonly listAll: (
    query?: Judge.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Judge.Judge, MistralError>
  /** One judge. */
  readonly fetch: (judgeId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<Judge.Judge, MistralError>
  /** Puts a definition in the place of a judge's own: all of it. */
  readonly update: (
    judgeId: string,
    definition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<void, MistralError>
  /** Deletes a judge. */
  readonly delete: (judgeId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** What a judge says of a conversation. */
  readonly judgeConversation: (
    judgeId: string,
    request: Judge.ConversationRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Output, MistralError>
}

/**
 * The service. In tests: `Layer.mock(Judges.Judges)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Judges extends Context.Service<Judges, Service>()("@effect-mistral/observability/Judges") {}

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
    const one = (judgeId: string) => ({ params: { judge_id: judgeId } })
    const judges = listOperations(call, endpoints.list, (response) => response.judges)
    return Judges.of({
      create: (definition, callOptions) => call(endpoints.create, definition, {}, callOptions),
      list: (query, callOptions) => judges.page({}, query, callOptions),
      listAll: (query, callOptions) => judges.all({}, query, callOptions),
      fetch: (judgeId, callOptions) => call(endpoints.fetch, undefined, one(judgeId), callOptions),
      update: (judgeId, definition, callOptions) =>
        Effect.asVoid(call(endpoints.update, definition, one(judgeId), callOptions)),
      delete: (judgeId, callOptions) => Effect.asVoid(call(endpoints.delete, undefined, one(judgeId), callOptions)),
      judgeConversation: (judgeId, request, callOptions) =>
        call(endpoints.judgeConversation, request, one(judgeId), callOptions)
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
export const layer: Layer.Layer<Judges, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Judges, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Judges, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Judges, make(options)))

/**
 * Makes a judge and keeps it. A connection that is lost does not make it again.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Judges, (service) => service.create)

/**
 * One page of the judges, of all or of some kinds, models or names.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Judges, (service) => service.list)

/**
 * All the judges from a page on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Judges, (service) => service.listAll)

/**
 * One judge.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Judges, (service) => service.fetch)

/**
 * Puts a definition in the place of a judge's own: all of it.
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
 * What a judge says of a conversation.
 *
 * @category operations
 * @since 0.1.0
 */
export const judgeConversation = Accessor.effect(Judges, (service) => service.judgeConversation)
