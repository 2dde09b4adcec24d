import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../../Script.ts"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import { NoAnswer, WorkBudget } from "../json/workBudget.ts"
import type { EmulatedModel } from "../models/modelList.ts"
import { guardrailResults } from "../moderation/guardrails.ts"
import type { Random } from "../random/random.ts"
import type { Settings } from "../settings/settings.ts"
import { generateText } from "../text/generatedText.ts"
import type { Generation } from "../text/generation.ts"
import { predictedText } from "../text/predictedText.ts"
import { lastText, messageText, promptTokens } from "../text/promptText.ts"
import { thinking, topics } from "../text/sentences.ts"
import { countTokens, tokenize } from "../text/tokenizer.ts"
import { calledTools, type FunctionTool } from "./calledTools.ts"
import { conversationProblem } from "./conversationRules.ts"
import {
  generateCompletion,
  type GeneratedChoice,
  type GeneratedCompletion,
  truncatedChoice,
  withToolCalls
} from "./generatedCompletion.ts"
import { modelProblem } from "./modelRules.ts"
import { boundsProblem } from "./requestBounds.ts"
import { scriptedChoice } from "./scriptedChoice.ts"
import { type TokenBudget, tokenBudgetFor } from "./tokenBudget.ts"
import { toolCalls } from "./toolCalls.ts"

/**
 * Generates a chat completion, or the scripted one if there is a reply. Gives an error response if the model or the
 * messages are not valid. `now` is the time of the request in milliseconds since the epoch.
 */
export const generateChatCompletion = (
  request: CompletionRequest.Chat,
  settings: Pick<Settings, "callTools" | "models" | "seed">,
  reply: Script.Reply | undefined,
  now: number
): GeneratedCompletion | ErrorResponse => {
  const model = reply === undefined ? settings.models.require(request.model, "completion_chat") : undefined
  if (model instanceof ErrorResponse) return model
  const work = new WorkBudget()
  const guardrails = conversationProblem(request) ?? boundsProblem(request, work) ??
    capabilityProblem(request, settings) ?? guardrailResults(settings.models, request)
  if (guardrails instanceof ErrorResponse) return guardrails
  const prompt = promptTokens(request)
  const draft = countTokens(request.prediction?.content ?? "")
  const budget = tokenBudgetFor(model, { prompt, draft, maxTokens: request.max_tokens })
  if (budget instanceof ErrorResponse) return budget
  const prefix = prefixOf(request)
  const count = request.n ?? 1
  return withinBudget(() => {
    work.characters(prefix.length * count)
    const choice = reply === undefined
      ? madeChoice(request, choiceParts(request, model, { prefix, callTools: settings.callTools, work }), budget, {
        now,
        budget: work
      })
      : (index: number, random: Random) => scriptedChoice(reply, random, { index, prefix, budget, stop: request.stop })
    return generateCompletion(request, {
      model: request.model,
      seed: settings.seed,
      promptTokens: prompt,
      count,
      usage: reply?.usage,
      guardrails,
      choice
    })
  })
}

/** Makes a completion, or an error response if it would exceed the budget. */
const withinBudget = (make: () => GeneratedCompletion | ErrorResponse): GeneratedCompletion | ErrorResponse => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return badRequest({
      message: `The emulator makes no answer to this request: ${error.message}`,
      type: "invalid_request_error"
    })
  }
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

/** What the choices of a completion have in common. It is read from the request once, however many choices there are. */
interface ChoiceParts {
  readonly thinks: boolean
  readonly prefix: string
  readonly about: ReadonlyArray<string>
  readonly called: (random: Random) => ReadonlyArray<FunctionTool>
  readonly predicted: string | undefined
}

const choiceParts = (
  request: CompletionRequest.Chat,
  model: EmulatedModel | undefined,
  { callTools, prefix, work }: { readonly prefix: string; readonly callTools: boolean; readonly work: WorkBudget }
): ChoiceParts => ({
  thinks: thinks(request, model),
  prefix,
  about: topics(lastText(request.messages, "user")),
  called: prefix === "" ? calledTools(request, callTools) : () => [],
  predicted: predictedText(request, prefix, work)
})

const madeChoice = (
  request: CompletionRequest.Chat,
  { about, called, predicted, prefix, thinks }: ChoiceParts,
  budget: TokenBudget,
  rest: Omit<Generation, "random">
) =>
(index: number, random: Random): GeneratedChoice | ErrorResponse => {
  const generation = { ...rest, random }
  const thought = thinks ? tokenize(thinking(random, about)) : []
  const calls = toolCalls(called(random), generation)
  if (calls instanceof ErrorResponse) return calls
  if (calls.length > 0) {
    return withToolCalls(truncatedChoice({ index, text: "", thinking: thought, budget, stop: null }), calls, budget)
  }
  generation.budget.characters(predicted?.length ?? 0)
  const made = predicted ?? generateText(request, generation, about)
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
