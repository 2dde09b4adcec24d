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
import { makeDefinition, type Parts } from "./internal/definition/makeDefinition.ts"

/**
 * A definition of batches, whatever its items and answers are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Any {
  readonly name: string
  /** The definition without its types, by which batches are run. */
  readonly definition: Definition
}

/**
 * A definition of batches: the type of their items and that of their answers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Batch<in out Item, in out Answer> extends Any {
  readonly item: Schema.Codec<Item, unknown>
  readonly answer: Schema.Codec<Answer, unknown>
}

/**
 * What every definition has.
 *
 * *Details*:
 *
 * - `name` is unique in a program: batches are found by it.
 * - `version` is `"1"` unless set. Raise it when `request` or `read` changes in what it asks or reads, so that no batch that
 *   was started before goes on with it.
 * - `item` is the schema of an item. The ledger keeps items in its JSON form (`Schema.toCodecJson`), so that dates, big integers,
 *   bytes, options, maps and classes are items, too. Transformations must not wait: an asynchronous one makes each item invalid.
 * - `request` makes the request of an item.
 *
 * *Gotchas*: `request` is called more than once for an item, also by other processes, and must return the same request each
 * time: no clock, no random number, no state. An item for which it throws is not asked, and fails with `RequestFailed`. The
 * message of the exception is not kept, because it may quote a prompt; its name and its place in the source are. The message of
 * a check of your own (`Schema.makeFilter`) is kept as it is: let it not quote the value.
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
 * How an answer is read out of a response.
 *
 * *Details*: `answer` is the schema of an answer, which the ledger keeps in its JSON form. `read` takes the answer out of a
 * response. An item fails with `AnswerFailed` where `read` throws, or returns something that does not fit the schema; its
 * response was paid.
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
export type ObjectRequest = Omit<CompletionRequest.Chat, "response_format" | "stream" | "n"> & {
  readonly response_format?: undefined
  readonly stream?: undefined
  readonly n?: undefined
}

/**
 * Makes a definition of chat completions. The answer is an object by the schema `answer`, or what `read` takes out of the
 * response.
 *
 * *Details*: without `read` the schema is sent as `response_format`, and must be that of an object (see
 * `StructuredOutput.responseFormat`). A response that does not fit it makes its item fail with `InvalidOutput`. With `read` the
 * request is sent as it is.
 *
 * ```ts
 * import { Batch } from "@effect-mistral/batch"
 * import { Completion } from "@effect-mistral/core"
 * import { Schema } from "effect"
 *
 * export const Summaries = Batch.make({
 *   name: "summaries",
 *   item: Schema.Struct({ title: Schema.String, written: Schema.Date, text: Schema.String }),
 *   request: ({ text, title, written }) => ({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: `Summarize "${title}" of ${written.getFullYear()}: ${text}` }]
 *   }),
 *   answer: Schema.NonEmptyString,
 *   read: Completion.text
 * })
 * ```
 *
 * @throws if the name is empty, or without `read` if the answer is no object
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
 * Makes a definition of requests to any endpoint that takes a JSON body, such as `Endpoint.createEmbeddings`.
 *
 * ```ts
 * import { Batch } from "@effect-mistral/batch"
 * import { Embedding, Endpoint } from "@effect-mistral/core"
 * import { Schema } from "effect"
 *
 * export const Embeddings = Batch.forEndpoint(Endpoint.createEmbeddings, {
 *   name: "embeddings",
 *   item: Schema.Struct({ text: Schema.String }),
 *   request: ({ text }) => ({ model: "mistral-embed", input: text }),
 *   answer: Schema.Array(Schema.Number),
 *   read: (response) => Embedding.vectors(response)[0] ?? []
 * })
 * ```
 *
 * *Gotchas*: the jobs route takes only the endpoints of Mistral's batch jobs; see `BatchInput`.
 *
 * @throws if the name is empty, or the path of the endpoint has parameters
 * @category constructors
 * @since 0.1.0
 */
export const forEndpoint = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint.Endpoint<Request, Response>,
  options: Options<Item, NoInfer<Request>> & Reading<NoInfer<Response>, Answer>
): Batch<Item, Answer> => {
  const { read } = options
  return fromParts(endpoint, { ...options, read: (response) => Effect.sync(() => read(response)) })
}

const fromParts = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint.Endpoint<Request, Response>,
  parts: Parts<Item, Request, Response, Answer>
): Batch<Item, Answer> => ({
  name: parts.name,
  item: parts.item,
  answer: parts.answer,
  definition: makeDefinition(endpoint, parts)
})
