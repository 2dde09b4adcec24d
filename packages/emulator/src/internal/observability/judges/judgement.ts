import type * as Judge from "@effect-mistral/observability/Judge"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { JsonObject } from "../../json/jsonObject.ts"
import { makeRandom } from "../../random/random.ts"
import { jsonMessageText } from "../../text/jsonMessageText.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { renderInstructions, type Variables } from "./instructionTemplate.ts"

/** The conversation that a judge reads. */
export interface Conversation {
  readonly messages: ReadonlyArray<JsonObject>
  readonly tools?: ReadonlyArray<JsonObject>
  readonly properties?: JsonObject | null | undefined
}

/** The parts of a judge that decide its answer. */
export type JudgeRules = Pick<Judge.Definition, "instructions" | "model_name" | "name" | "output">

/**
 * Judges a conversation, deterministically and without a model.
 *
 * *Details*: a class is chosen by the words that its value and description share with the conversation; a number lies
 * within the bounds. Where words do not decide, the hash of instructions, output and conversation does.
 */
export const judgeConversation = (judge: JudgeRules, conversation: Conversation): Judge.Output | ErrorResponse => {
  const { output } = judge
  const text = conversationText(conversation.messages)
  if (text.trim() === "") {
    return observabilityError(
      400,
      "JUDGE_CONVERSATION_FORMAT_ERROR",
      "The conversation has no message with a text and a role"
    )
  }
  const instructions = renderInstructions(judge.instructions, variablesOf(judge, conversation, text))
  if (instructions instanceof ErrorResponse) return instructions
  const random = makeRandom(JSON.stringify([judge.model_name, instructions, output, text]))
  if (output.type === "REGRESSION") {
    const { max = 1, max_description, min = 0, min_description } = output
    const share = random.next()
    return {
      analysis: `${judge.name} places this conversation at ${Math.round(share * 100)} % of the way from "${
        excerpt(min_description)
      }" to "${excerpt(max_description)}", told: "${excerpt(judge.instructions)}"`,
      answer: within(min, max, Number((min + share * (max - min)).toPrecision(6)))
    }
  }
  const words = wordsOf(text)
  const options = output.options.map((option) => ({
    ...option,
    shared: [...wordsOf(`${option.value} ${option.description}`)].filter((word) => words.has(word)),
    luck: random.next()
  }))
  const [best] = options.sort((a, b) => b.shared.length - a.shared.length || b.luck - a.luck)
  if (best === undefined) {
    return observabilityError(422, "VALIDATION_ERROR", "A classification needs at least one option")
  }
  return {
    analysis: `${judge.name} calls this conversation "${best.value}" (${excerpt(best.description)}), ${
      best.shared.length === 0 ? "without a word that says so" : `for it speaks of ${best.shared.join(", ")}`
    }, told: "${excerpt(judge.instructions)}"`,
    answer: best.value
  }
}

const within = (minimum: number, maximum: number, value: number): number => Math.min(maximum, Math.max(minimum, value))

const excerpt = (text: string): string => text.length <= 80 ? text : `${[...text].slice(0, 79).join("")}…`

/** Words of at least four letters; shorter ones occur in every text. */
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [])

const conversationText = (messages: ReadonlyArray<JsonObject>): string =>
  messages.flatMap((message) => {
    const { role } = message
    const text = jsonMessageText(message)
    return typeof role === "string" && text !== null && text !== "" ? [`${role}: ${text}`] : []
  }).join("\n")

const variablesOf = (judge: JudgeRules, conversation: Conversation, text: string): Variables => {
  const last = (role: string) =>
    jsonMessageText(conversation.messages.findLast((message) => message["role"] === role)) ?? ""
  return {
    conversation_history: text,
    user_message: last("user"),
    assistant_message: last("assistant"),
    system_prompt: last("system"),
    available_tools: JSON.stringify(conversation.tools ?? []),
    answer_type_definition: JSON.stringify(judge.output),
    properties: conversation.properties ?? {}
  }
}
