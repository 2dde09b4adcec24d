import type * as Response from "effect/ai/Response"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import { toJsonObject } from "../json/toJson.ts"

/** A part that stands for a piece of content that is no text. */
export type Attachment =
  | Response.DocumentSourcePartEncoded
  | Response.UrlSourcePartEncoded
  | Response.FilePartEncoded

/** A piece of content with any keys. */
export type Piece = { readonly type?: unknown; readonly [key: string]: unknown }

/** The sources of a reference, one for each of its ids. The ids are all that a server says of them. */
export const referenceSources = (ids: ReadonlyArray<string | number>): ReadonlyArray<Attachment> =>
  ids.map((referenceId) => ({
    type: "source",
    sourceType: "document",
    id: `${referenceId}`,
    mediaType: "text/plain",
    title: `${referenceId}`,
    metadata: { mistral: { referenceId } }
  }))

/** The source of a page that a built-in tool read. `undefined` if it has no URL that parses. */
export const pageSource = (piece: Piece): Attachment | undefined => {
  const { title, tool, url } = piece
  return typeof url === "string" && URL.canParse(url)
    ? {
      type: "source",
      sourceType: "url",
      id: url,
      url,
      title: typeof title === "string" && title !== "" ? title : typeof tool === "string" && tool !== "" ? tool : url,
      metadata: { mistral: { piece: toJsonObject(piece) } }
    }
    : undefined
}

/** The file in a `data:` URL. `undefined` if it is another URL or its data is not valid. */
export const fileOfDataUrl = (url: unknown): Attachment | undefined => {
  const [, type = "", isBase64, text = ""] = typeof url === "string"
    ? /^data:([^,]*?)(;\s*base64)?\s*,(.*)$/is.exec(url) ?? []
    : []
  const bytes = isBase64 === undefined ? percentDecoded(text) : Result.getOrUndefined(Base64.decode(text.trim()))
  return bytes === undefined || bytes.length === 0
    ? undefined
    : { type: "file", mediaType: type.split(";")[0]!.trim() || "text/plain", data: Base64.encode(bytes) }
}

const percentDecoded = (text: string): Uint8Array | undefined => {
  try {
    return new TextEncoder().encode(decodeURIComponent(text))
  } catch {
    return undefined
  }
}
