import * as Content from "@effect-mistral/core/Content"
import * as ToolSchema from "@effect-mistral/core/ToolSchema"
import type * as Prompt from "effect/ai/Prompt"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ForeignThinking } from "./turn.ts"

/** Thinking as a piece of content, and what of it has its place in the keys of another dialect. */
export interface SentReasoning {
  readonly piece: Content.Thinking | undefined
  readonly foreign: ForeignThinking
}

/**
 * Converts the thinking of a model to a piece of content, or to the keys of the dialect in which it came. Both are empty
 * where there is nothing to send, as where another vendor keeps the thinking encrypted.
 *
 * `reasoning_content` becomes a piece, too: core makes that key of any thinking where a server takes it.
 */
export const reasoning = ({ options, text }: Prompt.ReasoningPart): SentReasoning => {
  const { details: received, field, signature, thinking } = options.mistral ?? {}
  const details = detailsOf(received)
  if (field === "reasoning" && text !== "") return { piece: undefined, foreign: { reasoning: text, ...details } }
  if (field === "reasoning" || field === "reasoning_details") {
    const texts = text === "" ? {} : { reasoning_details: [{ type: "reasoning.text", text }] }
    return { piece: undefined, foreign: details ?? texts }
  }
  const pieces = thinkingPieces(text, thinking)
  const signed = typeof signature === "string" ? { signature } : undefined
  return {
    piece: pieces.length === 0 && signed === undefined
      ? undefined
      : { type: "thinking", thinking: pieces, ...signed, closed: true },
    foreign: details ?? {}
  }
}

const detailsOf = (received: unknown): ForeignThinking | undefined => {
  const details = Option.getOrUndefined(asDetails(received))
  return details === undefined || details.length === 0 ? undefined : { reasoning_details: details }
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
