import * as Completion from "@effect-mistral/core/Completion"
import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type { Piece } from "./attachments.ts"
import type { Thinking } from "./blocks.ts"

/** The pieces of thinking in a content, which some servers send as a string. `undefined` if the piece is no thinking. */
export const thinkingPieces = (piece: Content.Received): ReadonlyArray<Piece> | undefined => {
  const type = String(piece.type)
  if (type !== "thinking" && type !== "unknown:thinking") return undefined
  // The cast is safe: it only gives up what is known of the value.
  const { thinking } = piece as { readonly thinking?: unknown }
  if (typeof thinking === "string") return [{ type: "text", text: thinking }]
  return Array.isArray(thinking)
    ? thinking.map((inner: unknown): Piece =>
      typeof inner === "string"
        ? { type: "text", text: inner }
        : typeof inner === "object" && inner !== null
        ? { ...inner }
        : { type: "unknown", value: inner }
    )
    : undefined
}

/**
 * The thinking that a delta holds outside of its content, as OpenAI-compatible servers send it. `undefined` if there is
 * none. A server that sends the same thinking twice, in two of the keys or in the content, too, has it once.
 */
export const fieldThinking = (delta: Message.Delta): Thinking | undefined => {
  const { content, reasoning, reasoning_content, reasoning_details: details } = delta
  if (!reasoning_content && !reasoning && !details?.length) return undefined
  const outside = chunkThinking({ reasoning_content, reasoning, reasoning_details: details })
  const isInContent = outside !== "" && Array.isArray(content) && chunkThinking({ content }) === chunkThinking(delta)
  return {
    text: isInContent ? "" : outside,
    field: reasoning_content ? "reasoning_content" : reasoning ? "reasoning" : "reasoning_details",
    details
  }
}

const chunkThinking = (delta: Record<keyof Message.Delta, unknown> | object): string =>
  // The cast is safe: the keys are those of a delta, and some of them may be `undefined`.
  Completion.chunkThinking({ id: "", model: "", choices: [{ index: 0, delta: delta as Message.Delta }] })
