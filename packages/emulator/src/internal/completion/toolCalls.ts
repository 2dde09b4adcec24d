import type { ErrorResponse } from "../http/errorResponse.ts"
import type { Random } from "../random/random.ts"
import type { Generation } from "../text/generation.ts"
import { generateJsonText } from "../text/jsonText.ts"
import type { FunctionTool } from "./calledTools.ts"

/** A tool call, before it is sent in a recorded form; the arguments are JSON text. */
export interface ToolCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** An id in the API's format for tool calls: nine letters and digits. */
export const callId = (random: Random): string =>
  Array.from({ length: 9 }, () => letters.charAt(random.int(0, letters.length - 1))).join("")

/**
 * Generates the calls of the tools that a completion calls, or an error response if no arguments fit a function's
 * parameters.
 */
export const toolCalls = (
  called: ReadonlyArray<FunctionTool>,
  generation: Generation
): ReadonlyArray<ToolCall> | ErrorResponse => {
  const calls: Array<ToolCall> = []
  for (const tool of called) {
    const { name, parameters } = tool.function
    // Arguments are always an object, even if the schema does not say so.
    const schema = "type" in parameters ? parameters : { ...parameters, type: "object" }
    const text = generateJsonText(
      { schema, name: `the parameters of the function ${name}`, param: "tools" },
      generation
    )
    if (typeof text !== "string") return text
    calls.push({ id: callId(generation.random), function: { name, arguments: text } })
  }
  return calls
}
