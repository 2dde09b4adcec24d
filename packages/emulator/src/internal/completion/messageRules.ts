import type * as Message from "@effect-mistral/core/Message"
import { badRequest, type ErrorResponse, invalidRequest } from "../http/errorResponse.ts"
import { nameProblem } from "./functionName.ts"
import { callProblem } from "./toolCallRules.ts"

/** The error response to an assistant message that lacks something. */
const assistantError = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_assistant_message", code: "3240" })

const assistantProblem = (message: Message.Assistant, isLast: boolean): ErrorResponse | undefined => {
  const calls = message.tool_calls ?? []
  if (!message.content?.length && calls.length === 0) {
    return assistantError("Assistant message must have either content or tool_calls, but not none.")
  }
  for (const call of calls) {
    const problem = callProblem(call)
    if (problem !== undefined) return problem
  }
  return message.prefix === true && !isLast
    ? assistantError("Assistant message with prefix True must be last message")
    : undefined
}

/** Checks the messages one by one. Their order is checked before. */
export const messageProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  for (const [at, message] of messages.entries()) {
    const problem = message.role === "assistant"
      ? assistantProblem(message, at === messages.length - 1)
      : message.role === "tool" && message.name != null
      ? nameProblem(message.name, invalidRequest)
      : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}
