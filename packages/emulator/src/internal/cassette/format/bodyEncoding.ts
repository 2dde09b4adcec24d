import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Body } from "./cassetteFormat.ts"

const encoder = new TextEncoder()
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Decodes UTF-8, or gives `undefined` if the bytes are not UTF-8. */
const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Parses JSON, or gives `undefined` if the text is not JSON. */
export const parseJson = (text: string): { readonly value: Schema.Json } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Encodes bytes as text if they are UTF-8, otherwise as base64. */
export const textOrBytes = (
  bytes: Uint8Array
): { readonly text: string } | { readonly base64: string } => {
  const text = textOf(bytes)
  return text === undefined ? { base64: Base64.encode(bytes) } : { text }
}

/** Encodes a request's body for comparison: JSON becomes its value, whatever its whitespace. */
export const comparable = (bytes: Uint8Array): Body | undefined => {
  if (bytes.length === 0) return undefined
  const body = textOrBytes(bytes)
  const parsed = "text" in body ? parseJson(body.text) : undefined
  return parsed === undefined ? body : { json: parsed.value }
}

/** Encodes a response's body for replay: JSON becomes its value only if `JSON.stringify` gives the same bytes. */
export const exact = (bytes: Uint8Array): Body | undefined => {
  if (bytes.length === 0) return undefined
  const body = textOrBytes(bytes)
  const parsed = "text" in body ? parseJson(body.text) : undefined
  return parsed !== undefined && "text" in body && JSON.stringify(parsed.value) === body.text
    ? { json: parsed.value }
    : body
}

/** Decodes a body or a piece to its bytes. */
export const bytesOf = (body: Body): Uint8Array =>
  "json" in body
    ? encoder.encode(JSON.stringify(body.json))
    : "text" in body
    ? encoder.encode(body.text)
    : Result.getOrThrow(Base64.decode(body.base64))
