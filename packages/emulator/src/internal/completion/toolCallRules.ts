import type * as Message from "@effect-mistral/core/Message"
import type * as Tool from "@effect-mistral/core/Tool"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import { orderError } from "./conversationOrder.ts"
import { nameProblem } from "./functionName.ts"

/** The id of a call. The reference gives the text "null" as the default of an id. */
const idOf = (call: Tool.Call): string => call.id ?? "null"

/**
 * Checks that each assistant message is followed by one result for each of its calls, in any order. Ids may occur again in
 * another assistant message.
 */
export const pairingProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  let calls = new Set<string>()
  let results = new Set<string>()
  const unequal = () =>
    calls.size === results.size ? undefined : orderError("Not the same number of function calls and responses")
  for (const message of messages) {
    if (message.role === "tool") {
      // The sentences are of a program in Python, where an absent id is `None`.
      const id = message.tool_call_id ?? "None"
      if (results.has(id)) return orderError(`Duplicate tool call id ${id} in tool results`)
      if (!calls.has(id)) return orderError(`Unexpected tool call id ${id} in tool results`)
      results.add(id)
    } else if (message.role === "assistant") {
      const problem = unequal()
      if (problem !== undefined) return problem
      calls = new Set()
      results = new Set()
      for (const id of (message.tool_calls ?? []).map(idOf)) {
        if (calls.has(id)) return orderError(`Duplicate tool call id ${id} in assistant message`)
        calls.add(id)
      }
    }
  }
  return unequal()
}

/** The error response to a call whose id or name has another form. */
const callError = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_function_call", code: "3280", raw: true })

/** Checks the form of the id and the name of a call in the conversation. */
export const callProblem = (call: Tool.Call): ErrorResponse | undefined => {
  const id = idOf(call)
  if (id === "null") return callError("Tool call id has to be defined in serving mode.")
  if (!/^[A-Za-z0-9]{9}$/.test(id)) {
    return callError(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`)
  }
  return nameProblem(call.function.name, callError)
}
