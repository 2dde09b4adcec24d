import { assert, describe, it } from "@effect/vitest"
import { canonicalJson } from "../../src/internal/json/canonicalJson.ts"

describe("canonical JSON", () => {
  it("has the keys of every object in one order, and leaves lists in theirs", () => {
    assert.strictEqual(
      canonicalJson({ b: [2, 1], a: { d: null, c: "x" } }),
      "{\"a\":{\"c\":\"x\",\"d\":null},\"b\":[2,1]}"
    )
    assert.strictEqual(canonicalJson({ b: 1, a: 2 }), canonicalJson({ a: 2, b: 1 }))
    assert.notStrictEqual(canonicalJson([1, 2]), canonicalJson([2, 1]))
  })

  it("has no keys without a value, and null where a list has none", () => {
    assert.strictEqual(canonicalJson({ a: undefined, b: 1 }), "{\"b\":1}")
    assert.strictEqual(canonicalJson([undefined]), "[null]")
    assert.strictEqual(canonicalJson(undefined), "null")
  })
})
