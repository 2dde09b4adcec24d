import { BatchProgress } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { batch, rates } from "./batches.ts"

describe("the report of a batch", () => {
  it("has the numbers of the ledger", () => {
    const report = BatchProgress.report({ ...batch, answered: 440, failed: 10, asked: 470, reason: "budget" })
    assert.deepInclude(report, { id: "november", name: "reviews", state: "running", reason: "budget", run: 1 })
    assert.deepInclude(report, { items: 1000, identical: 100, answered: 440, failed: 10, asked: 470, loaded: true })
  })

  it("counts as open the items that are neither done nor identical to others", () => {
    assert.strictEqual(BatchProgress.report({ ...batch, answered: 440, failed: 10 }).open, 450)
  })

  it("has as share what is done of the items to be asked", () => {
    assert.strictEqual(BatchProgress.report({ ...batch, answered: 440, failed: 10 }).share, 0.5)
    assert.strictEqual(BatchProgress.report({ ...batch, answered: 900 }).share, 1)
    const empty = { ...batch, items: 0, identical: 0 }
    assert.strictEqual(BatchProgress.report(empty).share, 0)
    assert.strictEqual(BatchProgress.report({ ...empty, state: "completed" }).share, 1)
  })

  it("has the cost at the rates of the batch, which are for a million tokens", () => {
    const used = { ...batch, answered: 10, promptTokens: 2_000_000, completionTokens: 500_000 }
    assert.strictEqual(BatchProgress.report(used).cost, undefined)
    assert.closeTo(BatchProgress.report({ ...used, settings: { rates } }).cost!, 0.7, 1e-9)
  })

  it("estimates what identical items saved by the mean of all outcomes", () => {
    const used = { ...batch, answered: 40, failed: 10, promptTokens: 5000, completionTokens: 1000, settings: { rates } }
    const { saved } = BatchProgress.report(used)
    assert.deepInclude(saved, { promptTokens: 10_000, completionTokens: 2000 })
    assert.closeTo(saved!.cost!, (10_000 * 0.2 + 2000 * 0.6) / 1e6, 1e-12)
  })

  it("estimates what was perhaps paid twice by the mean of the answers", () => {
    const used = { ...batch, answered: 40, failed: 10, promptTokens: 4000, completionTokens: 800, perhapsPaidTwice: 3 }
    assert.deepStrictEqual(BatchProgress.report(used).paidTwice, {
      promptTokens: 300,
      completionTokens: 60,
      cost: undefined
    })
  })

  it("estimates nothing before there is an outcome", () => {
    const report = BatchProgress.report({ ...batch, perhapsPaidTwice: 3 })
    assert.deepInclude(report, { saved: undefined, paidTwice: undefined, perhapsPaidTwice: 3 })
  })
})
