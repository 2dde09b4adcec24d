/**
 * What every completion service can do, made from its endpoint: whole, streamed, and as an object that fits a schema.
 *
 * @since 0.1.0
 */
import * as Channel from "effect/Channel"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Completion from "./Completion.ts"
import type { CompletionEndpoint } from "./Endpoint.ts"
import { objectOperations } from "./internal/objects.ts"
import { failed, type Operation } from "./internal/operation.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import * as Reason from "./MistralErrorReason.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * A request whose answer is an object: like any other, with the object's `schema` in place of `response_format`.
 *
 * `schemaName` (letters, digits, `_` and `-`, at most 64) and `schemaDescription` tell the model what the object is.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectRequest<Request, A> = Omit<Request, "response_format" | "stream" | "n"> & {
  readonly schema: Schema.Codec<A, unknown>
  readonly schemaName?: string | undefined
  readonly schemaDescription?: string | undefined
}

/**
 * A value of which any part may still be missing.
 *
 * @category models
 * @since 0.1.0
 */
export type DeepPartial<A> = A extends ReadonlyArray<infer Item> ? ReadonlyArray<DeepPartial<Item>>
  : A extends object ? { readonly [Key in keyof A]?: DeepPartial<A[Key]> | undefined }
  : A

/**
 * What a streamed object is at a moment: `Partial`, as the JSON the model has written so far (encoded, unchecked), or
 * `Complete`, decoded by the schema, once and last.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectPart<A> =
  | { readonly _tag: "Partial"; readonly value: DeepPartial<A> }
  | { readonly _tag: "Complete"; readonly value: A }

/**
 * What a completion service can do.
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
  /** The completion in chunks, as the model writes it. Ends well only after `[DONE]`. */
  readonly stream: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Completion.Chunk, MistralError>
}

/**
 * What a completion service can do whose answers can be held to a schema.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectCompletionService<Request> extends CompletionService<Request> {
  /** An object that fits a schema. An answer that does not is an `InvalidOutput`, with what the model wrote. */
  readonly completeObject: <A>(
    request: ObjectRequest<Request, A>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<A, MistralError>
  /** The object as it grows, then the object itself, checked. */
  readonly streamObject: <A>(
    request: ObjectRequest<Request, A>,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<ObjectPart<A>, MistralError>
}

/**
 * Makes the operations of a completion endpoint. `options` hold for all of them; those of a call win.
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
        ? Effect.fail(wrongStream(endpoint.complete, "Expected false or nothing: use `stream` to stream"))
        : client.request(endpoint.complete, { ...request, stream: false }, RequestOptions.merge(options, callOptions)),
    stream: (request, callOptions) =>
      request.stream !== undefined && request.stream !== true
        ? Stream.fail(wrongStream(endpoint.stream, "Expected true or nothing: use `complete` for a whole answer"))
        : client.stream(endpoint.stream, { ...request, stream: true }, RequestOptions.merge(options, callOptions))
  }))

/**
 * Adds `completeObject` and `streamObject` to the operations of an endpoint that takes a `response_format`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeObject = <Request extends { readonly stream?: boolean | undefined }>(
  endpoint: CompletionEndpoint<Request>,
  options?: RequestOptions.RequestOptions
): Effect.Effect<ObjectCompletionService<Request>, never, MistralClient.MistralClient> => {
  objects = objectOperations
  return makeForKey(endpoint, options)
}

/**
 * Makes what `makeObject` makes, for a service whose key is `withObjects`. What asks for objects then comes with the key,
 * and a program that reaches the service by functions that ask for none does not carry it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeForKey = <Request extends { readonly stream?: boolean | undefined }>(
  endpoint: CompletionEndpoint<Request>,
  options?: RequestOptions.RequestOptions
): Effect.Effect<ObjectCompletionService<Request>, never, MistralClient.MistralClient> =>
  Effect.map(make(endpoint, options), (service) => ({
    ...service,
    completeObject: (...args) => Effect.suspend(() => objects(endpoint, service).completeObject(...args)),
    streamObject: (...args) => Stream.suspend(() => objects(endpoint, service).streamObject(...args))
  }))

/**
 * The key of a service whose answers can be held to a schema. It brings what asks for objects, for who has the key can.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withObjects = <Key>(key: Key): Key => {
  objects = objectOperations
  return key
}

/**
 * The operations of a completion service as functions that need it.
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
  // `Stream.unwrap` would look for the stream again at every read.
  stream: (...args) =>
    Stream.fromChannel(
      Channel.fromTransform((upstream, scope) =>
        Effect.flatMap(service, ({ stream }) => Channel.toTransform(Stream.toChannel(stream(...args)))(upstream, scope))
      )
    )
})

type Args<Request> = [request: Request, options?: RequestOptions.RequestOptions]

const wrongStream = (operation: Operation, message: string): MistralError =>
  failed(operation, new Reason.InvalidRequest({ issues: [{ path: ["stream"], message }] }))

/**
 * What asks for objects would be a fifth of a program that only streams. It is put here by what such a program leaves out
 * of its bundle, the service's key and `makeObject`, and nothing else names it.
 */
let objects: typeof objectOperations = () => {
  throw new Error("What asks for objects comes with the key of its service: take the service by its own key")
}
