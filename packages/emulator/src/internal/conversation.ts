import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { type Answer, type AnswerChoice, cutText, makeAnswer } from "./answer.ts"
import { conversationProblem } from "./conversationRules.ts"
import { jsonValue } from "./jsonValue.ts"
import { modelFor } from "./models.ts"
import { lastText, messageText, promptTokens } from "./prompt.ts"
import { paragraph, sentence, thinking, topics } from "./prose.ts"
import type { Random } from "./random.ts"
import { badRequest, Refusal } from "./refusal.ts"
import { countTokens, tokenize } from "./tokenizer.ts"
import { type ToolCall, toolCalls } from "./toolCalls.ts"

/** The answer to a conversation, or what is wrong with its model or its messages. */
export const conversationAnswer = (request: CompletionRequest.Chat, seed: number): Answer | Refusal => {
  const model = modelFor(request.model, "completion_chat")
  if (model instanceof Refusal) return model
  return conversationProblem(request) ?? makeAnswer(request, {
    model: request.model,
    seed,
    promptTokens: promptTokens(request),
    count: request.n ?? 1,
    choice: (index, random) => makeChoice(request, index, random)
  })
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
    : cutText({
      index,
      thinking: thought,
      text: /(^|\s)$/.test(prefix) ? text : ` ${text}`,
      prefix,
      limit,
      stop: request.stop
    })
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
