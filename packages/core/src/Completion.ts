/**
 * What the completion endpoints answer: a whole `Response`, or a stream of `Chunk`s that `collect` folds into one.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as InternalAccumulator from "./internal/completion/accumulator.ts"
import * as Message from "./Message.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullish, openEnum } from "./WireSchema.ts"

/**
 * Why the model stopped: its own end, `max_tokens`, the model's context, an error, or tool calls to run. New reasons may
 * come.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FinishReason = openEnum("stop", "length", "model_length", "error", "tool_calls")

/**
 * Why the model stopped.
 *
 * @category models
 * @since 0.1.0
 */
export type FinishReason = typeof FinishReason.Type

/**
 * One answer. With built-in tools `messages` may stand in place of `message`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Choice = looseStruct({
  index: Schema.Int,
  message: nullish(Message.Received),
  messages: nullish(Schema.Array(Message.Delta)),
  finish_reason: nullish(FinishReason)
})

/**
 * One answer.
 *
 * @category models
 * @since 0.1.0
 */
export type Choice = typeof Choice.Type

/**
 * A whole completion. `created` is in seconds since the epoch.
 *
 * Keys and values that this version does not know survive, and nothing is renamed: a decoded response is the JSON that
 * came.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  created: nullish(Schema.Number),
  model: Schema.String,
  choices: Schema.Array(Choice),
  usage: nullish(Usage)
})

/**
 * A whole completion.
 *
 * @category models
 * @since 0.1.0
 */
export type Response = typeof Response.Type

/**
 * A part of one answer. `finish_reason` is `null` until the last part.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChunkChoice = looseStruct({
  index: Schema.Int,
  delta: Message.Delta,
  finish_reason: nullish(FinishReason)
})

/**
 * A part of one answer.
 *
 * @category models
 * @since 0.1.0
 */
export type ChunkChoice = typeof ChunkChoice.Type

/**
 * One event of a streamed completion. `usage` comes with the last one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Chunk = looseStruct({
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
export type Chunk = typeof Chunk.Type

/**
 * The text of the first answer: its content, or the text pieces of it joined. Thinking is left out.
 *
 * @category getters
 * @since 0.1.0
 */
export const text = (response: Response): string => {
  const choice = response.choices[0]
  return contentText((choice?.message ?? choice?.messages?.at(-1))?.content)
}

/**
 * The text that a chunk adds to the first answer, `""` where it adds none. Thinking is left out.
 *
 * @category getters
 * @since 0.1.0
 */
export const chunkText = (chunk: Chunk): string => {
  const choice = chunk.choices.find((choice) => choice.index === 0)
  return contentText(choice?.delta.content)
}

const contentText = (content: Message.Received["content"]): string =>
  typeof content === "string"
    ? content
    : (content ?? []).map((piece) => piece.type === "text" ? piece.text : "").join("")

/**
 * A completion as far as its chunks have come. Fold with `append`, read with `toResponse`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Accumulator extends InternalAccumulator.Accumulator {}

/**
 * The accumulator before the first chunk.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const emptyAccumulator: Accumulator = InternalAccumulator.empty

/**
 * Adds a chunk to an accumulator.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const append: (accumulator: Accumulator, chunk: Chunk) => Accumulator = InternalAccumulator.append

/**
 * The response that the chunks of an accumulator add up to, whole or not.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const toResponse: (accumulator: Accumulator) => Response = InternalAccumulator.toResponse

/**
 * Folds a stream of chunks into the response that the whole completion would have been: texts and thinking joined, tool
 * calls put together from their fragments, every choice with its finish reason, and the usage.
 *
 * Fails as the stream fails; `collectPartial` keeps what came before.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const collect = <E, R>(stream: Stream.Stream<Chunk, E, R>): Effect.Effect<Response, E, R> =>
  Effect.map(Stream.runFold(stream, () => emptyAccumulator, append), toResponse)

/**
 * What a stream of chunks came to, whole or not, and the error that ended it early, if one did.
 *
 * @category models
 * @since 0.1.0
 */
export interface Partial<out E> {
  readonly response: Response
  readonly error: Option.Option<E>
}

/**
 * Folds a stream of chunks as `collect` does, and does not fail: what had come before a failure is there, beside the
 * error.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const collectPartial = <E, R>(stream: Stream.Stream<Chunk, E, R>): Effect.Effect<Partial<E>, never, R> =>
  Effect.suspend(() => {
    let accumulator = emptyAccumulator
    return Stream.runForEachArray(stream, (chunks) =>
      Effect.sync(() => {
        accumulator = chunks.reduce(append, accumulator)
      })).pipe(
        Effect.match({
          onSuccess: () => ({ response: toResponse(accumulator), error: Option.none() }),
          onFailure: (error) => ({ response: toResponse(accumulator), error: Option.some(error) })
        })
      )
  })
