import { assert, describe, it } from "@effect/vitest"
import { tokensOf } from "../../src/internal/observability/telemetry/expressionToken.ts"

const kinds = (expression: string) => {
  const tokens = tokensOf(expression)
  return typeof tokens === "number" ? tokens : tokens.map(({ at, kind, value }) => [kind, value, at])
}

describe("the tokens of a search expression", () => {
  it("are words, texts without their quotes, numbers and marks, each with its position", () =>
    assert.deepStrictEqual(kinds(" a.b >= -1.5e3 AND x['it''s'] <> ''"), [
      ["word", "a.b", 1],
      ["mark", ">=", 5],
      ["number", "-1.5e3", 8],
      ["word", "AND", 15],
      ["word", "x", 19],
      ["mark", "[", 20],
      ["text", "it's", 21],
      ["mark", "]", 28],
      ["mark", "<>", 30],
      ["text", "", 33],
      ["end", "", 35]
    ]))

  it("end at the first character that begins none", () => {
    assert.strictEqual(kinds("a = ;"), 4)
    assert.strictEqual(kinds("a = 'open"), 4)
    assert.strictEqual(kinds("\"a\""), 0)
  })
})
