import * as Content from "@effect-mistral/core/Content"
import * as Message from "@effect-mistral/core/Message"
import type * as Prompt from "effect/ai/Prompt"
import * as Schema from "effect/Schema"
import { functionName } from "../names/functionName.ts"
import { jsonText } from "./jsonText.ts"
import { reasoning } from "./reasoning.ts"
import { toolResultContent } from "./toolResult.ts"
import type { AssistantTurn, Call, CallResult, ForeignThinking, ToolTurn } from "./turn.ts"

/**
 * Converts an assistant message. Its files are left out, because Mistral takes none from an assistant, and so are
 * requests for approval, and calls that a provider carried out itself, with their results.
 */
export const assistantTurns = (message: Prompt.AssistantMessage): ReadonlyArray<AssistantTurn | ToolTurn> => {
  const pieces: Array<Content.Content> = []
  const calls: Array<Call> = []
  const results: Array<CallResult> = []
  let thinking: ForeignThinking = {}
  for (const part of message.content) {
    switch (part.type) {
      case "text":
        pieces.push(...textPieces(part))
        break
      case "reasoning": {
        const { foreign, piece } = reasoning(part)
        if (piece !== undefined) pieces.push(piece)
        thinking = joinThinking(thinking, foreign)
        break
      }
      case "tool-call":
        if (!part.providerExecuted) {
          calls.push({ id: part.id, name: functionName(part.name), args: argsText(part.params) })
        }
        break
      case "tool-result":
        if (!part.providerExecuted) results.push({ id: part.id, content: toolResultContent(part) })
        break
    }
  }
  const turn: AssistantTurn = { role: "assistant", pieces: joinTexts(pieces), thinking, calls }
  return results.length === 0 ? [turn] : [turn, { role: "tool", results }]
}

/** Joins two turns: the content of the second continues that of the first. */
export const joinTurns = (first: AssistantTurn, second: AssistantTurn): AssistantTurn => ({
  role: "assistant",
  pieces: joinTexts([...first.pieces, ...second.pieces]),
  thinking: joinThinking(first.thinking, second.thinking),
  calls: [...first.calls, ...second.calls]
})

/** The pieces of a text as they were received, references between them, unless the text was changed since. */
const textPieces = ({ options, text }: Prompt.TextPart): ReadonlyArray<Content.Content> => {
  const received = options.mistral?.content
  const { content } = Message.fromReceived({ content: Array.isArray(received) ? received.filter(isReceived) : [] })
  return typeof content === "object" && content !== null && textOf(content) === text
    ? content
    : text === ""
    ? []
    : [{ type: "text", text }]
}

const isReceived = /* @__PURE__ */ Schema.is(Content.Received)

/** The text of content, without the thinking and the references in it. */
export const textOf = (pieces: ReadonlyArray<Content.Content>): string =>
  pieces.map((piece) => piece.type === "text" ? piece.text : "").join("")

const joinTexts = (pieces: ReadonlyArray<Content.Content>): ReadonlyArray<Content.Content> => {
  const joined: Array<Content.Content> = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (piece.type === "text" && last?.type === "text") {
      joined[joined.length - 1] = { type: "text", text: last.text + piece.text }
    } else joined.push(piece)
  }
  return joined
}

const joinThinking = (first: ForeignThinking, second: ForeignThinking): ForeignThinking => ({
  ...first,
  ...second,
  ...(first.reasoning == null || second.reasoning == null
    ? undefined
    : { reasoning: first.reasoning + second.reasoning }),
  ...(first.reasoning_details == null || second.reasoning_details == null
    ? undefined
    : { reasoning_details: [...first.reasoning_details, ...second.reasoning_details] })
})

/**
 * The arguments of a call. Parameters that are a text are what the model wrote where that was no JSON, and are sent as they
 * are. None are an empty object, as for a server that leaves them out.
 */
const argsText = (params: unknown): string =>
  params === undefined || params === null || params === ""
    ? "{}"
    : typeof params === "string"
    ? params
    : jsonText(params)
