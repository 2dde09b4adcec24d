import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../../Script.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { EmulatedModel } from "../models/modelList.ts"
import { guardrailResults } from "../moderation/guardrails.ts"
import type { Random } from "../random/random.ts"
import type { Settings } from "../settings/settings.ts"
import { generateText } from "../text/generatedText.ts"
import { predictedText } from "../text/predictedText.ts"
import { lastText, messageText, promptTokens } from "../text/promptText.ts"
import { thinking, topics } from "../text/sentences.ts"
import { countTokens, tokenize } from "../text/tokenizer.ts"
import { conversationProblem } from "./conversationRules.ts"
import {
  generateCompletion,
  type GeneratedChoice,
  type GeneratedCompletion,
  truncatedChoice,
  withToolCalls
} from "./generatedCompletion.ts"
import { modelProblem } from "./modelRules.ts"
import { scriptedChoice } from "./scriptedChoice.ts"
import { type TokenBudget, tokenBudgetFor } from "./tokenBudget.ts"
import { toolCalls } from "./toolCalls.ts"

/**
 * Generates a chat completion, or the scripted one if there is a reply. Gives an error response if the model or the
 * messages are not valid.
 */
export const generateChatCompletion = (
  request: CompletionRequest.Chat,
  settings: Pick<Settings, "models" | "seed">,
  reply: Script.Reply | undefined
): GeneratedCompletion | ErrorResponse => {
  const model = reply === undefined ? settings.models.require(request.model, "completion_chat") : undefined
  if (model instanceof ErrorResponse) return model
  const guardrails = conversationProblem(request) ?? capabilityProblem(request, settings) ??
    guardrailResults(settings.models, request)
  if (guardrails instanceof ErrorResponse) return guardrails
  const prompt = promptTokens(request)
  const draft = countTokens(request.prediction?.content ?? "")
  const budget = tokenBudgetFor(model, { prompt, draft, maxTokens: request.max_tokens })
  if (budget instanceof ErrorResponse) return budget
  return generateCompletion(request, {
    model: request.model,
    seed: settings.seed,
    promptTokens: prompt,
    count: request.n ?? 1,
    usage: reply?.usage,
    guardrails,
    choice: (index, random) =>
      reply === undefined ? generateChoice(request, model, budget, index, random) : scriptedChoice(reply, random, {
        index,
        prefix: prefixOf(request),
        budget,
        stop: request.stop
      })
  })
}

/** A script may reply for a model that the emulator does not know, whose capabilities are then not known, either. */
const capabilityProblem = (
  request: CompletionRequest.Chat,
  { models }: Pick<Settings, "models">
): ErrorResponse | undefined => {
  const model = models.find(request.model)
  return model === undefined ? undefined : modelProblem(request, model)
}

/** The prefix that the request gives for the assistant's message. */
const prefixOf = (request: CompletionRequest.Chat): string => {
  const last = request.messages.at(-1)
  return last?.role === "assistant" ? messageText(last) : ""
}

const generateChoice = (
  request: CompletionRequest.Chat,
  model: EmulatedModel | undefined,
  budget: TokenBudget,
  index: number,
  random: Random
): GeneratedChoice | ErrorResponse => {
  const about = topics(lastText(request.messages, "user"))
  const thought = thinks(request, model) ? tokenize(thinking(random, about)) : []
  const prefix = prefixOf(request)
  const calls = prefix === "" ? toolCalls(request, random) : []
  if (calls instanceof ErrorResponse) return calls
  if (calls.length > 0) {
    return withToolCalls(truncatedChoice({ index, text: "", thinking: thought, budget, stop: null }), calls, budget)
  }
  const predicted = predictedText(request, prefix)
  const made = predicted ?? generateText(request, random, about)
  return made instanceof ErrorResponse
    ? made
    : truncatedChoice({
      index,
      thinking: thought,
      text: predicted !== undefined || /(^|\s)$/.test(prefix) ? made : ` ${made}`,
      prefix,
      budget,
      stop: request.stop,
      predicted: predicted !== undefined
    })
}

/**
 * Whether the model thinks before it writes: Magistral always does, the others if the request asks for it. A name that is
 * accepted without being known may ask by `prompt_mode`, too.
 */
const thinks = (request: CompletionRequest.Chat, model: EmulatedModel | undefined): boolean =>
  model?.alwaysThinks === true ||
  (request.reasoning_effort == null ? request.prompt_mode === "reasoning" : request.reasoning_effort !== "none")
