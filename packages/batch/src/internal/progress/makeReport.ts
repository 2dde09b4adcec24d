import type * as Ledger from "../../Ledger.ts"
import { costOf } from "../work/pauseReason.ts"
import type { Report, Usage } from "./progress.ts"

/** The report of a batch. */
export const makeReport = (batch: Ledger.Batch): Report => {
  const { answered, completionTokens, failed, identical, items, promptTokens, settings: { rates } } = batch
  const unique = items - identical
  const done = answered + failed
  /** What so many requests use, where `of` requests used all tokens so far. */
  const byMean = (requests: number, of: number): Usage | undefined => {
    if (of === 0) return undefined
    const prompt = Math.round(promptTokens * requests / of)
    const completion = Math.round(completionTokens * requests / of)
    const used = { promptTokens: prompt, completionTokens: completion }
    return { ...used, cost: rates && costOf(used, rates) }
  }
  return {
    id: batch.id,
    name: batch.fingerprint.name,
    state: batch.state,
    reason: batch.reason,
    run: batch.run,
    loaded: batch.loaded,
    createdAt: batch.createdAt,
    endedAt: batch.endedAt,
    items,
    identical,
    answered,
    failed,
    asked: batch.asked,
    perhapsPaidTwice: batch.perhapsPaidTwice,
    promptTokens,
    completionTokens,
    open: unique - done,
    share: unique > 0 ? done / unique : batch.state === "completed" ? 1 : 0,
    cost: rates && costOf(batch, rates),
    // An item that is identical to a failed one would have failed as well, and cost what that one cost.
    saved: byMean(identical, done),
    // A request that was paid was answered: failures, which mostly cost nothing, would make the mean too small.
    paidTwice: byMean(batch.perhapsPaidTwice, answered)
  }
}
