import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { answerFingerprint, wordsFingerprint } from "./fingerprint.ts"
import { hexadecimal, makeRandom, type Random } from "./random.ts"
import { Refusal } from "./refusal.ts"
import { tokenize } from "./tokenizer.ts"
import type { ToolCall } from "./toolCalls.ts"

/** An answer before it is sent: every token of every choice. */
export interface Answer {
  readonly id: string
  readonly model: string
  readonly choices: ReadonlyArray<AnswerChoice>
  readonly promptTokens: number
  readonly completionTokens: number
}

/** One choice of an answer. */
export interface AnswerChoice {
  readonly index: number
  /** The tokens that were thought before the text. */
  readonly thinking: ReadonlyArray<string>
  /** The beginning that the request gave; it is repeated, not generated. */
  readonly prefix: string
  readonly text: ReadonlyArray<string>
  readonly calls: ReadonlyArray<ToolCall>
  readonly finishReason: "stop" | "length" | "tool_calls"
  /** The tokens generated: of thinking, text and calls. */
  readonly tokens: number
}

/** What tells the answer to one request from that to another. */
export interface Making {
  readonly model: string
  readonly seed: number
  readonly promptTokens: number
  /** How many choices there are. */
  readonly count: number
  readonly choice: (index: number, random: Random) => AnswerChoice | Refusal
}

/** The answer to a request: the same for the same request and seed. */
export const makeAnswer = (request: object, making: Making): Answer | Refusal => {
  const words = wordsFingerprint(request, making.seed)
  const choices: Array<AnswerChoice> = []
  for (let index = 0; index < making.count; index++) {
    const choice = making.choice(index, makeRandom(`${words}#${index}`))
    if (choice instanceof Refusal) return choice
    choices.push(choice)
  }
  return {
    id: hexadecimal(answerFingerprint(request, making.seed)),
    model: making.model,
    choices,
    promptTokens: making.promptTokens,
    completionTokens: choices.reduce((sum, choice) => sum + choice.tokens, 0)
  }
}

/** A text before anything is cut off it. */
export interface WholeText {
  readonly index: number
  readonly text: string
  readonly thinking?: ReadonlyArray<string>
  readonly prefix?: string
  /** At most this many tokens are generated. */
  readonly limit: number
  /** A stop text counts only after this many tokens. */
  readonly minimum?: number
  readonly stop: CompletionRequest.Chat["stop"]
}

/** The choice that is a text, as far as the tokens go and up to the first stop text. */
export const cutText = (whole: WholeText): AnswerChoice => {
  const { index, limit, minimum = 0, prefix = "", stop, thinking: thought = [] } = whole
  const all = tokenize(whole.text)
  const thinking = thought.slice(0, limit)
  const possible = all.slice(0, Math.max(0, limit - thinking.length))
  const text = beforeStop(possible, typeof stop === "string" ? [stop] : stop ?? [], minimum)
  const complete = thinking.length === thought.length && possible.length === all.length
  return {
    index,
    thinking,
    prefix,
    text: text ?? possible,
    calls: [],
    finishReason: text !== undefined || complete ? "stop" : "length",
    tokens: thinking.length + (text ?? possible).length
  }
}

/** The tokens before the first of some texts, the last one cut where the text begins; `undefined` if there is none. */
const beforeStop = (
  tokens: ReadonlyArray<string>,
  stops: ReadonlyArray<string>,
  minimum: number
): ReadonlyArray<string> | undefined => {
  const text = tokens.join("")
  const from = tokens.slice(0, minimum).join("").length
  const found = stops.filter((stop) => stop !== "").map((stop) => text.indexOf(stop, from)).filter((at) => at !== -1)
  if (found.length === 0) return undefined
  let left = Math.min(...found)
  const kept: Array<string> = []
  for (const token of tokens) {
    if (left <= 0) break
    kept.push(token.slice(0, left))
    left -= token.length
  }
  return kept
}
