import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import type { Random } from "../random/random.ts"
import { generateJson } from "../text/generatedJson.ts"
import { calledTools } from "./calledTools.ts"

/** A tool call, before it is sent in a recorded form; the arguments are JSON text. */
export interface ToolCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** An id in the API's format for tool calls: nine letters and digits. */
export const callId = (random: Random): string =>
  Array.from({ length: 9 }, () => letters.charAt(random.int(0, letters.length - 1))).join("")

/** Generates the tool calls of a completion, or an error response if no arguments fit a function's parameters. */
export const toolCalls = (request: CompletionRequest.Chat, random: Random): ReadonlyArray<ToolCall> | ErrorResponse => {
  const calls: Array<ToolCall> = []
  for (const tool of calledTools(request, random)) {
    const { name, parameters } = tool.function
    // Arguments are always an object, even if the schema does not say so.
    const made = generateJson("type" in parameters ? parameters : { ...parameters, type: "object" }, random)
    if (made === undefined) {
      return badRequest({
        message: `The emulator finds no arguments that fit the parameters of the function ${name}`,
        type: "invalid_request_error",
        param: "tools"
      })
    }
    calls.push({ id: callId(random), function: { name, arguments: JSON.stringify(made.value) } })
  }
  return calls
}
