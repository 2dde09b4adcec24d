import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

/** The text of a base64 body, in the standard or the URL-safe alphabet, with or without padding. */
export const base64Pattern = /^(?:[\w+/-]{4})*(?:[\w+/-]{2,3})?={0,2}$/

/** Reads the numbers of a base64 body: little-endian floats of 32 bits, or one byte for each number. */
export const decodeVector = (text: string, dtype: string): ReadonlyArray<number> => {
  const digits = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/")
  const bytes = Result.getOrThrow(Base64.decode(digits.padEnd(Math.ceil(digits.length / 4) * 4, "=")))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (dtype) {
    case "int8":
    case "binary":
      return Array.from(bytes, (_, at) => view.getInt8(at))
    case "uint8":
    case "ubinary":
      return Array.from(bytes)
    default:
      return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => view.getFloat32(at * 4, true))
  }
}
