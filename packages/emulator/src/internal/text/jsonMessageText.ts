import type { JsonObject } from "../json/jsonObject.ts"

/** The text of a message: its content, or the text of its parts; `null` without a message. */
export const jsonMessageText = (message: JsonObject | undefined): string | null => {
  if (message === undefined) return null
  const content = message["content"]
  if (typeof content === "string") return content
  return Array.isArray(content) ? content.map(pieceText).join("") : ""
}

const pieceText = (piece: unknown): string =>
  typeof piece === "object" && piece !== null && "text" in piece && typeof piece.text === "string" ? piece.text : ""
