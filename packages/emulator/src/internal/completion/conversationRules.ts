import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Message from "@effect-mistral/core/Message"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import { danglingReferences } from "../json/schemaReferences.ts"

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

const invalid = (message: string): ErrorResponse => badRequest({ message, type: "invalid_request_error" })

const contentProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined =>
  messages.some((message) => message.role === "assistant" && !message.content?.length && !message.tool_calls?.length)
    ? invalid("Assistant message must have either content or tool_calls, but not none.")
    : undefined

/** The id of a call or a result. The reference gives the text "null" as the default of an id, so "null" counts as none. */
const known = (id: string | null | undefined): string | undefined =>
  id === null || id === undefined || id === "" || id === "null" ? undefined : id

const callIdProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  for (const message of messages) {
    const ids = message.role === "tool"
      ? [message.tool_call_id]
      : message.role === "assistant"
      ? (message.tool_calls ?? []).map((call) => call.id)
      : []
    for (const id of ids.map(known)) {
      if (id === undefined) {
        return invalid(`Tool call id has to be defined${message.role === "tool" ? "" : " in serving mode"}.`)
      }
      if (!/^[A-Za-z0-9]{9}$/.test(id)) {
        return badRequest({
          message: `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`,
          type: "invalid_function_call",
          code: "3280",
          raw: true
        })
      }
    }
  }
  return undefined
}

const callCountProblem = (messages: ReadonlyArray<Message.Message>): ErrorResponse | undefined => {
  let open = 0
  for (const message of messages) {
    if (message.role === "tool") open--
    else if (message.role === "assistant") {
      if (open !== 0) break
      open = message.tool_calls?.length ?? 0
    }
  }
  return open === 0 ? undefined : order("Not the same number of function calls and responses")
}

/** The sentence is a guess: the API's compiler of grammars names the place in a notation of its own. */
const referenceProblem = ({ response_format, tools }: CompletionRequest.Chat): ErrorResponse | undefined => {
  const schemas = [
    ...(tools ?? []).map((tool) => tool.type === "function" ? tool.function.parameters : undefined),
    response_format?.json_schema?.schema
  ]
  const [reference] = schemas.flatMap(danglingReferences)
  return reference === undefined
    ? undefined
    : invalid(`Grammar error: failed to compile JSON schema: cannot resolve reference ${reference}`)
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
  orderProblem(request.messages) ?? contentProblem(request.messages) ?? callIdProblem(request.messages) ??
    callCountProblem(request.messages) ?? toolChoiceProblem(request) ?? formatProblem(request) ??
    referenceProblem(request)
