import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../Script.ts"
import { type Answer, type AnswerChoice, cutText, makeAnswer, withCalls } from "./answer.ts"
import { type Room, roomFor } from "./context.ts"
import { conversationProblem } from "./conversationRules.ts"
import { guardrailReports } from "./guardrails.ts"
import { jsonValue } from "./jsonValue.ts"
import { modelFor } from "./models.ts"
import { predictedText } from "./prediction.ts"
import { lastText, messageText, promptTokens } from "./prompt.ts"
import { paragraph, sentence, thinking, topics } from "./prose.ts"
import type { Random } from "./random.ts"
import { badRequest, Refusal } from "./refusal.ts"
import { scriptedChoice } from "./scriptedChoice.ts"
import { countTokens, tokenize } from "./tokenizer.ts"
import { toolCalls } from "./toolCalls.ts"

/** The answer to a conversation, a script's if it has one, or what is wrong with its model or its messages. */
export const conversationAnswer = (
  request: CompletionRequest.Chat,
  seed: number,
  reply: Script.Reply | undefined
): Answer | Refusal => {
  const model = reply === undefined ? modelFor(request.model, "completion_chat") : undefined
  if (model instanceof Refusal) return model
  const guardrails = conversationProblem(request) ?? guardrailReports(request)
  if (guardrails instanceof Refusal) return guardrails
  const prompt = promptTokens(request)
  const draft = countTokens(request.prediction?.content ?? "")
  const room = roomFor(model, { prompt, draft, maxTokens: request.max_tokens })
  if (room instanceof Refusal) return room
  return makeAnswer(request, {
    model: request.model,
    seed,
    promptTokens: prompt,
    count: request.n ?? 1,
    usage: reply?.usage,
    guardrails,
    choice: (index, random) =>
      reply === undefined ? makeChoice(request, room, index, random) : scriptedChoice(reply, random, {
        index,
        prefix: prefixOf(request),
        room,
        stop: request.stop
      })
  })
}

/** The beginning that the request gives to its answer. */
const prefixOf = (request: CompletionRequest.Chat): string => {
  const last = request.messages.at(-1)
  return last?.role === "assistant" ? messageText(last) : ""
}

const makeChoice = (
  request: CompletionRequest.Chat,
  room: Room,
  index: number,
  random: Random
): AnswerChoice | Refusal => {
  const about = topics(lastText(request.messages, "user"))
  const thought = thinks(request) ? tokenize(thinking(random, about)) : []
  const prefix = prefixOf(request)
  const calls = prefix === "" ? toolCalls(request, random) : []
  if (calls instanceof Refusal) return calls
  if (calls.length > 0) {
    return withCalls(cutText({ index, text: "", thinking: thought, room, stop: null }), calls, room)
  }
  const predicted = predictedText(request, prefix)
  const made = predicted ?? makeText(request, random, about)
  return made instanceof Refusal
    ? made
    : cutText({
      index,
      thinking: thought,
      text: predicted !== undefined || /(^|\s)$/.test(prefix) ? made : ` ${made}`,
      prefix,
      room,
      stop: request.stop,
      predicted: predicted !== undefined
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
