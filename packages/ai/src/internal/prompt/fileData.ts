import type * as Prompt from "effect/ai/Prompt"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import { plainMediaType } from "./mediaType.ts"

/** The data of a file: an address, a `data:` URL, or bytes as base64. */
export type FileData =
  | { readonly _tag: "Url"; readonly url: string }
  | { readonly _tag: "DataUrl"; readonly url: string }
  | { readonly _tag: "Bytes"; readonly base64: string }

/** Returns the data of a file. A text is a URL if it begins with a scheme, which base64 cannot, and else base64. */
export const fileData = (data: Prompt.FilePart["data"]): FileData => {
  if (data instanceof Uint8Array) return { _tag: "Bytes", base64: Base64.encode(data) }
  const text = (typeof data === "string" ? data : data.href).trim()
  return /^data:/i.test(text)
    ? { _tag: "DataUrl", url: text }
    : /^[a-z][a-z\d+.-]*:/i.test(text)
    ? { _tag: "Url", url: text }
    : { _tag: "Bytes", base64: plainBase64(text) }
}

/** Returns the address of a file, which is a `data:` URL for one whose bytes the prompt has. */
export const fileUrl = (data: FileData, mediaType: string): string =>
  data._tag === "Bytes"
    ? `data:${mediaTypeOfBytes(plainMediaType(mediaType))};base64,${data.base64}`
    : data.url

/** Returns the bytes of a file as base64. */
export const fileBase64 = (data: Exclude<FileData, { readonly _tag: "Url" }>): string =>
  data._tag === "Bytes" ? data.base64 : base64OfUrl(data.url)

/** Returns the text of bytes, or `undefined` if they are no base64. */
export const decodedText = (base64: string): string | undefined =>
  Result.getOrUndefined(Result.map(Base64.decode(base64), (bytes) => new TextDecoder().decode(bytes)))

/** The type of an image about which only that is known. Servers look at the bytes, but want some type. */
const mediaTypeOfBytes = (type: string): string => type === "image/*" ? "image/jpeg" : type

/** Returns the bytes of a `data:` URL. Without `;base64`, it has them as text with escaped characters. */
const base64OfUrl = (url: string): string => {
  const comma = url.indexOf(",")
  const content = url.slice(comma + 1)
  return /;\s*base64\s*$/i.test(url.slice(0, comma))
    ? plainBase64(content.includes("%") ? unescaped(content) : content)
    : Base64.encode(unescaped(content))
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Returns base64 in the usual alphabet, with padding and without line breaks. */
const plainBase64 = (text: string): string => {
  const base64 = text.replace(/\s+/g, "").replace(/-/g, "+").replace(/_/g, "/")
  return base64.includes("=") ? base64 : base64 + "=".repeat((4 - base64.length % 4) % 4)
}
