import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import type { Random } from "../random/random.ts"
import { generateJson } from "./generatedJson.ts"
import { messageText } from "./promptText.ts"
import { paragraph, sentence } from "./sentences.ts"

/**
 * Generates the text of a chat completion: sentences about the topics, or JSON if the request's `response_format`
 * requires it.
 */
export const generateText = (
  request: CompletionRequest.Chat,
  random: Random,
  about: ReadonlyArray<string>
): string | ErrorResponse => {
  const format = request.response_format
  if (format?.type === "json_schema" && format.json_schema != null) {
    const made = generateJson(format.json_schema.schema, random)
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
