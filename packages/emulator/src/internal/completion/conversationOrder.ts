import type * as Message from "@effect-mistral/core/Message"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"

/** The error response to messages in an order that no model can continue. */
export const orderError = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_message_order", code: "3230" })

type Role = Message.Message["role"]

/**
 * The roles that may follow each role, as mistral-common's validators have them.
 *
 * *Details*: since April 2026 mistral-common lets a user message follow a tool result, and newer models were seen to accept
 * it. Others still refuse it, so it is refused here. A system message after an assistant message was refused in 2024, and is
 * accepted by newer models and here: programs send instructions where they belong.
 */
const followers: Readonly<Record<Role, ReadonlyArray<Role>>> = {
  system: ["system", "user", "assistant"],
  user: ["system", "user", "assistant"],
  assistant: ["system", "user", "assistant", "tool"],
  tool: ["assistant", "tool"]
}

/** Checks the roles of the messages: of the only one, of the last one, then of each pair. */
export const orderProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  const last = messages.at(-1)
  if (last === undefined) return orderError("Conversation must have at least one message")
  if (messages.length === 1 && last.role !== "user" && last.role !== "system") {
    return orderError("Conversation must start with a user message or system message")
  }
  if (last.role === "assistant" && last.prefix !== true) {
    return orderError("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant")
  }
  for (const [at, { role }] of messages.entries()) {
    const before = messages[at - 1]
    if (before !== undefined && !followers[before.role].includes(role)) {
      return orderError(`Unexpected role '${role}' after role '${before.role}'`)
    }
  }
  return undefined
}
