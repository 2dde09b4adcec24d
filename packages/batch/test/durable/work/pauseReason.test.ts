import type { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { costOf, pauseReason } from "../../../src/internal/work/pauseReason.ts"

const batch = (changes: Partial<Ledger.Batch>): Ledger.Batch => ({
  key: 1,
  id: "a",
  fingerprint: { name: "n", version: "1", endpoint: "e", item: "i", answer: "a" },
  settings: {},
  state: "running",
  reason: null,
  run: 1,
  partSize: 10,
  parts: 10,
  loaded: true,
  createdAt: 0,
  endedAt: null,
  supervisor: null,
  supervisedAt: null,
  items: 100,
  identical: 0,
  answered: 0,
  failed: 0,
  asked: 0,
  perhapsPaidTwice: 0,
  promptTokens: 0,
  completionTokens: 0,
  ...changes
})

describe("the reason to pause a batch", () => {
  it("is none at the start, and none without a budget", () => {
    assert.isUndefined(pauseReason(batch({})))
    assert.isUndefined(pauseReason(batch({ answered: 50, promptTokens: 1e12, completionTokens: 1e12 })))
  })

  it("is a budget of tokens that is reached, over prompts and completions", () => {
    const settings = { budget: { tokens: 100 } }
    assert.isUndefined(pauseReason(batch({ settings, promptTokens: 60, completionTokens: 39 })))
    assert.strictEqual(
      pauseReason(batch({ settings, promptTokens: 60, completionTokens: 40 })),
      "the budget of 100 tokens is used up: 100 tokens were used. Resume the batch with a higher budget."
    )
    assert.isDefined(pauseReason(batch({ settings: { budget: { tokens: 0 } } })))
  })

  it("is a budget of cost that is reached, at the rates of a million tokens", () => {
    const settings = { budget: { cost: 5 }, rates: { prompt: 2, completion: 6 } }
    assert.isUndefined(pauseReason(batch({ settings, promptTokens: 1_000_000, completionTokens: 499_999 })))
    assert.strictEqual(
      pauseReason(batch({ settings, promptTokens: 1_000_000, completionTokens: 500_100 })),
      "the budget of 5 is used up: the tokens cost 5.0006. Resume the batch with a higher budget."
    )
    assert.isUndefined(pauseReason(batch({ settings: { budget: { cost: 5 } }, promptTokens: 1e12 })))
    assert.strictEqual(costOf({ promptTokens: 250_000, completionTokens: 500_000 }, settings.rates), 3.5)
  })

  it("is a share of failures that is exceeded, once so many have failed", () => {
    assert.isUndefined(pauseReason(batch({ answered: 0, failed: 19 })))
    assert.isUndefined(pauseReason(batch({ answered: 20, failed: 20 })))
    assert.include(pauseReason(batch({ answered: 19, failed: 20 })), "20 of 39 items failed")
    const settings = { pauseOnFailures: { share: 0.1, atLeast: 2 } }
    assert.isUndefined(pauseReason(batch({ settings, answered: 18, failed: 2 })))
    assert.isDefined(pauseReason(batch({ settings, answered: 17, failed: 2 })))
    assert.isDefined(pauseReason(batch({ settings: { pauseOnFailures: { share: 0, atLeast: 1 } }, failed: 1 })))
    assert.isUndefined(pauseReason(batch({ settings: { pauseOnFailures: { share: 0, atLeast: 0 } }, answered: 9 })))
    assert.isUndefined(pauseReason(batch({ settings: { pauseOnFailures: false }, failed: 99 })))
  })

  it("is none once no item is open, but items may still come while the batch is loaded", () => {
    const settings = { budget: { tokens: 10 } }
    const done = { settings, items: 10, answered: 3, failed: 3, identical: 4, promptTokens: 10 }
    assert.isUndefined(pauseReason(batch(done)))
    assert.isDefined(pauseReason(batch({ ...done, loaded: false })))
    assert.isDefined(pauseReason(batch({ ...done, answered: 2 })))
  })
})
