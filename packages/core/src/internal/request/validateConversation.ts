import type { Message } from "../../Message.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type { Checks } from "../../RequestOptions.ts"
import type { ResponseFormat } from "../../ResponseFormat.ts"
import type { Tool } from "../../ToolSchema.ts"
import { knownId } from "../completion/knownId.ts"
import { checkReferences } from "../schema/references.ts"

/** The keys of a completion request that the checks read. A request for embeddings, for example, has none of them. */
interface Conversation {
  readonly messages?: ReadonlyArray<Message> | undefined
  readonly tools?: ReadonlyArray<Tool> | null | undefined
  readonly response_format?: ResponseFormat | undefined
}

/** The calls of an assistant message that the tool results after it have not answered so far. */
interface OpenCalls {
  readonly at: number
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
  const end = messages.length - 1
  const checkName = (name: string, path: Path) => {
    if (!names.test(name)) add("tools", path, `Expected a name of ${names}`)
  }

  let open: OpenCalls | undefined
  // Calls without any result may end a conversation: `lastMessage` decides which role may come last.
  const endOfResults = (at: number) => {
    const missing = open?.waiting.length ?? 0
    if (open !== undefined && missing > 0 && (at <= end || open.at < end)) {
      add(
        "toolCalls",
        ["messages", open.at, "tool_calls"],
        `Expected a result for each call, ${missing} have none`
      )
    }
    open = undefined
  }

  messages.forEach((message, at) => {
    const { role } = message
    const path: Path = ["messages", at]
    const isAfterResult = messages[at - 1]?.role === "tool"
    const checkId = (id: string | undefined, idPath: Path, others: ReadonlyArray<unknown> = []) => {
      if (id === undefined || others.includes(id)) add("toolCallIds", idPath, "Expected the id of one tool call")
    }
    if (role === "tool") {
      const id = knownId(message.tool_call_id)
      const idPath = [...path, "tool_call_id"]
      checkId(id, idPath)
      if (open !== undefined) {
        const answered = answeredBy(open, at - open.at - 1, id)
        if (answered === undefined) add("toolCalls", idPath, "Expected the id of a call before")
        open.waiting = open.waiting.filter((call) => call !== answered)
      } else if (!isAfterResult) {
        add("toolCalls", path, "Expected tool results after their calls")
      }
      return
    }
    endOfResults(at)
    if (role !== "assistant") {
      if (isAfterResult) {
        add("order", [...path, "role"], "Expected an assistant message after a tool result")
      }
      return
    }
    const calls = message.tool_calls ?? []
    if (calls.length > 0) {
      const ids = calls.map(({ id }) => knownId(id))
      open = { at, waiting: ids.map((id, index) => [index, id]) }
      calls.forEach((call, index) => {
        const callPath = [...path, "tool_calls", index]
        checkId(ids[index], [...callPath, "id"], ids.slice(0, index))
        checkName(call.function.name, [...callPath, "function", "name"])
      })
    } else if (!message.content?.length) add("emptyMessage", path, "Expected content or tool calls")
    if (at === end && message.prefix !== true) {
      add("lastMessage", path, "Expected `prefix: true` in an assistant message at the end")
    }
  })
  endOfResults(end + 1)

  tools?.forEach((tool, at) => {
    if (tool.type === "function") {
      const path = ["tools", at, "function"]
      checkName(tool.function.name, [...path, "name"])
      checkReferences(tool.function.parameters, [...path, "parameters"], add)
    }
  })
  checkReferences(response_format?.json_schema?.schema, ["response_format", "json_schema", "schema"], add)
  return issues
}

/** The names that functions may have. */
const names = /^[\w-]{1,64}$/

/**
 * The call that a result answers: the call with the same id. Where one of the two has no id, it is the call at the same
 * position, or else the first call without a result.
 */
const answeredBy = ({ waiting }: OpenCalls, place: number, id: string | undefined) => {
  const possible = waiting.filter(([, known]) => id === undefined || known === undefined || known === id)
  const byId = possible.find(([, known]) => known !== undefined && known === id)
  return byId ?? possible.find(([at]) => at === place) ?? possible[0]
}
