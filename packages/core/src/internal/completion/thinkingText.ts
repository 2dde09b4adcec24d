import * as Predicate from "effect/Predicate"
import type * as Message from "../../Message.ts"

/**
 * The thinking of a message or of a delta, in the dialects of all servers. Some servers send the same text in two of them,
 * so a text that is there already is not added.
 */
export const thinkingText = (message: Message.Received | Message.Delta): string =>
  [pieces(message.content), message.reasoning_content, message.reasoning, pieces(message.reasoning_details)]
    .map((part) => typeof part === "string" ? part : "")
    .reduce((thinking, part) =>
      part.length >= thinking.length && part.includes(thinking.trim())
        ? part
        : thinking.includes(part.trim())
        ? thinking
        : thinking + part
    )

/** The thinking in pieces of content or in reasoning details. A server may send kinds and shapes that no schema knows. */
const pieces = (list: unknown): string => Array.isArray(list) ? list.map(pieceText).join("") : ""

const pieceText = (piece: unknown): string => {
  if (!Predicate.hasProperty(piece, "type") || !isKind(piece.type)) return ""
  const text: unknown = Reflect.get(piece, keys[piece.type])
  return typeof text === "string" ? text : Array.isArray(text) ? text.map(innerText).join("") : ""
}

const innerText = (piece: unknown): string =>
  Predicate.hasProperty(piece, "text") && typeof piece.text === "string" ? piece.text : ""

/** The kinds of pieces that hold thinking, with the key of their text. */
const keys = {
  thinking: "thinking",
  "unknown:thinking": "thinking",
  "reasoning.text": "text",
  "reasoning.summary": "summary"
} as const

const isKind = (type: unknown): type is keyof typeof keys => typeof type === "string" && Object.hasOwn(keys, type)
