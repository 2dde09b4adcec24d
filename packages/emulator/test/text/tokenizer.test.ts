import { assert, describe, it } from "@effect/vitest"
import { makeRandom } from "../../src/internal/random/random.ts"
import { countTokens, tokenize } from "../../src/internal/text/tokenizer.ts"

const characters = [
  " ",
  " ",
  "a",
  "b",
  "9",
  "é",
  "\u0301",
  ".",
  "-",
  "\n",
  "\t",
  "\u00a0",
  "🙂",
  "漢",
  "\ud800",
  "𝒳"
] as const

describe("tokens", () => {
  it("are counted as they are split, and are the text when joined", () => {
    const random = makeRandom("tokens")
    for (let at = 0; at < 5000; at++) {
      const text = Array.from({ length: random.int(0, 20) }, () => random.pick(characters)).join("")
      assert.strictEqual(countTokens(text), tokenize(text).length, JSON.stringify(text))
      assert.strictEqual(tokenize(text).join(""), text)
    }
  })
})
