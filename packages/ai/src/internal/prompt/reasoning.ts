import * as Content from "@effect-mistral/core/Content"
import * as ToolSchema from "@effect-mistral/core/ToolSchema"
import type * as Prompt from "effect/ai/Prompt"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ForeignThinking } from "./turn.ts"

/**
 * Converts the thinking of a model to a piece of content, or to the keys of the dialect in which it came. `undefined` if
 * there is nothing to send, as where another vendor keeps the thinking encrypted.
 *
 * `reasoning_content` becomes a piece, too: core makes that key of any thinking where a server takes it.
 */
export const reasoning = (part: Prompt.ReasoningPart): Content.Thinking | ForeignThinking | undefined => {
  const { details, field, signature, thinking } = part.options.mistral ?? {}
  if (field === "reasoning" || field === "reasoning_details") return foreignThinking(field, part.text, details)
  const pieces = thinkingPieces(part.text, thinking)
  if (pieces.length === 0 && typeof signature !== "string") return undefined
  return {
    type: "thinking",
    thinking: pieces,
    ...(typeof signature === "string" ? { signature } : undefined),
    closed: true
  }
}

const foreignThinking = (
  field: "reasoning" | "reasoning_details",
  text: string,
  received: unknown
): ForeignThinking | undefined => {
  const details = Option.getOrUndefined(asDetails(received)) ??
    (field === "reasoning_details" && text !== "" ? [{ type: "reasoning.text", text }] : [])
  if (field === "reasoning" && text !== "") {
    return { reasoning: text, ...(details.length === 0 ? undefined : { reasoning_details: details }) }
  }
  return details.length === 0 ? undefined : { reasoning_details: details }
}

/** The pieces of the thinking as they were received, as far as a request may hold them, unless its text was changed since. */
const thinkingPieces = (text: string, received: unknown): Content.Thinking["thinking"] => {
  const sendable = (Array.isArray(received) ? received : []).flatMap(sendablePieces)
  const sameText = sendable.map((piece) => piece.type === "text" ? piece.text : "").join("") === text
  return sendable.length > 0 && sameText ? sendable : text === "" ? [] : [{ type: "text", text }]
}

const sendablePieces = (piece: unknown): Content.Thinking["thinking"] =>
  Option.match(asThinking({ type: "thinking", thinking: [piece] }), {
    onNone: () => [],
    onSome: ({ thinking }) => thinking
  })

const asThinking = /* @__PURE__ */ Schema.decodeUnknownOption(Content.Thinking)
const asDetails = /* @__PURE__ */ Schema.decodeUnknownOption(/* @__PURE__ */ Schema.Array(ToolSchema.JsonObject))
