import { assert, describe, it } from "@effect/vitest"
import { firstError, isTooDeep } from "../../src/internal/json/jsonSyntax.ts"

describe("the first syntax error of a JSON text", () => {
  const found = (text: string): string => {
    assert.throws(() => JSON.parse(text))
    const { at, error } = firstError(text)
    return `${error} at ${at}`
  }

  it("is a missing value", () =>
    assert.deepStrictEqual(
      ["", "  ?", "[1,]", "{\"a\": }"].map(found),
      [0, 2, 3, 6].map((at) => `Expecting value at ${at}`)
    ))

  it("is a missing key", () => {
    const expected = "Expecting property name enclosed in double quotes"
    assert.deepStrictEqual(["{", "{\"a\": 1,}"].map(found), [`${expected} at 1`, `${expected} at 8`])
  })

  it("is a missing colon or comma", () => {
    assert.strictEqual(found("{\"a\" 1}"), "Expecting ':' delimiter at 5")
    assert.deepStrictEqual(["[1 2]", "[1, 2}"].map(found), [3, 5].map((at) => `Expecting ',' delimiter at ${at}`))
  })

  it("is a string that does not end or has an unknown escape", () => {
    assert.strictEqual(found("\"open"), "Unterminated string or invalid escape at 0")
    assert.strictEqual(found("[\"\\x\"]"), "Unterminated string or invalid escape at 1")
  })

  it("is text after the value", () => {
    assert.strictEqual(found("1 2"), "Extra data at 2")
    assert.strictEqual(found("01"), "Extra data at 1")
  })

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
