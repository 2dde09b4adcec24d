import { assert, describe, it } from "@effect/vitest"
import { makeRandom } from "../../src/internal/random/random.ts"
import { firstOccurrence } from "../../src/internal/text/firstOccurrence.ts"

describe("the first occurrence of some texts", () => {
  it("is where the first of them begins", () => {
    const random = makeRandom("occurrences")
    const text = (most: number) =>
      Array.from({ length: random.int(0, most) }, () => random.pick(["a", "b", "c"])).join("")
    for (let at = 0; at < 5000; at++) {
      const whole = text(30)
      const from = random.int(0, 5)
      const texts = Array.from({ length: random.int(0, 4) }, () => text(5))
      const found = texts.filter((one) => one !== "").map((one) => whole.indexOf(one, from)).filter((at) => at >= 0)
      const first = found.length === 0 ? undefined : Math.min(...found)
      assert.strictEqual(firstOccurrence(whole, texts, from), first, JSON.stringify([whole, texts, from]))
    }
  })
})
