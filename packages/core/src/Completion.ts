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
import { CompletionBuilder } from "./internal/completion/completionBuilder.ts"
import { warnOfNamelessCalls } from "./internal/completion/namelessCalls.ts"
import { thinkingText } from "./internal/completion/thinkingText.ts"
import type * as Message from "./Message.ts"

export * from "./CompletionSchema.ts"

/**
 * Returns the text of the first choice of a response: its content, or the text pieces of its content joined.
 *
 * *Details*: the first choice is the one with index 0, or the first in the list where no choice has that index. Thinking is
 * left out: see `thinking`. The text of a choice with `messages` is that of the last one. It is `""` where the response has
 * no text.
 *
 * @category getters
 * @since 0.1.0
 */
export const text = (response: Response): string => contentText(firstMessage(response)?.content)

/**
 * Returns the text that a chunk adds to the choice with index 0, or `""` where it adds none. Thinking is left out.
 *
 * @category getters
 * @since 0.1.0
 */
export const chunkText = (chunk: Chunk): string => joinDeltas(chunk, ({ content }) => contentText(content))

/**
 * Returns the thinking of the first choice of a response, in the dialect of any server: thinking pieces of the content
 * (Mistral), `reasoning_content` (DeepSeek, vLLM, Qwen), `reasoning` (vLLM, Ollama, OpenRouter) or `reasoning_details`
 * (OpenRouter).
 *
 * *Details*: where a server sends the same thinking in two of them, it is returned once. Encrypted reasoning has no text.
 * It is `""` where the response has no thinking. The thinking of a choice with `messages` is that of the last one.
 *
 * @category getters
 * @since 0.1.0
 */
export const thinking = (response: Response): string => thinkingText(firstMessage(response) ?? {})

/**
 * Returns the thinking that a chunk adds to the choice with index 0, in the dialect of any server, or `""` where it adds
 * none. See `thinking`.
 *
 * @category getters
 * @since 0.1.0
 */
export const chunkThinking = (chunk: Chunk): string => joinDeltas(chunk, thinkingText)

const firstMessage = ({ choices }: Response): Message.Received | Message.Delta | undefined => {
  const choice = choices.find(({ index }) => index === 0) ?? choices[0]
  return choice?.message ?? choice?.messages?.at(-1)
}

/** Joins the texts of the deltas of the choice with index 0. A chunk may hold several of them. */
const joinDeltas = (chunk: Chunk, textOf: (delta: Message.Delta) => string): string => {
  let text = ""
  for (const { delta, index } of chunk.choices) if (index === 0) text += textOf(delta)
  return text
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
 * *Gotchas*: an accumulator keeps its chunks in memory, because it can be added to more than once. `collect` does not.
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
export const emptyAccumulator: Accumulator = /* @__PURE__ */ new InternalAccumulator.Accumulator()

/**
 * Adds a chunk to an accumulator and returns the new one. The given accumulator is not changed.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const append: (accumulator: Accumulator, chunk: Chunk) => Accumulator = (accumulator, chunk) =>
  accumulator.append(chunk)

/**
 * Returns the response that the chunks of an accumulator add up to. It may be called before the last chunk.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const toResponse: (accumulator: Accumulator) => Response = (accumulator) => accumulator.toResponse()

/**
 * Accumulates a stream of chunks into the response that a request without streaming would have returned.
 *
 * *Details*: keys that this version does not know are accumulated too. In a delta, strings are joined, lists are appended
 * (members with the same `index` are merged) and objects are merged; of anything else the last value stays, and `null`
 * does not undo a value. Strings that name something (`role`, `type`, `model`, `signature`, `id` and keys that end in
 * `_id`, for example) are never joined. Outside of deltas the last string stays, and a list that a server repeats whole,
 * as `citations`, is there once. Counts of `usage` are cumulative, so the last ones stay. Padding (`p`, `obfuscation`) is
 * dropped.
 *
 * Fragments of a tool call without a name continue a call, and a name begins one. A call that has no name in the end is
 * kept, and a warning with its index and id is logged.
 *
 * *Gotchas*: the effect fails when the stream fails, and the chunks before the failure are lost. `collectPartial` keeps
 * them.
 *
 * @category accumulating
 * @since 0.1.0
 */
export const collect = <E, R>(stream: Stream.Stream<Chunk, E, R>): Effect.Effect<Response, E, R> =>
  Stream.runFold(stream, () => new CompletionBuilder(), (builder, chunk) => builder.add(chunk)).pipe(
    Effect.map((builder) => builder.build()),
    Effect.tap(warnOfNamelessCalls)
  )

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
    const builder = new CompletionBuilder()
    const end = (error: Option.Option<E>): Effect.Effect<Partial<E>> => {
      const response = builder.build()
      return Effect.as(warnOfNamelessCalls(response), { response, error })
    }
    return Stream.runForEachArray(stream, (chunks) =>
      Effect.sync(() => {
        for (const chunk of chunks) builder.add(chunk)
      })).pipe(
        Effect.matchEffect({
          onSuccess: () => end(Option.none()),
          onFailure: (error) => end(Option.some(error))
        })
      )
  })
