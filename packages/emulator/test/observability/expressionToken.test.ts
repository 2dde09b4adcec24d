import { assert, describe, it } from "@effect/vitest"
import { tokensOf } from "../../src/internal/observability/telemetry/expressionToken.ts"

const kinds = (expression: string) => {
  const tokens = tokensOf(expression)
  return typeof tokens === "number" ? tokens : tokens.map(({ at, kind, value }) => `${at} ${kind} ${value}`.trim())
}

describe("the tokens of a search expression", () => {
  it("are words, texts without their quotes, numbers and marks, each with its position", () =>
    assert.strictEqual(
      String(kinds(" a.b >= -1.5e3 AND x['it''s'] <> ''")),
      "1 word a.b,5 mark >=,8 number -1.5e3,15 word AND,19 word x,20 mark [,21 text it's,28 mark ],30 mark <>,33 text,35 end"
    ))

  it("end at the first character that begins none", () => {
    assert.strictEqual(kinds("a = ;"), 4)
    assert.strictEqual(kinds("a = 'open"), 4)
    assert.strictEqual(kinds("\"a\""), 0)
  })
})
