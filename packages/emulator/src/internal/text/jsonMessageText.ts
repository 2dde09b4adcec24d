import type { JsonObject } from "../json/jsonObject.ts"

/** The words of a message: its text, or those of its pieces; `null` where there is no message. */
export const jsonMessageText = (message: JsonObject | undefined): string | null => {
  if (message === undefined) return null
  const content = message["content"]
  if (typeof content === "string") return content
  return Array.isArray(content) ? content.map(pieceText).join("") : ""
}

const pieceText = (piece: unknown): string =>
  typeof piece === "object" && piece !== null && "text" in piece && typeof piece.text === "string" ? piece.text : ""
