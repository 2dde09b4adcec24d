import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type { ErrorResponse } from "../http/errorResponse.ts"
import type { Generation } from "./generation.ts"
import { generateJsonText } from "./jsonText.ts"
import { messageText } from "./promptText.ts"
import { paragraph, sentence } from "./sentences.ts"

/**
 * Generates the text of a chat completion: sentences about the topics, or JSON if the request's `response_format`
 * requires it.
 */
export const generateText = (
  request: CompletionRequest.Chat,
  generation: Generation,
  about: ReadonlyArray<string>
): string | ErrorResponse => {
  const { random } = generation
  const format = request.response_format
  if (format?.type === "json_schema" && format.json_schema != null) {
    const { name, schema } = format.json_schema
    return generateJsonText({ schema, name: `the JSON Schema ${name}`, param: "response_format" }, generation)
  }
  if (format?.type === "json_object") {
    return JSON.stringify({ answer: sentence(random, about), topics: about, confidence: random.int(50, 99) / 100 })
  }
  const last = request.messages.at(-1)
  return paragraph(random, about, last?.role === "tool" ? messageText(last) : undefined)
}
