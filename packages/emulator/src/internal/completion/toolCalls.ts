import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Tool from "@effect-mistral/core/Tool"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import type { Random } from "../random/random.ts"
import { generateJson } from "../text/generatedJson.ts"
import { lastText } from "../text/promptText.ts"

/** A tool call, before it is sent in a recorded form; the arguments are JSON text. */
export interface ToolCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

type FunctionTool = typeof Tool.Function.Type

const functions = (request: CompletionRequest.Chat): ReadonlyArray<FunctionTool> =>
  (request.tools ?? []).flatMap((tool) => tool.type === "function" ? [tool] : [])

/** The functions whose names occur in the last user message. */
const mentioned = (request: CompletionRequest.Chat): ReadonlyArray<FunctionTool> => {
  const text = lastText(request.messages, "user")
  return functions(request).filter((tool) => tool.function.name !== "" && text.includes(tool.function.name))
}

/** The functions that the completion calls; empty if it is a text. */
const called = (request: CompletionRequest.Chat, random: Random): ReadonlyArray<FunctionTool> => {
  const [first, ...others] = functions(request)
  const choice = request.tool_choice ?? "auto"
  if (first === undefined || choice === "none") return []
  if (typeof choice === "object") {
    return functions(request).filter((tool) => tool.function.name === choice.function.name).slice(0, 1)
  }
  const named = mentioned(request)
  const some = named.length > 1 && request.parallel_tool_calls === false ? named.slice(0, 1) : named
  // With `auto`, the completion after a tool's result is a text.
  if (choice === "auto") return request.messages.at(-1)?.role === "tool" ? [] : some
  return some.length > 0 ? some : [random.pick([first, ...others])]
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** An id in the API's format for tool calls: nine letters and digits. */
export const callId = (random: Random): string =>
  Array.from({ length: 9 }, () => letters.charAt(random.int(0, letters.length - 1))).join("")

/** Generates the tool calls of a completion, or an error response if no arguments fit a function's parameters. */
export const toolCalls = (request: CompletionRequest.Chat, random: Random): ReadonlyArray<ToolCall> | ErrorResponse => {
  const calls: Array<ToolCall> = []
  for (const tool of called(request, random)) {
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
