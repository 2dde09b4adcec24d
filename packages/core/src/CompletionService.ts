/**
 * The operations that the completion services share, made from an endpoint: whole and streamed completions.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Completion from "./Completion.ts"
import type { CompletionEndpoint } from "./Endpoint.ts"
import { type Operation, operationError } from "./internal/request/call.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import * as Reason from "./MistralErrorReason.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * The operations of a completion service.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompletionService<Request> {
  /** The whole completion. */
  readonly complete: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Completion.Response, MistralError>
  /** The completion in chunks, as the model writes it. The stream ends normally only after `[DONE]`. */
  readonly stream: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Completion.Chunk, MistralError>
}

/**
 * Makes the operations of a completion endpoint. `options` apply to all of them; options of a call win.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Request extends { readonly stream?: boolean | undefined }>(
  endpoint: CompletionEndpoint<Request>,
  options?: RequestOptions.RequestOptions
): Effect.Effect<CompletionService<Request>, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => ({
    complete: (request, callOptions) =>
      request.stream !== undefined && request.stream !== false
        ? Effect.fail(wrongStream(endpoint.complete, "Expected false or nothing: use `stream`"))
        : client.request(endpoint.complete, { ...request, stream: false }, RequestOptions.merge(options, callOptions)),
    stream: (request, callOptions) =>
      request.stream !== undefined && request.stream !== true
        ? Stream.fail(wrongStream(endpoint.stream, "Expected true or nothing: use `complete`"))
        : client.stream(endpoint.stream, { ...request, stream: true }, RequestOptions.merge(options, callOptions))
  }))

/**
 * The operations of a completion service as functions that require it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const functions = <Self, Request>(
  service: Context.Key<Self, CompletionService<Request>>
): {
  readonly complete: (...args: Args<Request>) => Effect.Effect<Completion.Response, MistralError, Self>
  readonly stream: (...args: Args<Request>) => Stream.Stream<Completion.Chunk, MistralError, Self>
} => ({
  complete: (...args) => Effect.flatMap(service, ({ complete }) => complete(...args)),
  stream: (...args) => Stream.unwrap(Effect.map(service, ({ stream }) => stream(...args)))
})

type Args<Request> = [request: Request, options?: RequestOptions.RequestOptions]

const wrongStream = (operation: Operation, message: string): MistralError =>
  operationError(operation, new Reason.InvalidRequest({ issues: [{ path: ["stream"], message }] }))
