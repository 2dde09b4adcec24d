import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Message from "@effect-mistral/core/Message"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"

const order = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_message_order", code: "3230" })

const orderProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  for (const [at, message] of messages.entries()) {
    const before = messages[at - 1]
    if (before?.role === "tool" && message.role !== "assistant" && message.role !== "tool") {
      return order(`Unexpected role '${message.role}' after role 'tool'`)
    }
  }
  const last = messages.at(-1)
  if (last === undefined) return order("Conversation must have at least one message")
  const open = last.role === "user" || last.role === "tool" || (last.role === "assistant" && last.prefix === true)
  return open
    ? undefined
    : order(`Expected last role User or Tool (or Assistant with prefix True) for serving but got ${last.role}`)
}

const callIds = (message: Message.Message): ReadonlyArray<string | null | undefined> =>
  message.role === "assistant"
    ? (message.tool_calls ?? []).map((call) => call.id)
    : message.role === "tool"
    ? [message.tool_call_id]
    : []

/** The reference gives the text "null" as the default of an id, so "null" counts as no id. */
const isCallId = (id: string): boolean => id === "null" || /^[A-Za-z0-9]{9}$/.test(id)

const callIdProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  const wrong = messages.flatMap(callIds).find((id) => id !== null && id !== undefined && !isCallId(id))
  return wrong === undefined ? undefined : badRequest({
    message: `Tool call id was ${wrong} but must be a-z, A-Z, 0-9, with a length of 9.`,
    type: "invalid_function_call",
    code: "3280",
    raw: true
  })
}

const toolChoiceProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined => {
  const choice = request.tool_choice
  if (typeof choice !== "object") return undefined
  const name = choice.function.name
  const known = (request.tools ?? []).some((tool) => tool.type === "function" && tool.function.name === name)
  return known ? undefined : badRequest({
    message: `Tool choice names the function ${name}, which is not among the tools`,
    type: "invalid_request_error",
    param: "tool_choice"
  })
}

const formatProblem = ({ response_format: format }: CompletionRequest.Chat): ErrorResponse | undefined =>
  format?.type === "json_schema" && format.json_schema == null
    ? badRequest({
      message: "A response format of the type json_schema needs a json_schema",
      type: "invalid_request_error",
      param: "response_format"
    })
    : undefined

/** Checks the rules for messages, tools and formats that the schema cannot express. */
export const conversationProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined =>
  orderProblem(request.messages) ?? callIdProblem(request.messages) ?? toolChoiceProblem(request) ??
    formatProblem(request)
