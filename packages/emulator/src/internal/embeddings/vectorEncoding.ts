import type * as Embedding from "@effect-mistral/core/Embedding"
import * as Base64 from "effect/encoding/Base64"

type Dtype = NonNullable<Embedding.Request["output_dtype"]>

const bounded = (value: number, minimum: number, maximum: number): number =>
  Math.max(minimum, Math.min(maximum, Math.round(value)))

/** Integers from -127 to 127; the largest component of a vector becomes one of the two. */
const toBytes = (vector: ReadonlyArray<number>): ReadonlyArray<number> => {
  // A script may give a vector of zeros.
  const largest = vector.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1
  return vector.map((one) => bounded(one / largest * 127, -127, 127))
}

/** One bit per dimension, set for positive values; eight bits per number, the first bit is the most significant. */
const toBits = (vector: ReadonlyArray<number>): ReadonlyArray<number> =>
  Array.from(
    { length: vector.length / 8 },
    (_, at) => vector.slice(at * 8, at * 8 + 8).reduce((byte, one) => byte * 2 + (one > 0 ? 1 : 0), 0)
  )

/** Converts a unit vector to the numbers of a data type. */
export const quantized = (vector: ReadonlyArray<number>, dtype: Dtype): ReadonlyArray<number> => {
  switch (dtype) {
    case "float":
      // Rounded to 32 bits, so that both encodings give the same values.
      return vector.map(Math.fround)
    case "int8":
      return toBytes(vector)
    case "uint8":
      return toBytes(vector).map((one) => one + 128)
    case "ubinary":
      return toBits(vector)
    case "binary":
      return toBits(vector).map((one) => one - 128)
  }
}

/** Encodes numbers as base64: 32-bit little-endian floats, or one byte per number. */
export const base64 = (numbers: ReadonlyArray<number>, dtype: Dtype): string => {
  if (dtype !== "float") return Base64.encode(Uint8Array.from(numbers, (one) => one & 255))
  const bytes = new DataView(new ArrayBuffer(numbers.length * 4))
  numbers.forEach((one, at) => bytes.setFloat32(at * 4, one, true))
  return Base64.encode(new Uint8Array(bytes.buffer))
}
