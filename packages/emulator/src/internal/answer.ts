import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { answerFingerprint, wordsFingerprint } from "./fingerprint.ts"
import { jsonValue } from "./jsonValue.ts"
import { lastText, messageText, promptTokens } from "./prompt.ts"
import { paragraph, sentence, thinking, topics } from "./prose.ts"
import { hexadecimal, makeRandom, type Random } from "./random.ts"
import { badRequest, Refusal } from "./refusal.ts"
import { countTokens, tokenize } from "./tokenizer.ts"
import { type ToolCall, toolCalls } from "./toolCalls.ts"

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

/** The answer to a request: the same for the same request and seed. */
export const makeAnswer = (request: CompletionRequest.Chat, seed: number): Answer | Refusal => {
  const words = wordsFingerprint(request, seed)
  const choices: Array<AnswerChoice> = []
  for (let index = 0; index < (request.n ?? 1); index++) {
    const choice = makeChoice(request, index, makeRandom(`${words}#${index}`))
    if (choice instanceof Refusal) return choice
    choices.push(choice)
  }
  return {
    id: hexadecimal(answerFingerprint(request, seed)),
    model: request.model,
    choices,
    promptTokens: promptTokens(request),
    completionTokens: choices.reduce((sum, choice) => sum + choice.tokens, 0)
  }
}

const makeChoice = (request: CompletionRequest.Chat, index: number, random: Random): AnswerChoice | Refusal => {
  const about = topics(lastText(request.messages, "user"))
  const thought = thinks(request) ? tokenize(thinking(random, about)) : []
  const last = request.messages.at(-1)
  const prefix = last?.role === "assistant" ? messageText(last) : ""
  const calls = prefix === "" ? toolCalls(request, random) : []
  if (calls instanceof Refusal) return calls
  const limit = request.max_tokens ?? Infinity
  if (calls.length > 0) return cutCalls(index, thought, calls, limit)
  const text = makeText(request, random, about)
  return text instanceof Refusal
    ? text
    : cutText(index, thought, /(^|\s)$/.test(prefix) ? text : ` ${text}`, prefix, limit, request.stop)
}

const thinks = (request: CompletionRequest.Chat): boolean =>
  request.reasoning_effort == null ? request.prompt_mode === "reasoning" : request.reasoning_effort !== "none"

const makeText = (
  request: CompletionRequest.Chat,
  random: Random,
  about: ReadonlyArray<string>
): string | Refusal => {
  const format = request.response_format
  if (format?.type === "json_schema" && format.json_schema != null) {
    const made = jsonValue(format.json_schema.schema, random)
    return made === undefined
      ? badRequest({
        message: `The emulator finds no value that fits the JSON Schema ${format.json_schema.name}`,
        type: "invalid_request_error",
        param: "response_format"
      })
      : JSON.stringify(made.value)
  }
  if (format?.type === "json_object") {
    return JSON.stringify({ answer: sentence(random, about), topics: about, confidence: random.int(50, 99) / 100 })
  }
  const last = request.messages.at(-1)
  return paragraph(random, about, last?.role === "tool" ? messageText(last) : undefined)
}

const cutText = (
  index: number,
  thought: ReadonlyArray<string>,
  whole: string,
  prefix: string,
  limit: number,
  stop: CompletionRequest.Chat["stop"]
): AnswerChoice => {
  const all = tokenize(whole)
  const thinking = thought.slice(0, limit)
  const possible = all.slice(0, Math.max(0, limit - thinking.length))
  const text = beforeStop(possible, typeof stop === "string" ? [stop] : stop ?? [])
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
  stops: ReadonlyArray<string>
): ReadonlyArray<string> | undefined => {
  const text = tokens.join("")
  const found = stops.filter((stop) => stop !== "").map((stop) => text.indexOf(stop)).filter((at) => at !== -1)
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

/** Calls that do not fit into `max_tokens` end in the middle of their arguments, as a model's would. */
const cutCalls = (
  index: number,
  thought: ReadonlyArray<string>,
  calls: ReadonlyArray<ToolCall>,
  limit: number
): AnswerChoice => {
  const thinking = thought.slice(0, limit)
  const kept: Array<ToolCall> = []
  let tokens = thinking.length
  for (const call of calls) {
    const name = countTokens(call.function.name)
    const all = tokenize(call.function.arguments)
    const some = all.slice(0, Math.max(0, limit - tokens - name))
    if (tokens + name > limit) return { ...choice(), finishReason: "length" }
    kept.push({ ...call, function: { name: call.function.name, arguments: some.join("") } })
    tokens += name + some.length
    if (some.length < all.length) return { ...choice(), finishReason: "length" }
  }
  return choice()

  function choice(): AnswerChoice {
    return { index, thinking, prefix: "", text: [], calls: kept, finishReason: "tool_calls", tokens }
  }
}
