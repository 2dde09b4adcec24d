import type { Assistant, Message } from "../../Message.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type { Checks } from "../../RequestOptions.ts"
import type { ResponseFormat } from "../../ResponseFormat.ts"
import type { Tool } from "../../Tool.ts"
import { knownId } from "../completion/knownId.ts"
import { danglingReferences } from "../schema/references.ts"

/** The keys of a completion request that the checks read. A request for embeddings, for example, has none of them. */
interface Conversation {
  readonly messages?: ReadonlyArray<Message> | undefined
  readonly tools?: ReadonlyArray<Tool> | null | undefined
  readonly response_format?: ResponseFormat | undefined
}

type Rule = (messages: ReadonlyArray<Message>, request: Conversation) => ReadonlyArray<Issue>

/**
 * The places where the server would refuse a request that fits its schema. A check runs unless it is switched off. Its name
 * ends the message of each of its issues.
 */
export const conversationIssues = (request: unknown, checks: Checks): ReadonlyArray<Issue> => {
  // The cast is safe: the request was validated against its schema before.
  const conversation = request as Conversation
  const { messages } = conversation
  return messages === undefined ?
    [] :
    Object.entries(rules).flatMap(([name, rule]) =>
      checks[name as keyof Checks] === false
        ? []
        : rule(messages, conversation).map(({ message, path }) => ({ path, message: `${message} (check: ${name})` }))
    )
}

const order: Rule = (messages) =>
  messages.flatMap((message, at) =>
    messages[at - 1]?.role === "tool" && message.role !== "tool" && message.role !== "assistant"
      ? [{
        path: ["messages", at, "role"],
        message: `Expected an assistant message after a tool result, got a ${message.role} message`
      }]
      : []
  )

/** Each run of tool results must answer the calls of the assistant message before it, each once. */
const toolCalls: Rule = (messages) => {
  const issues: Array<Issue> = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]!
    if (message.role === "tool") {
      issues.push({
        path: ["messages", at],
        message: "Expected tool results directly after the message with their calls"
      })
      while (messages[at + 1]?.role === "tool") at++
      continue
    }
    const calls = callsOf(message)
    if (calls.length === 0) continue
    const first = at + 1
    while (messages[at + 1]?.role === "tool") at++
    const results = messages.slice(first, at + 1)
    // Calls without results may end a conversation: `lastMessage` decides which role may come last.
    if (results.length === 0 && at === messages.length - 1) continue
    const waiting = new Map(calls.map((call, index) => [index, knownId(call.id)]))
    for (const [offset, result] of results.entries()) {
      const answered = answeredBy(waiting, offset, result.role === "tool" ? knownId(result.tool_call_id) : undefined)
      if (answered !== undefined) waiting.delete(answered)
      else {
        issues.push({
          path: ["messages", first + offset, "tool_call_id"],
          message: "Expected the id of a call before it"
        })
      }
    }
    if (waiting.size > 0) {
      issues.push({
        path: ["messages", first - 1, "tool_calls"],
        message: `Expected a result for each call, ${waiting.size} of ${calls.length} have none`
      })
    }
  }
  return issues
}

const toolCallIds: Rule = (messages) =>
  messages.flatMap((message, at) => {
    const ids: ReadonlyArray<readonly [path: ReadonlyArray<string | number>, id: string | null | undefined]> =
      message.role === "tool"
        ? [[["tool_call_id"], message.tool_call_id]]
        : callsOf(message).map(({ id }, index) => [["tool_calls", index, "id"], id])
    return ids.flatMap(([path, id]) =>
      knownId(id) === undefined ? [{ path: ["messages", at, ...path], message: "Expected the id of a tool call" }] : []
    )
  })

const emptyMessage: Rule = (messages) =>
  messages.flatMap((message, at) =>
    message.role === "assistant" && !message.content?.length && callsOf(message).length === 0
      ? [{ path: ["messages", at], message: "Expected content or tool calls, got an empty assistant message" }]
      : []
  )

const lastMessage: Rule = (messages) => {
  const at = messages.length - 1
  const last = messages[at]
  return last?.role === "assistant" && last.prefix !== true
    ? [{ path: ["messages", at], message: "Expected `prefix: true` in an assistant message at the end" }]
    : []
}

const schemas: Rule = (_, { response_format, tools }) => [
  ...(tools ?? []).flatMap((tool, at) =>
    tool.type === "function" ?
      danglingReferences(tool.function.parameters, ["tools", at, "function", "parameters"]) :
      []
  ),
  ...danglingReferences(response_format?.json_schema?.schema, ["response_format", "json_schema", "schema"])
]

const rules: Readonly<Record<keyof Checks, Rule>> = {
  order,
  toolCalls,
  toolCallIds,
  emptyMessage,
  lastMessage,
  schemas
}

const callsOf = (message: Message): NonNullable<Assistant["tool_calls"]> =>
  message.role === "assistant" ? message.tool_calls ?? [] : []

/**
 * The index of the call that a result belongs to: the call with the same id. Where one of the two has no id, it is the
 * call at the same position, or else the first call without a result.
 */
const answeredBy = (
  waiting: ReadonlyMap<number, string | undefined>,
  place: number,
  id: string | undefined
): number | undefined => {
  const calls = [...waiting]
  const [index] = calls.find(([, known]) => id !== undefined && known === id) ??
    calls.find(([at, known]) => (id === undefined || known === undefined) && at === place) ??
    calls.find(([, known]) => id === undefined || known === undefined) ?? []
  return index
}
