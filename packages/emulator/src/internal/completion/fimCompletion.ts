import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../../Script.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { Settings } from "../settings/settings.ts"
import { generateCode } from "../text/generatedCode.ts"
import { countTokens } from "../text/tokenizer.ts"
import { generateCompletion, type GeneratedCompletion, truncatedChoice } from "./generatedCompletion.ts"
import { scriptedChoice } from "./scriptedChoice.ts"
import { tokenBudgetFor } from "./tokenBudget.ts"

/**
 * Generates a fill-in-the-middle completion, or the scripted one if there is a reply. Gives an error response if the
 * model cannot fill in.
 */
export const generateFimCompletion = (
  request: CompletionRequest.Fim,
  settings: Pick<Settings, "models" | "seed">,
  reply: Script.Reply | undefined
): GeneratedCompletion | ErrorResponse => {
  const model = reply === undefined ? settings.models.require(request.model, "completion_fim") : undefined
  if (model instanceof ErrorResponse) return model
  const suffix = request.suffix ?? ""
  const promptTokens = countTokens(request.prompt) + countTokens(suffix)
  const budget = tokenBudgetFor(model, { prompt: promptTokens, maxTokens: request.max_tokens })
  if (budget instanceof ErrorResponse) return budget
  // One token more than the budget, so that truncation is noticed.
  const minimum = Math.min(request.min_tokens ?? 0, budget.tokens + 1)
  return generateCompletion(request, {
    model: request.model,
    seed: settings.seed,
    promptTokens,
    count: 1,
    usage: reply?.usage,
    choice: (index, random) =>
      reply !== undefined ? scriptedChoice(reply, random, { index, budget, stop: request.stop }) : truncatedChoice({
        index,
        text: generateCode(request.prompt, suffix, random, minimum),
        budget,
        minimum,
        stop: request.stop
      })
  })
}
