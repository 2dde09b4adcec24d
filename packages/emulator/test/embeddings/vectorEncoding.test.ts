import { assert, describe, it } from "@effect/vitest"
import { textVector } from "../../src/internal/embeddings/textVector.ts"
import { base64, quantized } from "../../src/internal/embeddings/vectorEncoding.ts"

const vector = [0.5, -1, 0.25, 0, -0.5, 0.1, -0.1, 1]

const decoded = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

describe("a quantized vector", () => {
  it("has its largest component at 127 or -127, and 128 more without a sign", () => {
    assert.deepStrictEqual(quantized(vector, "int8"), [64, -127, 32, 0, -63, 13, -13, 127])
    assert.deepStrictEqual(quantized(vector, "uint8"), [192, 1, 160, 128, 65, 141, 115, 255])
  })

  it("has one bit for each positive component, the first one highest", () => {
    assert.deepStrictEqual(quantized(vector, "ubinary"), [0b10100101])
    assert.deepStrictEqual(quantized(vector, "binary"), [0b10100101 - 128])
  })

  it("is the same in base64: 32-bit floats with the lowest byte first, or bytes", () => {
    const floats = quantized(vector, "float")
    const view = new DataView(decoded(base64(floats, "float")).buffer)
    assert.deepStrictEqual(floats.map((_, at) => view.getFloat32(at * 4, true)), floats)
    assert.deepStrictEqual([...new Int8Array(decoded(base64([64, -127], "int8")).buffer)], [64, -127])
  })
})

describe("a text's vector", () => {
  const dot = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
    a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0)
  const of = (text: string) => textVector(text, 256, 0)

  it("is a unit vector, for an empty text too", () => {
    for (const text of ["", "rain", "The rain in Spain"]) assert.closeTo(dot(of(text), of(text)), 1, 1e-9)
  })

  it("is near to that of a text with the same words, and far from that of others", () => {
    assert.isAbove(dot(of("rain in Spain"), of("Spain in rain")), 0.95)
    assert.isAbove(dot(of("raining"), of("rain")), dot(of("raining"), of("snow")) + 0.2)
    assert.isBelow(Math.abs(dot(of("car"), of("automobile"))), 0.3)
  })
})
