import type * as Content from "../../Content.ts"
import type * as Message from "../../Message.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type * as Tool from "../../ToolSchema.ts"
import { thinkingText, toPieces, withoutNulls } from "./contentPiece.ts"

/**
 * Converts a message to the form of OpenAI's API, and collects an issue for each piece of it that has none. A message with
 * a role that Mistral lacks, from `extraBody`, is not changed.
 */
export const toMessage = (message: Message.Message, path: Issue["path"], issues: Array<Issue>): unknown => {
  const contentPath = [...path, "content"]
  switch (message.role) {
    case "system":
      return typeof message.content === "string"
        ? message
        : { ...message, content: toPieces(message.content, contentPath, issues, systemThinking) }
    case "user":
    case "tool": {
      const { content, ...rest } = message
      const isText = typeof content === "string" || content === null
      return { ...withoutNulls(rest), content: isText ? content ?? "" : toPieces(content, contentPath, issues) }
    }
    case "assistant":
      return toAssistant(message, contentPath, issues)
    default:
      return message
  }
}

/** OpenAI's API has no thinking in a system message. vLLM has it, as text, because Mistral's own prompts hold it. */
const systemThinking = (piece: Content.Content): ReadonlyArray<unknown> | undefined =>
  piece.type === "thinking"
    ? [{ type: "thinking", thinking: thinkingText(piece), closed: piece.closed ?? true }]
    : undefined

const toAssistant = (
  { content, prefix: _prefix, tool_calls, ...rest }: Message.Assistant,
  contentPath: Issue["path"],
  issues: Array<Issue>
): unknown => {
  const calls = tool_calls?.map(toCall) ?? []
  const pieces = Array.isArray(content) ? content : []
  const thinking = pieces.map((piece) => piece.type === "thinking" ? thinkingText(piece) : "").join("")
  const converted = Array.isArray(content) ? answerContent(pieces, contentPath, issues) : content
  return {
    ...(thinking === "" ? undefined : { reasoning_content: thinking }),
    ...withoutNulls(rest),
    // OpenAI's API refuses an answer with neither content nor calls, and an empty list of calls.
    ...(calls.length === 0 ? { content: converted ?? "" } : {
      ...(converted === undefined ? undefined : { content: converted }),
      tool_calls: calls
    })
  }
}

/**
 * The content of an answer. Its thinking has a key of its own, and its references, which are positions in its text, have no
 * place in OpenAI's API. Text alone becomes one string, because many servers take no list there.
 */
const answerContent = (
  pieces: ReadonlyArray<Content.Content>,
  contentPath: Issue["path"],
  issues: Array<Issue>
): unknown => {
  const isApart = ({ type }: Content.Content) => type === "thinking" || type === "reference"
  const rest = pieces.filter((piece) => !isApart(piece))
  const texts = rest.flatMap((piece) => piece.type === "text" ? [piece.text] : [])
  return texts.length === rest.length
    ? texts.join("")
    : toPieces(pieces, contentPath, issues, (piece) => isApart(piece) ? [] : undefined)
}

/** Converts a tool call: OpenAI's API requires a `type` and JSON text as arguments, and refuses an `index`. */
const toCall = ({ function: { arguments: args, ...rest }, index: _index, ...call }: Tool.Call): unknown => ({
  ...call,
  type: "function",
  function: { ...rest, arguments: typeof args !== "string" ? JSON.stringify(args) : args.trim() === "" ? "{}" : args }
})
