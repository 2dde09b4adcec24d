import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Body } from "./cassetteFormat.ts"

const encoder = new TextEncoder()
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of bytes, `undefined` if they are not UTF-8. */
const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** The value of a text that is JSON. */
export const parseJson = (text: string): { readonly value: Schema.Json } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Bytes as a text where they are one, else as base64. */
export const textOrBytes = (
  bytes: Uint8Array
): { readonly text: string } | { readonly base64: string } => {
  const text = textOf(bytes)
  return text === undefined ? { base64: Base64.encode(bytes) } : { text }
}

/** A body to be comparedRequest: JSON as its value, however it was written. */
export const comparable = (bytes: Uint8Array): Body | undefined => {
  if (bytes.length === 0) return undefined
  const body = textOrBytes(bytes)
  const parsed = "text" in body ? parseJson(body.text) : undefined
  return parsed === undefined ? body : { json: parsed.value }
}

/** A body to be sent again: JSON as its value only if writing the value gives the same bytes. */
export const exact = (bytes: Uint8Array): Body | undefined => {
  if (bytes.length === 0) return undefined
  const body = textOrBytes(bytes)
  const parsed = "text" in body ? parseJson(body.text) : undefined
  return parsed !== undefined && "text" in body && JSON.stringify(parsed.value) === body.text
    ? { json: parsed.value }
    : body
}

/** The bytes of a body or of a piece. */
export const bytesOf = (body: Body): Uint8Array =>
  "json" in body
    ? encoder.encode(JSON.stringify(body.json))
    : "text" in body
    ? encoder.encode(body.text)
    : Result.getOrThrow(Base64.decode(body.base64))
