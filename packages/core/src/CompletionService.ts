/**
 * What every completion service can do, made from its endpoint: whole, streamed, and as an object that fits a schema.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Completion from "./Completion.ts"
import type { CompletionEndpoint } from "./Endpoint.ts"
import { makePartialJson } from "./internal/partialJson.ts"
import type { Structured } from "./internal/structured.ts"
import * as MistralClient from "./MistralClient.ts"
import { MistralError } from "./MistralError.ts"
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
): Effect.Effect<ObjectCompletionService<Request>, never, MistralClient.MistralClient> =>
  Effect.map(make(endpoint, options), (service) => ({
    ...service,
    completeObject: (request, callOptions) =>
      Effect.flatMap(
        formatOf(endpoint.complete, request),
        ([structured, plain]) =>
          Effect.flatMap(service.complete(plain, callOptions), (response) =>
            decodeObject(endpoint.complete, structured, response))
      ),
    streamObject: <A>(request: ObjectRequest<Request, A>, callOptions?: RequestOptions.RequestOptions) =>
      Stream.unwrap(Effect.map(
        formatOf(endpoint.stream, request),
        ([structured, plain]) => objectParts(endpoint.stream, structured, service.stream(plain, callOptions))
      ))
  }))

/**
 * The operations of a completion service as functions that need it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const functions = <Self, Request>(
  service: Context.Service<Self, CompletionService<Request>>
): {
  readonly complete: (...args: Args<Request>) => Effect.Effect<Completion.Response, MistralError, Self>
  readonly stream: (...args: Args<Request>) => Stream.Stream<Completion.Chunk, MistralError, Self>
} => ({
  complete: (...args) => Effect.flatMap(service, ({ complete }) => complete(...args)),
  stream: (...args) => Stream.unwrap(Effect.map(service, ({ stream }) => stream(...args)))
})

/**
 * The operations of a completion service whose answers can be held to a schema, as functions that need it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const objectFunctions = <Self, Request>(
  service: Context.Service<Self, ObjectCompletionService<Request>>
): {
  readonly completeObject: <A>(...args: Args<ObjectRequest<Request, A>>) => Effect.Effect<A, MistralError, Self>
  readonly streamObject: <A>(
    ...args: Args<ObjectRequest<Request, A>>
  ) => Stream.Stream<ObjectPart<A>, MistralError, Self>
} => ({
  completeObject: (...args) => Effect.flatMap(service, ({ completeObject }) => completeObject(...args)),
  streamObject: (...args) => Stream.unwrap(Effect.map(service, ({ streamObject }) => streamObject(...args)))
})

type Args<Request> = [request: Request, options?: RequestOptions.RequestOptions]

type Named = CompletionEndpoint<never>["complete"] | CompletionEndpoint<never>["stream"]
type Operation = Pick<Named, "name" | "method" | "path">

const fail = (operation: Operation, reason: MistralError["reason"]): MistralError =>
  new MistralError({ operation: operation.name, method: operation.method, path: operation.path, reason })

const wrongStream = (operation: Operation, message: string): MistralError =>
  fail(operation, new Reason.InvalidRequest({ issues: [{ path: ["stream"], message }] }))

const formatOf = <Request, A>(
  operation: Operation,
  { schema, schemaDescription, schemaName, ...plain }: ObjectRequest<Request, A>
): Effect.Effect<readonly [Structured<A>, Request], MistralError> =>
  // Loaded when it is needed: programs that ask for no object do not carry the conversion to JSON Schema.
  Effect.flatMap(Effect.promise(() => import("./internal/structured.ts")), ({ structured }) =>
    Effect.try({
      try: () => {
        const made = structured(schema, schemaName ?? nameOf(schema), schemaDescription)
        // The rest of an `ObjectRequest` is a `Request` that lacks only the keys set here or left out on purpose.
        return [made, { ...plain, response_format: made.format } as unknown as Request] as const
      },
      catch: (cause) =>
        fail(
          operation,
          new Reason.InvalidRequest({
            issues: [{
              path: ["schema"],
              message: `Expected the schema of an object that JSON Schema can express: ${
                cause instanceof Error ? cause.message : String(cause)
              }`
            }]
          })
        )
    }))

const nameOf = (schema: Schema.Top): string => {
  const identifier = schema.ast.annotations?.identifier
  const name = typeof identifier === "string" ? identifier.replace(/[^\w-]/g, "_").slice(0, 64) : ""
  return name === "" ? "response" : name
}

const decodeObject = <A>(
  operation: Operation,
  structured: Structured<A>,
  response: Completion.Response
): Effect.Effect<A, MistralError> => {
  const text = Completion.text(response)
  const decoded = structured.decode(text)
  return "value" in decoded ? Effect.succeed(decoded.value) : Effect.fail(fail(
    operation,
    new Reason.InvalidOutput({
      text,
      issues: decoded.issues,
      finishReason: response.choices[0]?.finish_reason ?? undefined
    })
  ))
}

const objectParts = <A>(
  operation: Operation,
  structured: Structured<A>,
  chunks: Stream.Stream<Completion.Chunk, MistralError>
): Stream.Stream<ObjectPart<A>, MistralError> =>
  Stream.suspend(() => {
    const json = makePartialJson()
    let draft = Completion.emptyDraft
    const parts = Stream.flatMap(Stream.chunks(chunks), (batch) => {
      let grew = false
      for (const chunk of batch) {
        draft = Completion.append(draft, chunk)
        const text = Completion.chunkText(chunk)
        grew = text !== "" && json.feed(text) || grew
      }
      const value = json.value()
      return grew && value !== undefined
        // Unchecked by design: it is what the model has written of an `A` so far.
        ? Stream.succeed<ObjectPart<A>>({ _tag: "Partial", value: value as DeepPartial<A> })
        : Stream.empty
    })
    return Stream.concat(
      parts,
      Stream.fromEffect(Effect.suspend(() =>
        Effect.map(
          decodeObject(operation, structured, Completion.toResponse(draft)),
          (value): ObjectPart<A> => ({ _tag: "Complete", value })
        )
      ))
    )
  })
