import { type ErrorResponse, invalidArguments } from "../http/errorResponse.ts"

/** The token budget of a response, and the finish reason when it is exceeded. */
export interface TokenBudget {
  readonly tokens: number
  readonly finishReason: "length" | "model_length"
}

/** A budget without a limit. */
export const unlimitedBudget: TokenBudget = { tokens: Infinity, finishReason: "length" }

/** The token counts of a request that use up the model's context. */
export interface PromptSize {
  readonly prompt: number
  /** The tokens of the prediction. */
  readonly draft?: number
  readonly maxTokens: number | null | undefined
}

/** The budget that a request leaves in its model's context, or an error response if it leaves none. */
export const tokenBudgetFor = (
  model: { readonly context: number } | undefined,
  { draft = 0, maxTokens, prompt }: PromptSize
): TokenBudget | ErrorResponse => {
  const context = model?.context ?? Infinity
  if (prompt + draft > context) {
    return invalidArguments(
      `Prompt contains ${prompt} tokens and ${draft} draft tokens, too large for model with ${context} maximum context length`
    )
  }
  const left = context - prompt
  return (maxTokens ?? Infinity) <= left
    ? { tokens: maxTokens ?? Infinity, finishReason: "length" }
    : { tokens: left, finishReason: "model_length" }
}
