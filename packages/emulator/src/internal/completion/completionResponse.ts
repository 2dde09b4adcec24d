import type * as Completion from "@effect-mistral/core/Completion"
import type * as Message from "@effect-mistral/core/Message"
import type * as Usage from "@effect-mistral/core/Usage"
import type { GeneratedChoice, GeneratedCompletion } from "./generatedCompletion.ts"
import { contentDeltas, type Said, type TimedDelta, wholeContent } from "./thinkingForm.ts"
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

/** The thinking and the text of a choice. The prefix comes as one piece, and predicted tokens take no time. */
const saidBy = (choice: GeneratedChoice): Said => {
  const { finishReason, predicted, prefix, text, thinking } = choice
  const thought = thinking.length
  const texts = [
    ...(prefix === "" ? [] : [{ text: prefix, after: thought }]),
    ...text.map((text, at) => ({ text, after: thought + Math.max(0, at + 1 - predicted) }))
  ]
  const isCut = finishReason === "length" || finishReason === "model_length"
  return { thinking, texts, isClosed: texts.length > 0 || choice.calls.length > 0 || !isCut }
}

const wholeMessage = (choice: GeneratedChoice, { calls, thinking }: WireForms): Message.Received => {
  const content = wholeContent(thinking, saidBy(choice))
  return choice.calls.length === 0
    ? { role: "assistant", tool_calls: null, content }
    : messageWithCalls(calls, content, choice.calls)
}

/** Converts a completion to one response body; `created` is in seconds. */
export const toResponse = (
  completion: GeneratedCompletion,
  created: number,
  forms: WireForms
): Completion.Response => ({
  id: completion.id,
  object: "chat.completion",
  created,
  model: completion.model,
  choices: completion.choices.map((choice) => ({
    index: choice.index,
    message: wholeMessage(choice, forms),
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

interface EndingDelta extends TimedDelta {
  readonly finishReason: GeneratedChoice["finishReason"] | null
}

const choiceDeltas = (choice: GeneratedChoice, forms: WireForms): ReadonlyArray<EndingDelta> => [
  ...contentDeltas(forms.thinking, saidBy(choice)).map((delta) => ({ ...delta, finishReason: null })),
  ...lastDeltas(choice, forms.calls)
]

/** The tool calls and the finish reason. */
const lastDeltas = (choice: GeneratedChoice, form: RecordedCalls): ReadonlyArray<EndingDelta> => {
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
