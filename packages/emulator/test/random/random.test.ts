import { assert, describe, it } from "@effect/vitest"
import { responseFingerprint, wordsFingerprint } from "../../src/internal/random/fingerprint.ts"
import { hexadecimal, makeRandom } from "../../src/internal/random/random.ts"

describe("random numbers", () => {
  const draw = (seed: string) => {
    const random = makeRandom(seed)
    return Array.from({ length: 1000 }, () => random.next())
  }

  it("are the same for the same seed, and others for another", () => {
    assert.deepStrictEqual(draw("a"), draw("a"))
    assert.notDeepEqual(draw("a"), draw("b"))
  })

  it("are spread over the whole range from 0 to 1, 1 not included", () => {
    const numbers = draw("spread")
    assert.isTrue(numbers.every((one) => one >= 0 && one < 1))
    const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length
    assert.closeTo(mean, 0.5, 0.05)
    assert.strictEqual(new Set(numbers.map((one) => Math.floor(one * 10))).size, 10)
  })

  it("as integers include both bounds, and pick every member", () => {
    const random = makeRandom("bounds")
    const drawn = Array.from({ length: 200 }, () => random.int(2, 4))
    assert.deepStrictEqual([...new Set(drawn)].sort(), [2, 3, 4])
    const picked = Array.from({ length: 200 }, () => random.pick(["a", "b", "c"]))
    assert.deepStrictEqual([...new Set(picked)].sort(), ["a", "b", "c"])
  })
})

describe("a hash", () => {
  it("has 32 hexadecimal digits, the same for the same text only", () => {
    assert.match(hexadecimal(""), /^[0-9a-f]{32}$/)
    assert.strictEqual(hexadecimal("a"), hexadecimal("a"))
    assert.strictEqual(new Set(Array.from({ length: 1000 }, (_, at) => hexadecimal(`text ${at}`))).size, 1000)
  })
})

describe("a fingerprint", () => {
  const request = { model: "m", messages: [{ role: "user", content: "Hi" }] }

  it("is the same whole and streamed, whatever the order of keys", () => {
    const other = { stream: true, messages: [{ content: "Hi", role: "user" }], model: "m" }
    assert.strictEqual(responseFingerprint(request, 1), responseFingerprint(other, 1))
    assert.notStrictEqual(responseFingerprint(request, 1), responseFingerprint(request, 2))
  })

  it("of the words does not depend on what truncates, extends or counts the completion", () => {
    for (const more of [{ max_tokens: 3 }, { min_tokens: 3 }, { stop: "." }, { n: 2 }]) {
      assert.strictEqual(wordsFingerprint({ ...request, ...more }, 1), wordsFingerprint(request, 1))
      assert.notStrictEqual(responseFingerprint({ ...request, ...more }, 1), responseFingerprint(request, 1))
    }
    assert.notStrictEqual(wordsFingerprint({ ...request, temperature: 0 }, 1), wordsFingerprint(request, 1))
  })
})
