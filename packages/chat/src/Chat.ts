/**
 * Chat completion: the completion of a conversation, whole, streamed, or as an object that fits a schema.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Console, Effect, Layer, Stream } from "effect"
 *
 * const program = Chat.stream({
 *   model: "mistral-small-latest",
 *   messages: [{ role: "user", content: "Who is the best French painter?" }]
 * }).pipe(Stream.runForEach((chunk) => Console.log(Completion.chunkText(chunk))))
 *
 * const MistralLive = Chat.layer.pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 *
 * const main = program.pipe(Effect.provide(MistralLive))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as CompletionService from "@effect-mistral/core/CompletionService"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/**
 * A chat request: `model`, `messages` and every parameter of Mistral's reference, under its own names.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends CompletionRequest.Chat {}

/**
 * A chat request for an object that fits a `schema`.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectRequest<A, E = unknown> = StructuredOutput.ObjectRequest<Request, A, E>

/**
 * The operations of the chat service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service extends CompletionService.CompletionService<Request> {}

/**
 * The chat service. In tests: `Layer.mock(Chat.Chat)({ complete: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Chat extends Context.Service<Chat, Service>()("@effect-mistral/chat/Chat") {}

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) apply to all its calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> => CompletionService.make(Endpoint.chat, options)

/**
 * The service over the client of the environment.
 *
 * *Details*: the layer is built anew wherever it is provided, so that two services over two clients never share one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Chat, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Chat, /* @__PURE__ */ make())
)

/**
 * The service over the client of the environment, with options of its own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Chat, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Chat, make(options)))

const functions = CompletionService.functions<Chat, Request>(Chat)

/**
 * The whole completion of a conversation: `{ id, model, choices: [{ message, finish_reason }], usage }`.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = functions.complete

/**
 * The completion of a conversation in chunks, as the model writes it.
 *
 * *Details*: the stream ends normally only after the server's `[DONE]`, and otherwise fails with a typed error. Ending it
 * early closes the connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const stream = functions.stream

/**
 * An object that fits a `schema`, and the response that contained it.
 *
 * *Details*: the schema is sent as a strict JSON Schema, and the completion is decoded to the schema's type. A completion
 * that does not fit fails with `InvalidOutput`, which has its text and the places that do not fit.
 *
 * @category operations
 * @since 0.1.0
 */
export const completeObject = <A, E>(
  request: ObjectRequest<A, E>,
  options?: RequestOptions.RequestOptions
): Effect.Effect<StructuredOutput.ObjectResponse<A>, MistralError, Chat> =>
  Effect.flatMap(Chat, (service) => StructuredOutput.complete(Endpoint.chat, service, request, options))

/**
 * An object that grows while the model writes it (`Partial`), then the object itself with its response (`Complete`).
 *
 * *Details*: a partial is the JSON so far, in the encoded form `E` of the schema with parts that may still be missing. It
 * has the type that it claims: a part that has another type is left out.
 *
 * @category operations
 * @since 0.1.0
 */
export const streamObject = <A, E>(
  request: ObjectRequest<A, E>,
  options?: RequestOptions.RequestOptions
): Stream.Stream<StructuredOutput.ObjectPart<A, E>, MistralError, Chat> =>
  Stream.unwrap(Effect.map(Chat, (service) => StructuredOutput.stream(Endpoint.chat, service, request, options)))
