import type { Cost, Counts, Outcome } from "../../LedgerModel.ts"

/** What outcomes add to the counts of a batch. */
export type Tally = Omit<Counts, "items" | "identical">

/** What an outcome adds that is the first one of its item. */
export const tally = (outcome: Outcome): Tally => {
  const { charged = nothing } = outcome
  return {
    answered: outcome.failed ? 0 : 1,
    failed: outcome.failed ? 1 : 0,
    asked: outcome.asked - charged.asked,
    perhapsPaidTwice: outcome.doubtful - charged.doubtful,
    promptTokens: outcome.promptTokens - charged.promptTokens,
    completionTokens: outcome.completionTokens - charged.completionTokens
  }
}

const nothing: Cost = { asked: 0, doubtful: 0, promptTokens: 0, completionTokens: 0 }

export const add = (tallies: ReadonlyArray<Tally>): Tally => {
  let [answered, failed, asked, perhapsPaidTwice, promptTokens, completionTokens] = [0, 0, 0, 0, 0, 0]
  for (const one of tallies) {
    answered += one.answered
    failed += one.failed
    asked += one.asked
    perhapsPaidTwice += one.perhapsPaidTwice
    promptTokens += one.promptTokens
    completionTokens += one.completionTokens
  }
  return { answered, failed, asked, perhapsPaidTwice, promptTokens, completionTokens }
}
