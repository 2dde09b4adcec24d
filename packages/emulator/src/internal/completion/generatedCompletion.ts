import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../../Script.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { GuardrailResult } from "../moderation/guardrails.ts"
import { responseFingerprint, wordsFingerprint } from "../random/fingerprint.ts"
import { hexadecimal, makeRandoms, type Random } from "../random/random.ts"
import { firstOccurrence } from "../text/firstOccurrence.ts"
import { countTokens, tokenize } from "../text/tokenizer.ts"
import type { TokenBudget } from "./tokenBudget.ts"
import type { ToolCall } from "./toolCalls.ts"

/** A complete generated completion, before it is sent. */
export interface GeneratedCompletion {
  readonly id: string
  readonly model: string
  readonly choices: ReadonlyArray<GeneratedChoice>
  readonly promptTokens: number
  readonly completionTokens: number
  /** The usage that a script gives. It takes precedence over the counted one. */
  readonly usage: Script.Reply["usage"]
  /** The results of the request's guardrails. */
  readonly guardrails: ReadonlyArray<GuardrailResult>
}

/** One choice of a completion. */
export interface GeneratedChoice {
  readonly index: number
  /** The tokens of the thinking that precedes the text. */
  readonly thinking: ReadonlyArray<string>
  /** The prefix given by the request. It is repeated, not generated. */
  readonly prefix: string
  readonly text: ReadonlyArray<string>
  readonly calls: ReadonlyArray<ToolCall>
  readonly finishReason: NonNullable<Script.Reply["finish_reason"]>
  /** The number of generated tokens: thinking, text and tool calls. */
  readonly tokens: number
  /** The number of text tokens that the request predicted. They take no time. */
  readonly predicted: number
}

/** The parts from which a completion is made. */
export interface CompletionParts {
  readonly model: string
  readonly seed: number
  readonly promptTokens: number
  /** The number of choices. */
  readonly count: number
  readonly usage?: Script.Reply["usage"]
  readonly guardrails?: ReadonlyArray<GuardrailResult>
  readonly choice: (index: number, random: Random) => GeneratedChoice | ErrorResponse
}

/** Generates a completion. The same request and seed give the same completion. */
export const generateCompletion = (request: object, parts: CompletionParts): GeneratedCompletion | ErrorResponse => {
  const randomOf = makeRandoms(wordsFingerprint(request, parts.seed))
  const choices: Array<GeneratedChoice> = []
  for (let index = 0; index < parts.count; index++) {
    const choice = parts.choice(index, randomOf(`#${index}`))
    if (choice instanceof ErrorResponse) return choice
    choices.push(choice)
  }
  return {
    id: hexadecimal(responseFingerprint(request, parts.seed)),
    model: parts.model,
    choices,
    promptTokens: parts.usage?.prompt_tokens ?? parts.promptTokens,
    completionTokens: parts.usage?.completion_tokens ?? choices.reduce((sum, choice) => sum + choice.tokens, 0),
    usage: parts.usage,
    guardrails: parts.guardrails ?? []
  }
}

/** A text that is not truncated yet. */
export interface UncutText {
  readonly index: number
  readonly text: string
  readonly thinking?: ReadonlyArray<string>
  readonly prefix?: string
  readonly budget: TokenBudget
  /** Stop texts are ignored within this many tokens. */
  readonly minimum?: number
  readonly stop: CompletionRequest.Chat["stop"]
  /** Whether the text is the request's prediction. */
  readonly predicted?: boolean
}

/** Makes a choice from a text, truncated at the token budget and before the first stop text. */
export const truncatedChoice = (uncut: UncutText): GeneratedChoice => {
  const { index, minimum = 0, predicted = false, prefix = "", budget, stop, thinking: thought = [] } = uncut
  const all = tokenize(uncut.text)
  const thinking = thought.slice(0, budget.tokens)
  const possible = all.slice(0, Math.max(0, budget.tokens - thinking.length))
  const stopped = beforeStop(possible, typeof stop === "string" ? [stop] : stop ?? [], minimum)
  const text = stopped ?? possible
  const complete = thinking.length === thought.length && possible.length === all.length
  return {
    index,
    thinking,
    prefix,
    text,
    calls: [],
    finishReason: stopped !== undefined || complete ? "stop" : budget.finishReason,
    tokens: thinking.length + text.length,
    predicted: predicted ? text.length : 0
  }
}

/** Adds tool calls to a choice. If the budget ends, the last call's arguments are truncated, as a model's would be. */
export const withToolCalls = (
  choice: GeneratedChoice,
  calls: ReadonlyArray<ToolCall>,
  budget: TokenBudget
): GeneratedChoice => {
  if (calls.length === 0 || choice.finishReason !== "stop") return choice
  const kept: Array<ToolCall> = []
  let tokens = choice.tokens
  for (const call of calls) {
    const name = countTokens(call.function.name)
    const all = tokenize(call.function.arguments)
    const some = all.slice(0, Math.max(0, budget.tokens - tokens - name))
    if (tokens + name > budget.tokens) return { ...extended(), finishReason: budget.finishReason }
    kept.push({ ...call, function: { name: call.function.name, arguments: some.join("") } })
    tokens += name + some.length
    if (some.length < all.length) return { ...extended(), finishReason: budget.finishReason }
  }
  return extended()

  function extended(): GeneratedChoice {
    return { ...choice, calls: kept, finishReason: "tool_calls", tokens }
  }
}

/**
 * The tokens before the first stop text, the last one cut where the stop text begins; `undefined` if there is no stop
 * text.
 */
const beforeStop = (
  tokens: ReadonlyArray<string>,
  stops: ReadonlyArray<string>,
  minimum: number
): ReadonlyArray<string> | undefined => {
  if (stops.length === 0) return undefined
  const found = firstOccurrence(tokens.join(""), stops, tokens.slice(0, minimum).join("").length)
  if (found === undefined) return undefined
  let left = found
  const kept: Array<string> = []
  for (const token of tokens) {
    if (left <= 0) break
    kept.push(token.slice(0, left))
    left -= token.length
  }
  return kept
}
