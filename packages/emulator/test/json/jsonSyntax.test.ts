import { assert, describe, it } from "@effect/vitest"
import { firstError, isTooDeep } from "../../src/internal/json/jsonSyntax.ts"

describe("the first syntax error of a JSON text", () => {
  for (
    const [text, at, error] of [
      ["", 0, "Expecting value"],
      ["  ?", 2, "Expecting value"],
      ["{", 1, "Expecting property name enclosed in double quotes"],
      ["{\"a\" 1}", 5, "Expecting ':' delimiter"],
      ["{\"a\": }", 6, "Expecting value"],
      ["{\"a\": 1 \"b\": 2}", 8, "Unterminated string or invalid escape"],
      ["[1 2]", 3, "Expecting ',' delimiter"],
      ["[1, 2}", 5, "Expecting ',' delimiter"],
      ["[1,]", 3, "Expecting value"],
      ["{\"a\": 1,}", 8, "Expecting property name enclosed in double quotes"],
      ["\"open", 0, "Unterminated string or invalid escape"],
      ["\"\\x\"", 0, "Unterminated string or invalid escape"],
      ["1 2", 2, "Extra data"],
      ["01", 1, "Extra data"]
    ] as const
  ) {
    it(`is found in ${JSON.stringify(text)}`, () => {
      assert.throws(() => JSON.parse(text))
      assert.deepStrictEqual(firstError(text), { at, error })
    })
  }

  it("is found after more white space than one token may have", () =>
    assert.deepStrictEqual(firstError(`[1,${" ".repeat(100)}x]`), { at: 103, error: "Expecting value" }))
})

describe("the nesting of a text", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

  it("is too deep from 1,001 levels on", () => {
    assert.isFalse(isTooDeep(nested(1000)))
    assert.isTrue(isTooDeep(nested(1001)))
    assert.isTrue(isTooDeep(`  ${"{\"a\":[".repeat(501)}`))
  })

  it("does not count brackets inside strings, after escaped quotes too, or in other texts", () => {
    assert.isFalse(isTooDeep(`["${"[".repeat(2000)}"]`))
    assert.isFalse(isTooDeep(`["\\"${"[".repeat(2000)}"]`))
    assert.isFalse(isTooDeep(`a${"[".repeat(2000)}`))
  })

  it("counts the levels that are open at once, not those that were", () =>
    assert.isFalse(isTooDeep(`[${Array.from({ length: 2000 }, () => "[]").join(",")}]`)))
})
