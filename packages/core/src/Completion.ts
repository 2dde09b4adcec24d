/**
 * Completions: the whole `Response`, the `Chunk`s of a stream, and the functions that read and accumulate them.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Chunk, Response } from "./CompletionSchema.ts"
import * as InternalAccumulator from "./internal/completion/accumulator.ts"
import type * as Message from "./Message.ts"

export * from "./CompletionSchema.ts"

/**
 * Returns the text of the first choice of a response: its content, or the text pieces of its content joined.
 *
 * *Details*: thinking is left out. The text of a choice with `messages` is that of the last one. It is `""` where the
 * response has no text.
 *
 * @category getters
 * @since 0.1.0
 */
export const text = (response: Response): string => {
  const choice = response.choices[0]
  return contentText((choice?.message ?? choice?.messages?.at(-1))?.content)
}

/**
 * Returns the text that a chunk adds to the choice with index 0, or `""` where it adds none. Thinking is left out.
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
 * The accumulator of a streamed completion: the state between two chunks.
 *
 * *When to use*: to accumulate chunks by hand, beside something else that a program does with them. Begin with
 * `emptyAccumulator`, add each chunk with `append`, and read the result with `toResponse`. `collect` does all three.
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
 * Adds a chunk to an accumulator and returns the new one. The given accumulator is not changed.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const append: (accumulator: Accumulator, chunk: Chunk) => Accumulator = InternalAccumulator.append

/**
 * Returns the response that the chunks of an accumulator add up to. It may be called before the last chunk.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const toResponse: (accumulator: Accumulator) => Response = InternalAccumulator.toResponse

/**
 * Accumulates a stream of chunks into the response that a request without streaming would have returned.
 *
 * *Details*: texts and thinking are joined, tool calls are assembled from their fragments, and every choice has its finish
 * reason. `usage` is kept.
 *
 * *Gotchas*: the effect fails when the stream fails, and the chunks before the failure are lost. `collectPartial` keeps
 * them.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const collect = <E, R>(stream: Stream.Stream<Chunk, E, R>): Effect.Effect<Response, E, R> =>
  Effect.map(Stream.runFold(stream, () => emptyAccumulator, append), toResponse)

/**
 * The response accumulated from a stream, and the error that ended the stream early, if there was one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Partial<out E> {
  readonly response: Response
  readonly error: Option.Option<E>
}

/**
 * Accumulates a stream of chunks as `collect` does, but never fails: it returns the accumulated response beside the error.
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
