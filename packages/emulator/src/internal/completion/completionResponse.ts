import type * as Completion from "@effect-mistral/core/Completion"
import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type * as Usage from "@effect-mistral/core/Usage"
import type { GeneratedChoice, GeneratedCompletion } from "./generatedCompletion.ts"
import { deltaWithCalls, fragments, hosted, messageWithCalls, type RecordedCalls } from "./toolCallForm.ts"
import type { WireForms } from "./wireForms.ts"

const usage = (completion: GeneratedCompletion): Usage.Usage => ({
  ...completion.usage,
  prompt_tokens: completion.promptTokens,
  completion_tokens: completion.completionTokens,
  total_tokens: completion.usage?.total_tokens ?? completion.promptTokens + completion.completionTokens
})

/** The usage, and the guardrail results if there are any. They follow the choices. */
const trailer = (completion: GeneratedCompletion) => ({
  usage: usage(completion),
  ...(completion.guardrails.length === 0 ? undefined : { guardrails: completion.guardrails })
})

const thinkingPiece = (text: string): Content.ReceivedThinking => ({
  type: "thinking",
  thinking: [{ type: "text", text }]
})

const wholeContent = (choice: GeneratedChoice): string | ReadonlyArray<Content.Received> => {
  const text = choice.prefix + choice.text.join("")
  if (choice.thinking.length === 0) return text
  const thought = thinkingPiece(choice.thinking.join(""))
  return text === "" ? [thought] : [thought, { type: "text", text }]
}

const wholeMessage = (choice: GeneratedChoice, calls: RecordedCalls): Message.Received =>
  choice.calls.length === 0
    ? { role: "assistant", tool_calls: null, content: wholeContent(choice) }
    : messageWithCalls(calls, wholeContent(choice), choice.calls)

/** Converts a completion to one response body; `created` is in seconds. */
export const toResponse = (
  completion: GeneratedCompletion,
  created: number,
  { calls }: WireForms
): Completion.Response => ({
  id: completion.id,
  object: "chat.completion",
  created,
  model: completion.model,
  choices: completion.choices.map((choice) => ({
    index: choice.index,
    message: wholeMessage(choice, calls),
    finish_reason: choice.finishReason
  })),
  ...trailer(completion)
})

/** The number of tokens of a choice that take time: all but the predicted ones. */
export const timedTokens = (choice: GeneratedChoice): number => choice.tokens - choice.predicted

/** A chunk, and the number of generated tokens of its choice after which it is sent. */
export interface TimedChunk {
  readonly chunk: Completion.Chunk
  readonly after: number
}

/**
 * Converts a completion to chunks: the role, one token each, tool calls in their form, and the finish reason. The choices
 * are interleaved by time; the last chunk holds the usage and the guardrail results.
 */
export const toChunks = (
  completion: GeneratedCompletion,
  created: number,
  forms: WireForms
): ReadonlyArray<TimedChunk> => {
  const events = completion.choices.flatMap((choice) =>
    choiceDeltas(choice, forms).map(({ after, delta, finishReason }) => ({
      after,
      chunk: {
        id: completion.id,
        object: "chat.completion.chunk",
        created,
        model: completion.model,
        choices: [{ index: choice.index, delta, finish_reason: finishReason, logprobs: null }]
      }
    }))
  ).sort((a, b) => a.after - b.after)
  return events.map((event, at) =>
    at === events.length - 1 ? { ...event, chunk: { ...event.chunk, ...trailer(completion) } } : event
  )
}

interface TimedDelta {
  readonly after: number
  readonly delta: Message.Delta
  readonly finishReason: GeneratedChoice["finishReason"] | null
}

const choiceDeltas = (choice: GeneratedChoice, { calls }: WireForms): ReadonlyArray<TimedDelta> => {
  const delta = (delta: Message.Delta, after: number): TimedDelta => ({ delta, after, finishReason: null })
  const thought = choice.thinking.length
  return [
    delta({ role: "assistant", content: "" }, 0),
    ...choice.thinking.map((text, at) => delta({ content: [thinkingPiece(text)] }, at + 1)),
    ...(choice.prefix === "" ? [] : [delta({ content: choice.prefix }, thought)]),
    ...choice.text.map((content, at) => delta({ content }, thought + Math.max(0, at + 1 - choice.predicted))),
    ...lastDeltas(choice, calls)
  ]
}

/** The tool calls and the finish reason. */
const lastDeltas = (choice: GeneratedChoice, form: RecordedCalls): ReadonlyArray<TimedDelta> => {
  const { calls, finishReason } = choice
  const after = timedTokens(choice)
  if (calls.length === 0) return [{ delta: { content: "" }, after, finishReason }]
  if (form !== "fragments") return [{ delta: deltaWithCalls(form, calls), after, finishReason }]
  const said = choice.thinking.length + choice.text.length - choice.predicted
  return [
    ...fragments(calls).map(({ delta, tokens }) => ({ delta, after: said + tokens, finishReason: null })),
    { delta: hosted, after, finishReason }
  ]
}
