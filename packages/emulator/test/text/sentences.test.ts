import { assert, describe, it } from "@effect/vitest"
import { makeRandom } from "../../src/internal/random/random.ts"
import { paragraph, sentence, topics } from "../../src/internal/text/sentences.ts"

describe("the topics of a text", () => {
  it("are its words of four letters or more, without the common ones, each once and at most eight", () => {
    assert.deepStrictEqual(topics("Please tell me about fog and glaciers, glaciers in Norway"), ["glaciers", "Norway"])
    assert.lengthOf(topics("alpha bravo charlie delta echoes foxtrot golfer hotel india juliet"), 8)
    assert.deepStrictEqual(topics("Hi!"), [])
  })
})

describe("a generated paragraph", () => {
  it("speaks of its topics and leaves no gap", () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = paragraph(makeRandom(String(seed)), ["glaciers", "Norway"], undefined)
      assert.match(text, /glaciers|Norway/)
      assert.notMatch(text, /[{}]/)
      assert.notMatch(sentence(makeRandom(String(seed)), []), /[{}]/)
    }
  })

  it("begins with the result of a tool, of which it repeats at most 200 characters", () => {
    const random = () => makeRandom("tool")
    assert.isTrue(paragraph(random(), [], "12 degrees").startsWith("The tool answered 12 degrees. "))
    assert.isTrue(paragraph(random(), [], "é".repeat(300)).startsWith(`The tool answered ${"é".repeat(200)}. `))
    assert.isFalse(paragraph(random(), [], "").startsWith("The tool"))
  })
})
