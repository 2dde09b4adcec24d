import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import type { Random } from "../random/random.ts"
import { generateJson } from "../text/generatedJson.ts"
import { calledTools } from "./calledTools.ts"

/** A tool call in the form of the API; the arguments are JSON text. */
export interface ToolCall {
  readonly id: string
  readonly type: "function"
  readonly function: { readonly name: string; readonly arguments: string }
  readonly index: number
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** An id in the API's format for tool calls: nine letters and digits. */
export const callId = (random: Random): string =>
  Array.from({ length: 9 }, () => letters.charAt(random.int(0, letters.length - 1))).join("")

/** Generates the tool calls of a completion, or an error response if no arguments fit a function's parameters. */
export const toolCalls = (request: CompletionRequest.Chat, random: Random): ReadonlyArray<ToolCall> | ErrorResponse => {
  const calls: Array<ToolCall> = []
  for (const [index, tool] of calledTools(request, random).entries()) {
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
    calls.push({
      id: callId(random),
      type: "function",
      function: { name, arguments: JSON.stringify(made.value) },
      index
    })
  }
  return calls
}
