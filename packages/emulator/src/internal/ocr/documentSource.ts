import type * as OcrDocument from "@effect-mistral/core/OcrDocument"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import { badRequest, detail, type ErrorResponse } from "../http/errorResponse.ts"
import { hexadecimal } from "../random/random.ts"

/** The document of a request, as far as the emulator reads it: texts are read, all others are made up. */
export interface DocumentSource {
  readonly kind: "text" | "image" | "document"
  /** The same for the same document. */
  readonly key: string
  /** The words that a made-up document is about. */
  readonly name: string
  /** The text of a text. */
  readonly text: string
  /** The size in bytes; `null` where it is not known, as for a URL. */
  readonly size: number | null
}

/** Reads the document of a request. `file` has the bytes of an uploaded file; `undefined` if there is no such file. */
export const documentSource = (
  document: OcrDocument.Document,
  file: Uint8Array | undefined
): DocumentSource | ErrorResponse => {
  switch (document.type) {
    case "file":
      return file === undefined ? noFile(document.file_id) : ofBytes(file, mediaTypeOf(file), "document")
    case "document_url":
      return ofUrl(document.document_url, "document", document.document_name ?? undefined)
    case "image_url":
      return ofUrl(typeof document.image_url === "string" ? document.image_url : document.image_url.url, "image")
  }
}

/** Status and sentence are a guess in the form of the API's other errors. */
const noFile = (id: string): ErrorResponse =>
  badRequest({ message: `File not found: ${id}`, type: "invalid_request_error", param: "document", status: 404 })

const invalidPdf = badRequest({
  message: "Document is not a valid PDF.",
  type: "document_parser_invalid_file",
  code: "3740",
  raw: true
})

/** The API's response to a URL that it does not take. The sentence for images is a guess. */
const invalidUrl = (url: string, kind: "document" | "image"): ErrorResponse => {
  const [name, family] = kind === "document" ? ["Document", "application"] : ["Image", "image"]
  return detail(422, [{
    type: "value_error",
    loc: ["body"],
    msg:
      `Value error, ${name} content must be a URL (starting with 'https') or base64 encoded ${kind} (starting with ` +
      `'data:${family}/<format>;base64,<${kind}-base64>')Received: ${
        url.length > 100 ? `${url.slice(0, 50)}...` : url
      }`,
    input: null
  }])
}

const ofUrl = (url: string, kind: "document" | "image", given?: string): DocumentSource | ErrorResponse => {
  if (!url.startsWith("data:")) {
    if (!url.startsWith("https://") || !URL.canParse(url)) return invalidUrl(url, kind)
    const { hostname, pathname } = new URL(url)
    const last = pathname.split("/").findLast((segment) => segment !== "")
    return { kind, key: url, name: wordsOf(given ?? last ?? hostname), text: "", size: null }
  }
  // The beginning is matched alone: the rest may be many megabytes.
  const head = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+-]+=[^;,]*)*;base64,/.exec(url.slice(0, 300))
  if (head === null) return invalidUrl(url, kind)
  const bytes = Base64.decode(url.slice(head[0].length))
  if (Result.isFailure(bytes)) return invalidUrl(url, kind)
  return ofBytes(bytes.success, head[1]!.toLowerCase(), kind, given)
}

const ofBytes = (
  bytes: Uint8Array,
  mediaType: string,
  kind: "document" | "image",
  given?: string
): DocumentSource | ErrorResponse => {
  if (mediaType === "application/pdf" && !startsWith(bytes, "%PDF")) return invalidPdf
  const text = /^text\/|[/+](json|xml|markdown)$/.test(mediaType) ? utf8(bytes) : undefined
  const isImage = kind === "image" || mediaType.startsWith("image/")
  return {
    kind: text === undefined ? isImage ? "image" : "document" : "text",
    key: hexadecimal(text ?? Base64.encode(bytes)),
    name: wordsOf(given ?? (isImage ? "picture" : "document")),
    text: text ?? "",
    size: bytes.length
  }
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((char, at) => bytes[at] === char.charCodeAt(0))

/** The media type of an uploaded file, by its first bytes: an image, a PDF, a text or any other. */
const mediaTypeOf = (bytes: Uint8Array): string => {
  const image = [["image/png", "\u0089PNG"], ["image/jpeg", "\u00ff\u00d8\u00ff"], ["image/gif", "GIF8"]] as const
  const known = image.find(([, magic]) => startsWith(bytes, magic))?.[0]
  if (known !== undefined) return known
  if (startsWith(bytes, "%PDF")) return "application/pdf"
  return bytes.includes(0) || utf8(bytes) === undefined ? "application/octet-stream" : "text/plain"
}

/** The words of a file name, without its extension. */
const wordsOf = (name: string): string => name.replace(/\.[a-z]\w{1,4}$/i, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim()
