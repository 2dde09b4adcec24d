/**
 * Structured output: completions whose text is JSON that fits a schema, as a value of that schema's type.
 *
 * The operations are made from the `complete` and `stream` of a service, so that a mock of those is a mock of these too.
 * `Chat.completeObject` and `Agents.completeObject` are the usual way to use them.
 *
 * @see https://docs.mistral.ai/capabilities/structured_output
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Completion from "./Completion.ts"
import type { CompletionService } from "./CompletionService.ts"
import type { CompletionEndpoint } from "./Endpoint.ts"
import { CompletionBuilder } from "./internal/completion/completionBuilder.ts"
import { unfenced } from "./internal/object/fencedText.ts"
import type { PartialJson } from "./internal/object/partialType.ts"
import { formatOf, type StructuredSchema, structuredSchema, toPlainForm } from "./internal/object/structuredSchema.ts"
import { type Operation, operationError } from "./internal/request/call.ts"
import type { MistralError } from "./MistralError.ts"
import * as Reason from "./MistralErrorReason.ts"
import type { RequestOptions } from "./RequestOptions.ts"
import type { ResponseFormat } from "./ResponseFormat.ts"

export type { PartialJson } from "./internal/object/partialType.ts"

/**
 * A request for an object: a completion request with the object's `schema` in place of `response_format`.
 *
 * *Details*: `schemaName` (letters, digits, `_` and `-`, at most 64) and `schemaDescription` tell the model what the object
 * is. The default name is the identifier of the schema, or `response`. With `unwrapFence: true`, the JSON may be in a
 * markdown fence with text before and after it, as models write it on servers that ignore the schema.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectRequest<Request, A, E = unknown> = Omit<Request, "response_format" | "stream" | "n"> & {
  readonly schema: Schema.Codec<A, E>
  readonly schemaName?: string | undefined
  readonly schemaDescription?: string | undefined
  readonly unwrapFence?: boolean | undefined
}

/**
 * An object, decoded by its schema, and the response that contained it, with its id, usage and finish reason.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectResponse<out A> {
  readonly value: A
  readonly response: Completion.Response
}

/**
 * A state of a streamed object: `Partial`, the JSON that the model has written so far; or `Complete`, the value decoded by
 * the schema and the response that the chunks add up to, once and last.
 *
 * *Details*: a partial has the type that it claims, `PartialJson<E>`: a part of the JSON that has another type is left out,
 * and checks do not run before `Complete`.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectPart<A, E = unknown> =
  | { readonly _tag: "Partial"; readonly value: PartialJson<E> }
  | { readonly _tag: "Complete"; readonly value: A; readonly response: Completion.Response }

/**
 * Requests an object through the `complete` of a service.
 *
 * *Details*: the schema is sent as a strict JSON Schema. A schema that is not that of an object fails with
 * `InvalidRequest`, a completion that does not fit the schema with `InvalidOutput`.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = <Request, A, E>(
  endpoint: CompletionEndpoint<Request>,
  service: Pick<CompletionService<Request>, "complete">,
  request: ObjectRequest<Request, A, E>,
  options?: RequestOptions
): Effect.Effect<ObjectResponse<A>, MistralError> =>
  Effect.flatMap(
    withSchema(endpoint.complete, request),
    ([schema, completionRequest]) =>
      Effect.flatMap(
        service.complete(completionRequest, options),
        (response) => decodeObject(endpoint.complete, schema, response)
      )
  )

/**
 * Requests an object through the `stream` of a service: the object as it grows, then the object itself with its response.
 *
 * *Details*: fails like `complete`, after the parts that were received.
 *
 * @category operations
 * @since 0.1.0
 */
export const stream = <Request, A, E>(
  endpoint: CompletionEndpoint<Request>,
  service: Pick<CompletionService<Request>, "stream">,
  request: ObjectRequest<Request, A, E>,
  options?: RequestOptions
): Stream.Stream<ObjectPart<A, E>, MistralError> =>
  Stream.unwrap(Effect.map(
    withSchema(endpoint.stream, request),
    ([schema, completionRequest]) => objectParts(endpoint.stream, schema, service.stream(completionRequest, options))
  ))

/**
 * Makes the `response_format` of a schema.
 *
 * *When to use*: to send it yourself, with `fromStrict` for the JSON that comes back. `complete` and `stream` do both.
 *
 * *Details*: `strict` is true by default: the schema is sent in the form that strict mode requires. `false` sends it as it
 * is, for servers that have no strict mode. Characters of `name` that Mistral does not take become `_`.
 *
 * @throws if the schema is not that of an object, or has no JSON form; the message says where, and what to do
 * @category constructors
 * @since 0.1.0
 */
export const responseFormat = (
  schema: Schema.Constraint,
  options?: {
    readonly name?: string | undefined
    readonly description?: string | undefined
    readonly strict?: boolean | undefined
  }
): ResponseFormat =>
  formatOf(schema, {
    name: nameOf(options?.name ?? identifierOf(schema)),
    description: options?.description,
    strict: options?.strict !== false
  })

/**
 * Puts JSON that a model wrote into the plain form of a schema, which `Schema.toCodecJson(schema)` decodes.
 *
 * *Details*: `null` becomes an absent key where the key is optional, a list of entries becomes a record, and an object with
 * the positions of items a tuple. JSON in plain form stays as it is, and so does what fits in neither form. The forms that
 * `effect/ai` makes for OpenAI are read, too.
 *
 * @throws if the schema has no JSON form
 * @category conversions
 * @since 0.1.0
 */
export const fromStrict = (schema: Schema.Constraint, json: unknown): unknown => toPlainForm(schema, json)

/**
 * Takes the JSON object out of a markdown fence, with the text before and after it. A text without one stays as it is.
 *
 * @category conversions
 * @since 0.1.0
 */
export const unwrapFence = (text: string): string => unfenced(text)

/**
 * Makes a function that decodes the object in a whole response, by the schema whose `responseFormat` was sent with the
 * request.
 *
 * *When to use*: for responses that no service returned, such as the results of a batch job. Make the function once and use
 * it for all of them.
 *
 * *Details*: the function fails with `InvalidOutput` like `complete`. `endpoint` is the one that the errors name:
 * `Endpoint.chat.complete` unless set.
 *
 * @throws if the schema is not that of an object, or has no JSON form; the message says where, and what to do
 * @category conversions
 * @since 0.1.0
 */
export const decoder = <A, E>(
  schema: Schema.Codec<A, E>,
  options?: { readonly unwrapFence?: boolean | undefined; readonly endpoint?: Operation | undefined }
): (response: Completion.Response) => Effect.Effect<A, MistralError> => {
  const structured = structuredSchema(schema, {
    name: nameOf(identifierOf(schema)),
    description: undefined,
    unwrapFence: options?.unwrapFence === true
  })
  const operation = options?.endpoint ?? { name: "Chat.complete", method: "POST", path: "/v1/chat/completions" }
  return (response) => Effect.map(decodeObject(operation, structured, response), ({ value }) => value)
}

const withSchema = <Request, A, E>(
  operation: Operation,
  { schema, schemaDescription, schemaName, unwrapFence, ...rest }: ObjectRequest<Request, A, E>
): Effect.Effect<readonly [StructuredSchema<A, E>, Request], MistralError> =>
  Effect.try({
    try: () => {
      const structured = structuredSchema(schema, {
        name: schemaName ?? nameOf(identifierOf(schema)),
        description: schemaDescription,
        unwrapFence: unwrapFence === true
      })
      // The cast is safe: an `ObjectRequest` lacks only optional keys of a `Request`, besides the one that is set here.
      return [structured, { ...rest, response_format: structured.format } as unknown as Request] as const
    },
    catch: (cause) =>
      operationError(
        operation,
        new Reason.InvalidRequest({
          issues: [{
            path: ["schema"],
            message: cause instanceof Error ? cause.message : String(cause)
          }]
        })
      )
  })

const identifierOf = (schema: Schema.Constraint): string => {
  const identifier = schema.ast.annotations?.identifier
  return typeof identifier === "string" ? identifier : ""
}

/** A name of the characters that Mistral takes in one. */
const nameOf = (wanted: string): string => wanted.replace(/[^\w-]/g, "_").slice(0, 64) || "response"

const decodeObject = <A, E>(
  operation: Operation,
  schema: StructuredSchema<A, E>,
  response: Completion.Response
): Effect.Effect<ObjectResponse<A>, MistralError> => {
  const text = Completion.text(response)
  const decoded = schema.decode(text)
  if ("value" in decoded) return Effect.succeed({ value: decoded.value, response })
  const { finish_reason, message } = response.choices[0] ?? {}
  return Effect.fail(operationError(
    operation,
    new Reason.InvalidOutput({
      text,
      issues: text === "" && message?.tool_calls?.length
        ? [{ path: [], message: "Expected JSON, got tool calls (see `response`)" }]
        : decoded.issues,
      finishReason: finish_reason ?? undefined,
      response
    })
  ))
}

const objectParts = <A, E>(
  operation: Operation,
  schema: StructuredSchema<A, E>,
  chunks: Stream.Stream<Completion.Chunk, MistralError>
): Stream.Stream<ObjectPart<A, E>, MistralError> =>
  Stream.suspend(() => {
    const object = schema.growing()
    const builder = new CompletionBuilder()
    const parts = Stream.flatMap(Stream.chunks(chunks), (batch) => {
      let grew = false
      for (const chunk of batch) {
        builder.add(chunk)
        grew = object.feed(Completion.chunkText(chunk)) || grew
      }
      const partial = grew ? object.partial() : undefined
      return partial === undefined
        ? Stream.empty
        : Stream.succeed<ObjectPart<A, E>>({ _tag: "Partial", value: partial.value })
    })
    const complete = Effect.suspend(() => decodeObject(operation, schema, builder.build()))
    return Stream.concat(
      parts,
      Stream.fromEffect(Effect.map(complete, (object): ObjectPart<A, E> => ({ _tag: "Complete", ...object })))
    )
  })
