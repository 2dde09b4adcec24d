/**
 * Definitions of durable batches: how an item becomes a request, and a response an answer.
 *
 * ```ts
 * import { Batch } from "@effect-mistral/batch"
 * import { Schema } from "effect"
 *
 * export const Sentiments = Batch.make({
 *   name: "sentiments",
 *   item: Schema.Struct({ review: Schema.String }),
 *   request: ({ review }) => ({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: `Is this review good or bad? ${review}` }]
 *   }),
 *   answer: Schema.Struct({ sentiment: Schema.Literals(["good", "bad"]) })
 * })
 * ```
 *
 * @since 0.1.0
 */
import type * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Definition } from "./internal/definition/definition.ts"
import { makeDefinition } from "./internal/definition/makeDefinition.ts"

/**
 * A definition of batches: the type of their items and that of their answers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Batch<in out Item, in out Answer> {
  readonly name: string
  readonly item: Schema.Codec<Item, unknown>
  readonly answer: Schema.Codec<Answer, unknown>
  /** What the engine runs batches by. */
  readonly definition: Definition
}

/**
 * What every definition has.
 *
 * *Details*: `name` is unique in a program. `version` is to be raised when `request` or `read` changes what it asks or reads, so
 * that a batch of before does not go on with it. Default: `"1"`. `item` is written to the ledger as JSON, so the schema needs
 * a JSON form. `request` is called more than once for an item, and must return the same request each time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<in out Item, out Request> {
  readonly name: string
  readonly version?: string | undefined
  readonly item: Schema.Codec<Item, unknown>
  readonly request: (item: Item) => Request
}

/**
 * How an answer is read out of a response. An exception of `read` makes the item fail.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading<in Response, in out Answer> {
  readonly answer: Schema.Codec<Answer, unknown>
  readonly read: (response: Response) => Answer
}

/**
 * A request to chat completion whose answer is an object: `response_format` is made from the answer schema.
 *
 * @category models
 * @since 0.1.0
 */
export type ObjectRequest = Omit<CompletionRequest.Chat, "response_format" | "stream" | "n">

/**
 * Makes a definition of chat completions. The answer is an object by the schema `answer`, or what `read` takes out of the response.
 *
 * *Details*: without `read` the schema is sent as `response_format`, and must be that of an object. See `StructuredOutput`.
 *
 * @throws if a schema has no JSON form, or without `read` if the answer is no object
 * @category constructors
 * @since 0.1.0
 */
export const make: {
  <Item, Answer>(
    options: Options<Item, CompletionRequest.Chat> & Reading<Completion.Response, Answer>
  ): Batch<Item, Answer>
  <Item, Answer>(
    options: Options<Item, ObjectRequest> & {
      readonly answer: Schema.Codec<Answer, unknown>
      readonly read?: undefined
    }
  ): Batch<Item, Answer>
} = <Item, Answer>(
  options: Options<Item, CompletionRequest.Chat> & {
    readonly answer: Schema.Codec<Answer, unknown>
    readonly read?: ((response: Completion.Response) => Answer) | undefined
  }
): Batch<Item, Answer> => {
  const { answer, read, request } = options
  if (read !== undefined) return forEndpoint(Endpoint.chat.complete, { ...options, answer, read })
  const response_format = StructuredOutput.responseFormat(answer)
  return fromParts(Endpoint.chat.complete, {
    ...options,
    request: (item) => ({ ...request(item), response_format }),
    read: StructuredOutput.decoder(answer)
  })
}

/**
 * Makes a definition of requests to any endpoint, such as `Endpoint.createEmbeddings`.
 *
 * @throws if a schema has no JSON form
 * @category constructors
 * @since 0.1.0
 */
export const forEndpoint = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint.Endpoint<Request, Response>,
  options: Options<Item, Request> & Reading<Response, Answer>
): Batch<Item, Answer> => {
  const { read } = options
  return fromParts(endpoint, { ...options, read: (response) => Effect.sync(() => read(response)) })
}

const fromParts = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint.Endpoint<Request, Response>,
  parts: Parameters<typeof makeDefinition<Item, Request, Response, Answer>>[1]
): Batch<Item, Answer> => ({
  name: parts.name,
  item: parts.item,
  answer: parts.answer,
  definition: makeDefinition(endpoint, parts)
})
