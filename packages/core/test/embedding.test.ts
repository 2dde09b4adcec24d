import { Embedding } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

describe("Embedding.vectors", () => {
  it("gives the vectors in the order of the texts, whatever the order of the data", () => {
    for (const first of [0, 1, 10]) {
      const data = [2, 0, 1].map((at) => ({ index: at + first, embedding: [at] }))
      const before = structuredClone(data)
      assert.deepStrictEqual(Embedding.vectors({ data }), [[0], [1], [2]])
      assert.deepStrictEqual(data, before)
    }
  })

  for (
    const [name, indexes] of Object.entries({
      "are absent": [undefined, undefined, undefined],
      "are null": [null, null, null],
      "are all the same": [0, 0, 0],
      "occur twice": [1, 0, 1],
      "are partly absent": [1, undefined, 0]
    })
  ) {
    it(`keeps the order of the data where the indexes ${name}`, () => {
      const data = indexes.map((index, at) => ({ embedding: [at], ...(index === undefined ? {} : { index }) }))
      assert.deepStrictEqual(Embedding.vectors({ data }), [[0], [1], [2]])
    })
  }

  it("decodes floats of 32 bits from base64", () => {
    const floats = [0, -0.5, 1.5, Math.fround(0.1), Math.fround(3e38)]
    for (const embedding of forms(Buffer.from(Float32Array.from(floats).buffer))) {
      const data = [{ index: 1, embedding }, { index: 0, embedding: [7] }]
      assert.deepStrictEqual(Embedding.vectors({ data }), [[7], floats])
      assert.deepStrictEqual(Embedding.vectors({ data }, { output_dtype: "float" }), [[7], floats])
      assert.deepStrictEqual(Embedding.vectors({ data }, {}), [[7], floats])
    }
  })

  const bytes = Buffer.from([0, 1, 127, 128, 251, 255, 62])
  for (
    const [output_dtype, numbers] of [
      ["int8", [0, 1, 127, -128, -5, -1, 62]],
      ["binary", [0, 1, 127, -128, -5, -1, 62]],
      ["uint8", [0, 1, 127, 128, 251, 255, 62]],
      ["ubinary", [0, 1, 127, 128, 251, 255, 62]]
    ] as const
  ) {
    it(`decodes ${output_dtype} from base64, by the request`, () => {
      for (const embedding of forms(bytes)) {
        const request: Embedding.Request = { model: "m", input: "a", output_dtype, encoding_format: "base64" }
        assert.deepStrictEqual(Embedding.vectors({ data: [{ embedding }] }, request), [numbers])
      }
    })
  }

  it("gives no numbers for an empty text, and no vectors for no data", () => {
    assert.deepStrictEqual(Embedding.vectors({ data: [{ embedding: "" }] }), [[]])
    assert.deepStrictEqual(Embedding.vectors({ data: [] }), [])
  })
})

describe("the schema of an embedding", () => {
  const is = Schema.is(Embedding.Embedding)

  it("accepts base64 of any length, in both alphabets and without padding", () => {
    for (let length = 0; length < 9; length++) {
      for (const embedding of forms(Buffer.alloc(length, 0xfb))) assert.isTrue(is({ embedding }), embedding)
    }
  })

  it("refuses other texts", () => {
    for (const embedding of ["A", "AAAAA", "AA A", "AAAA\n", "A===", "AAAA====", "é", "[0.5]"]) {
      assert.isFalse(is({ embedding }), JSON.stringify(embedding))
    }
  })
})

/** The bytes as base64, in the standard and in the URL-safe alphabet, with and without padding. */
const forms = (bytes: Buffer): ReadonlyArray<string> => {
  const standard = bytes.toString("base64")
  const urlSafe = standard.replaceAll("+", "-").replaceAll("/", "_")
  return [standard, standard.replace(/=+$/, ""), urlSafe, bytes.toString("base64url")]
}
