import { BatchProgress, type Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { batch, rates } from "./batches.ts"

describe("progress as a line", () => {
  it("has the share, the counts, the time that is left, the rate, tokens and cost", () => {
    assert.strictEqual(
      line({
        items: 12_000,
        identical: 2000,
        answered: 4187,
        failed: 13,
        promptTokens: 1_000_000,
        completionTokens: 250_000,
        settings: { rates },
        perhapsPaidTwice: 3
      }, { perMinute: 1249.6, remaining: 250_000 }),
      "reviews 42.0% | 4,200 of 10,000 | 13 failed | 4m 10s left | 1,250/min | 1.3M tokens | cost 0.3500 | "
        + "2,000 identical | 3 perhaps paid twice"
    )
  })

  it("leaves out what is zero or not known", () => {
    assert.strictEqual(line({ identical: 0 }), "reviews 0.0% | 0 of 1,000")
  })

  it("has no share before all items are written", () => {
    assert.strictEqual(line({ loaded: false, identical: 0, answered: 20 }), "reviews loading | 20 of 1,000")
  })

  it("says 100 percent only when everything is done", () => {
    assert.match(line({ items: 100_000, identical: 0, answered: 99_999 }), /^reviews 99\.9% /)
    assert.match(line({ state: "completed", answered: 900 }), /^reviews 100\.0% \| 900 of 900 \| completed/)
  })

  it("says why a batch is paused, on one line", () => {
    const paused = line({ state: "paused", reason: "the server said:\n\tno\x1b[31m\r\u2028money" })
    assert.strictEqual(paused, "reviews 0.0% | 0 of 900 | paused: the server said: no [31m money | 100 identical")
    assert.include(line({ state: "paused" }), "| paused |")
  })

  it("writes times by their two largest units", () => {
    const left = (remaining: number) => line({ identical: 0 }, { remaining }).split(" | ")[2]
    assert.strictEqual(left(0), "0s left")
    assert.strictEqual(left(3001), "4s left")
    assert.strictEqual(left(59_001), "1m 0s left")
    assert.strictEqual(left(2 * 3_600_000 + 299_000), "2h 4m left")
    assert.strictEqual(left(76 * 3_600_000), "3d 4h left")
  })

  it("writes many tokens in short", () => {
    const tokens = (promptTokens: number) => line({ identical: 0, promptTokens }).split(" | ")[2]
    assert.deepStrictEqual([1, 999, 1000, 999_949, 999_950, 2_500_000_000].map(tokens), [
      "1 tokens",
      "999 tokens",
      "1.0k tokens",
      "999.9k tokens",
      "1.0M tokens",
      "2.5G tokens"
    ])
  })

  it("writes prices below one with four digits", () => {
    const cost = (prompt: number) =>
      line({ identical: 0, promptTokens: 1_000_000, settings: { rates: { prompt, completion: 0 } } }).split(" | ")[3]
    assert.deepStrictEqual([0, 0.00123, 1, 1234.567].map(cost), [
      "cost 0.00",
      "cost 0.0012",
      "cost 1.00",
      "cost 1234.57"
    ])
  })
})

const line = (change: Partial<Ledger.Batch>, progress: Partial<BatchProgress.Progress> = {}): string =>
  BatchProgress.format({
    ...BatchProgress.report({ ...batch, ...change }),
    perMinute: 0,
    tokensPerMinute: 0,
    remaining: undefined,
    ...progress
  })
