import type * as Content from "../../Content.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import { toInputAudio } from "./audio.ts"

/** A piece of content in the form of OpenAI's API, or the reason why it has none there. */
type Piece = { readonly piece: unknown } | { readonly refused: string }

/** Converts a piece of content of a message to the form of OpenAI's API. A piece of an unknown kind is not changed. */
const toPiece = (piece: Content.Content): Piece => {
  switch (piece.type) {
    case "image_url":
      return { piece: { type: "image_url", image_url: toImage(piece.image_url) } }
    case "input_audio": {
      // A key of the client's own may have replaced the messages, with recordings that are in OpenAI's form already.
      const { input_audio: recording }: { readonly input_audio: unknown } = piece
      if (typeof recording !== "string") return { piece }
      const audio = toInputAudio(recording)
      return audio === undefined
        ? { refused: "Expected a recording as base64, in a known format such as WAV or MP3" }
        : { piece: { type: "input_audio", input_audio: audio } }
    }
    case "document_url":
      return /^\s*data:/i.test(piece.document_url)
        ? {
          piece: {
            type: "file",
            file: { filename: piece.document_name ?? "document", file_data: piece.document_url.trim() }
          }
        }
        : { refused: "Expected a document as a data: URL, because an OpenAI-compatible server takes no other" }
    case "file":
      return { piece: { type: "file", file: { file_id: piece.file_id } } }
    case "reference":
    case "thinking":
      return { refused: `An OpenAI-compatible server does not take a piece of the type ${piece.type} here` }
    default:
      return { piece }
  }
}

const toImage = (image: Content.ImageUrl["image_url"]): unknown =>
  typeof image === "string" ? { url: image } : withoutNulls(image)

/** The text of a model's thinking, without the references in it. */
export const thinkingText = (thinking: Content.Thinking): string =>
  thinking.thinking.map((piece) => piece.type === "text" ? piece.text : "").join("")

/** An object without the keys that are `null`. */
export const withoutNulls = (value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null))

/**
 * Converts the pieces of a message, and collects an issue for each that has no form in OpenAI's API. `special` gives the
 * pieces in place of one where a message of its role has another form for it.
 */
export const toPieces = (
  pieces: ReadonlyArray<Content.Content>,
  path: Issue["path"],
  issues: Array<Issue>,
  special: (piece: Content.Content) => ReadonlyArray<unknown> | undefined = () => undefined
): ReadonlyArray<unknown> =>
  pieces.flatMap((piece, at) => {
    const replacement = special(piece)
    if (replacement !== undefined) return replacement
    const converted = toPiece(piece)
    if ("piece" in converted) return [converted.piece]
    issues.push({ path: [...path, at], message: converted.refused })
    return []
  })
