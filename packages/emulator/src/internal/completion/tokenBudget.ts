import type * as Model from "@effect-mistral/core/Model"
import { type ErrorResponse, invalidArguments } from "../http/errorResponse.ts"

/** How many tokens an answer may have, and how it has ended if it would have had more. */
export interface TokenBudget {
  readonly tokens: number
  readonly ended: "length" | "model_length"
}

/** TokenBudget for anything. */
export const unlimitedBudget: TokenBudget = { tokens: Infinity, ended: "length" }

/** What a request takes of a model's context. */
export interface PromptSize {
  readonly prompt: number
  /** The tokens of a prediction. */
  readonly draft?: number
  readonly maxTokens: number | null | undefined
}

/** The budget that a request leaves in its model's context, or the refusal of one that leaves none. */
export const tokenBudgetFor = (
  model: Model.Model | undefined,
  { draft = 0, maxTokens, prompt }: PromptSize
): TokenBudget | ErrorResponse => {
  const context = model?.max_context_length ?? Infinity
  if (prompt + draft > context) {
    return invalidArguments(
      `Prompt contains ${prompt} tokens and ${draft} draft tokens, too large for model with ${context} maximum context length`
    )
  }
  const left = context - prompt
  return (maxTokens ?? Infinity) <= left
    ? { tokens: maxTokens ?? Infinity, ended: "length" }
    : { tokens: left, ended: "model_length" }
}
