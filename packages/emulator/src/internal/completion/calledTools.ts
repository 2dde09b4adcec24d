import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Tool from "@effect-mistral/core/Tool"
import type { Random } from "../random/random.ts"
import { lastText } from "../text/promptText.ts"

type FunctionTool = typeof Tool.Function.Type

const functions = (request: CompletionRequest.Chat): ReadonlyArray<FunctionTool> =>
  (request.tools ?? []).flatMap((tool) => tool.type === "function" ? [tool] : [])

/** The functions whose names occur in the last user message. */
const mentioned = (request: CompletionRequest.Chat): ReadonlyArray<FunctionTool> => {
  const text = lastText(request.messages, "user")
  return functions(request).filter((tool) => tool.function.name !== "" && text.includes(tool.function.name))
}

/** The functions that the completion calls; empty if it is a text. */
export const calledTools = (request: CompletionRequest.Chat, random: Random): ReadonlyArray<FunctionTool> => {
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
