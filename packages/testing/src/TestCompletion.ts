/**
 * Completions for tests. Every field that the server sends has a value, so a test names only the fields it is about.
 *
 * @since 0.1.0
 */
import type * as Completion from "@effect-mistral/core/Completion"
import type * as Content from "@effect-mistral/core/Content"
import type * as Tool from "@effect-mistral/core/Tool"

/**
 * The fields of a completion that a test can choose.
 *
 * *Details*: `finishReason` is `"tool_calls"` by default if `toolCalls` is given, else `"stop"`. Without `usage` the token
 * counts are 10, 5 and 15.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly id?: string | undefined
  readonly model?: string | undefined
  readonly finishReason?: Completion.FinishReason | undefined
  readonly toolCalls?: ReadonlyArray<Tool.ReceivedCall> | undefined
  readonly usage?: NonNullable<Completion.Response["usage"]> | undefined
}

/**
 * Makes a complete response with one choice.
 *
 * @category constructors
 * @since 0.1.0
 */
export const response = (
  content: string | ReadonlyArray<Content.Received> | null,
  options?: Options
): Completion.Response => ({
  ...head("chat.completion", options),
  choices: [{
    index: 0,
    message: {
      role: "assistant",
      content,
      ...(options?.toolCalls === undefined ? undefined : { tool_calls: options.toolCalls })
    },
    finish_reason: finishReason(options)
  }],
  usage: usage(options)
})

/**
 * Makes the chunks of a streamed completion in the order in which Mistral sends them: the role, then the text, then the
 * finish reason with the tool calls and the usage.
 *
 * *Details*: a string is split before its spaces, one word a chunk; an array of strings is one chunk for each string.
 *
 * @category constructors
 * @since 0.1.0
 */
export const chunks = (
  content: string | ReadonlyArray<string>,
  options?: Options
): ReadonlyArray<Completion.Chunk> => {
  const chunk = (
    delta: Completion.ChunkChoice["delta"],
    finish_reason: Completion.FinishReason | null = null
  ): Completion.Chunk => ({
    ...head("chat.completion.chunk", options),
    choices: [{ index: 0, delta, finish_reason }]
  })
  const pieces = typeof content === "string" ? content.match(/\s*\S+|\s+$/g) ?? [] : content
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((content) => chunk({ content })),
    {
      ...chunk(
        { content: "", ...(options?.toolCalls === undefined ? undefined : { tool_calls: options.toolCalls }) },
        finishReason(options)
      ),
      usage: usage(options)
    }
  ]
}

/**
 * Makes the call of a function as the model sends it, its arguments written as JSON.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toolCall = (name: string, args: unknown, id = "aB3dE6gH9"): Tool.ReceivedCall => ({
  id,
  type: "function",
  function: { name, arguments: JSON.stringify(args) }
})

const head = (object: string, options: Options | undefined) => ({
  id: options?.id ?? "00000000000000000000000000000000",
  object,
  created: 1_700_000_000,
  model: options?.model ?? "mistral-small-latest"
})

const finishReason = (options: Options | undefined): Completion.FinishReason =>
  options?.finishReason ?? (options?.toolCalls === undefined ? "stop" : "tool_calls")

const usage = (options: Options | undefined): NonNullable<Completion.Response["usage"]> =>
  options?.usage ?? { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
