/**
 * The schemas and types of a completion: the whole `Response`, and the `Chunk`s of a stream.
 *
 * `Completion` re-exports all of them, with the functions that read and accumulate them.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { nonEmpty } from "./internal/schema/checks.ts"
import * as Message from "./Message.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullish, openEnum } from "./WireSchema.ts"

/**
 * The reason why the model stopped.
 *
 * *Details*: `stop` (the model finished, or wrote a text of `stop`), `length` (`max_tokens` is reached), `model_length`
 * (the model's context is full), `error` (the generation failed) or `tool_calls` (the caller is to run tools). The server
 * may send a reason that is not in this list.
 *
 * @category models
 * @since 0.1.0
 */
export type FinishReason = "stop" | "length" | "model_length" | "error" | "tool_calls" | (string & {})

/**
 * The schema of a finish reason, which accepts every string but the empty one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FinishReason: Schema.Codec<FinishReason> = openEnum<FinishReason>().check(nonEmpty())

const choice = looseStruct({
  index: Schema.Int,
  message: nullish(Message.Received),
  messages: nullish(Schema.Array(Message.Delta)),
  finish_reason: nullish(FinishReason)
}).check(
  // A choice with its text elsewhere is read tolerantly.
  Schema.makeFilter((choice) => Boolean(choice.message || choice.messages) || !("text" in choice || "delta" in choice))
)

/**
 * One of the completions of a response. A response holds as many as the `n` of its request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Choice extends Schema.Schema.Type<typeof choice> {}

/**
 * The schema of one of the completions of a response.
 *
 * *Gotchas*: when Mistral ran built-in tools, the server may send `messages`, a list, in place of `message`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Choice: Schema.Codec<Choice> = choice

const response = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  created: nullish(Schema.Number),
  model: Schema.String,
  choices: Schema.Array(Choice),
  usage: nullish(Usage)
})

/**
 * The response to a completion request that is not streamed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof response> {}

/**
 * The schema of the response to a completion request that is not streamed.
 *
 * *Details*: `created` is in seconds since the epoch. Keys and values that this version does not know are kept, and no key
 * is renamed: a decoded response is the JSON that the server sent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response: Schema.Codec<Response> = response

const chunkChoice = looseStruct({
  index: Schema.Int,
  delta: Message.Delta,
  finish_reason: nullish(FinishReason)
})

/**
 * The part of a chunk that belongs to one of the completions.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChunkChoice extends Schema.Schema.Type<typeof chunkChoice> {}

/**
 * The schema of the part of a chunk that belongs to one of the completions.
 *
 * *Details*: `index` says to which completion the part belongs. `finish_reason` is `null` until the last part.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChunkChoice: Schema.Codec<ChunkChoice> = chunkChoice

const chunk = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  created: nullish(Schema.Number),
  model: Schema.String,
  choices: Schema.Array(ChunkChoice),
  usage: nullish(Usage)
})

/**
 * One event of a streamed completion.
 *
 * @category models
 * @since 0.1.0
 */
export interface Chunk extends Schema.Schema.Type<typeof chunk> {}

/**
 * The schema of one event of a streamed completion.
 *
 * *Details*: `created` is in seconds since the epoch. Only the last chunk has `usage`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Chunk: Schema.Codec<Chunk> = chunk
