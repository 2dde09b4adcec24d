import { assert, describe, it } from "@effect/vitest"
import { patternFor } from "../../src/internal/json/patternMatch.ts"
import { NoAnswer, WorkBudget } from "../../src/internal/json/workBudget.ts"

const patterns = [
  "^[A-Z]{3}-\\d{4}$",
  "a|bc|",
  "^(?:a|ab)(?:c|bcd)$",
  "^(a*)*b$",
  "^(?=.*\\d)(?=.*[a-z])\\w{4,}$",
  "^(?!ab).+$",
  "(?<=a)b",
  "(?<!a)b$",
  "\\bab\\b",
  "a\\B.",
  "^\\p{Lu}\\p{Ll}*$",
  "^[^a-c\\]]+$",
  "^a{2,3}?$",
  "^.{2}$",
  "^(?<first>a)b?$",
  "\\u0061\\x62",
  "^$",
  "^[\\s\\S]*$",
  "x{0}y"
]

const texts = [
  "",
  "a",
  "b",
  "ab",
  "abc",
  "abcd",
  "aab",
  "aaa",
  "aaaa",
  "ABC-1234",
  "ABC-123",
  "ab ab",
  "Éa",
  "Ab",
  "a1b2",
  "🙂",
  "🙂🙂",
  "a\nb",
  "d]",
  "xy",
  "y",
  "cb"
]

describe("patterns of JSON Schemas", () => {
  it("match what JavaScript's own regular expressions match", () => {
    const budget = new WorkBudget()
    for (const pattern of patterns) {
      const own = new RegExp(pattern, "u")
      for (const text of texts) {
        assert.strictEqual(patternFor(pattern, budget).matches(text), own.test(text), `${pattern} and ${text}`)
      }
    }
  })

  it("may escape what JavaScript need not escape, and may name groups as Python does", () => {
    const budget = new WorkBudget()
    assert.isTrue(patternFor("^\\d{3}\\-\\d{2}$", budget).matches("123-45"))
    assert.isTrue(patternFor("^(?P<year>\\d{4})$", budget).matches("2026"))
  })

  it("take steps in proportion to the text where other engines take exponential time", () => {
    for (const pattern of ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(a*)*$", "(.*.*)*x"]) {
      assert.isFalse(patternFor(pattern, new WorkBudget(10_000)).matches(`${"a".repeat(200)}!`), pattern)
    }
  })

  it("are refused where they refer back, are not valid, or would be too large", () => {
    for (
      const pattern of ["(a)\\1", "(?<x>a)\\k<x>", "[", "a)", "(", "*", "(?i:a)", "(a{1000}){1000}", "(".repeat(5000)]
    ) assert.throws(() => patternFor(pattern, new WorkBudget()), NoAnswer, undefined, pattern)
  })

  it("end with an error, not with a hang, where lookarounds multiply", () => {
    const budget = new WorkBudget()
    assert.throws(() => patternFor("(?<=(?:.*)*x)".repeat(50), budget).matches("a".repeat(5000)), NoAnswer)
  })
})
