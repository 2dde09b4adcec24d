import type { Message } from "../../Message.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type { Checks } from "../../RequestOptions.ts"
import type { ResponseFormat } from "../../ResponseFormat.ts"
import type { Tool } from "../../ToolSchema.ts"
import { knownId } from "../completion/knownId.ts"
import { danglingReferences } from "../schema/references.ts"

/** The keys of a completion request that the checks read. A request for embeddings, for example, has none of them. */
interface Conversation {
  readonly messages?: ReadonlyArray<Message> | undefined
  readonly tools?: ReadonlyArray<Tool> | null | undefined
  readonly response_format?: ResponseFormat | undefined
}

/** The calls of an assistant message that the tool results after it have not answered so far. */
interface OpenCalls {
  readonly at: number
  readonly count: number
  waiting: ReadonlyArray<readonly [index: number, id: string | undefined]>
}

type Path = Issue["path"]

/**
 * The places where the server would refuse a request that fits its schema. A check runs unless it is switched off. Its name
 * ends the message of each of its issues.
 */
export const conversationIssues = (request: unknown, checks: Checks): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  const add = (check: keyof Checks, path: Path, message: string) => {
    if (checks[check] !== false) issues.push({ path, message: `${message} (check: ${check})` })
  }
  // The cast is safe: the request was validated against its schema before.
  const { messages = [], response_format, tools } = request as Conversation

  let open: OpenCalls | undefined
  // Calls without any result may end a conversation: `lastMessage` decides which role may come last.
  const endOfResults = (at: number) => {
    const missing = open?.waiting.length ?? 0
    if (open !== undefined && missing > 0 && (at < messages.length || open.at < at - 1)) {
      add(
        "toolCalls",
        ["messages", open.at, "tool_calls"],
        `Expected a result for each call, ${missing} of ${open.count} have none`
      )
    }
    open = undefined
  }

  messages.forEach((message, at) => {
    const { role } = message
    const path: Path = ["messages", at]
    const isAfterResult = messages[at - 1]?.role === "tool"
    const checkId = (id: string | null | undefined, idPath: Path) => {
      if (knownId(id) === undefined) add("toolCallIds", idPath, "Expected the id of a tool call")
    }
    if (role === "tool") {
      checkId(message.tool_call_id, [...path, "tool_call_id"])
      if (open !== undefined) {
        const answered = answeredBy(open, at - open.at - 1, knownId(message.tool_call_id))
        if (answered === undefined) {
          add("toolCalls", [...path, "tool_call_id"], "Expected the id of a call before it")
        }
        open.waiting = open.waiting.filter((call) => call !== answered)
      } else if (!isAfterResult) {
        add("toolCalls", path, "Expected tool results directly after the message with their calls")
      }
      return
    }
    endOfResults(at)
    if (role !== "assistant") {
      if (isAfterResult) {
        add("order", [...path, "role"], `Expected an assistant message after a tool result, got a ${role} message`)
      }
      return
    }
    const calls = message.tool_calls ?? []
    if (calls.length > 0) {
      open = { at, count: calls.length, waiting: calls.map(({ id }, index) => [index, knownId(id)]) }
    } else if (!message.content?.length) {
      add("emptyMessage", path, "Expected content or tool calls in an assistant message")
    }
    calls.forEach(({ id }, index) => checkId(id, [...path, "tool_calls", index, "id"]))
    if (at === messages.length - 1 && message.prefix !== true) {
      add("lastMessage", path, "Expected `prefix: true` in an assistant message at the end")
    }
  })
  endOfResults(messages.length)

  const checkReferences = (schema: unknown, path: Path) => {
    for (const issue of danglingReferences(schema, path)) add("schemas", issue.path, issue.message)
  }
  tools?.forEach((tool, at) => {
    if (tool.type === "function") checkReferences(tool.function.parameters, ["tools", at, "function", "parameters"])
  })
  checkReferences(response_format?.json_schema?.schema, ["response_format", "json_schema", "schema"])
  return issues
}

/**
 * The call that a result answers: the call with the same id. Where one of the two has no id, it is the call at the same
 * position, or else the first call without a result.
 */
const answeredBy = ({ waiting }: OpenCalls, place: number, id: string | undefined) =>
  waiting.find(([, known]) => id !== undefined && known === id) ??
    waiting.find(([at, known]) => (id === undefined || known === undefined) && at === place) ??
    waiting.find(([, known]) => id === undefined || known === undefined)
