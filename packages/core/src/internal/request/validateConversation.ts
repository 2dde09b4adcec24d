import * as Predicate from "effect/Predicate"
import type { Message } from "../../Message.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type { Resolved } from "../../RequestOptions.ts"
import { knownId } from "../completion/knownId.ts"

/**
 * The places where the server would refuse a conversation that fits its schema. A request without messages has none.
 */
export const conversationIssues = (request: unknown, checks: Resolved["checks"]): ReadonlyArray<Issue> => {
  if (!Predicate.hasProperty(request, "messages") || !Array.isArray(request.messages)) return []
  // The cast is safe: the request was validated against its schema before.
  const messages = request.messages as ReadonlyArray<Message>
  return [
    ...(checks.order ? orderIssues(messages) : []),
    ...(checks.toolCalls ? toolCallIssues(messages) : [])
  ]
}

const orderIssues = (messages: ReadonlyArray<Message>): ReadonlyArray<Issue> =>
  messages.flatMap((message, at) =>
    messages[at - 1]?.role === "tool" && message.role !== "tool" && message.role !== "assistant"
      ? [{
        path: ["messages", at, "role"],
        message: `Expected an assistant message after a tool result, got a ${message.role} message`
      }]
      : []
  )

/** Each run of tool results must answer the calls of the assistant message before it, each once. */
const toolCallIssues = (messages: ReadonlyArray<Message>): ReadonlyArray<Issue> => {
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
    if (message.role !== "assistant" || message.tool_calls == null || message.tool_calls.length === 0) continue
    const calls = message.tool_calls
    const first = at + 1
    while (messages[at + 1]?.role === "tool") at++
    const results = messages.slice(first, at + 1)
    // Calls without results may end a conversation: the server decides which role may come last.
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
