import * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"
import { type MemoryBatch, type MemoryTables, partKey, partOfClaim, workerOf } from "./memoryTables.ts"
import { tally } from "./outcomeTally.ts"

/** The operation that writes outcomes. */
export const memoryCommits = (tables: MemoryTables): Pick<Ledger.Service, "commit"> => ({
  commit: (worker, outcomes) =>
    Effect.suspend(() => {
      const problem = misplaced(tables, outcomes)
      return problem === undefined ? Effect.sync(() => commit(tables, worker, outcomes)) : Effect.fail(problem)
    })
})

const commit = (
  tables: MemoryTables,
  worker: string,
  outcomes: ReadonlyArray<Ledger.Outcome>
): Ledger.Committed => {
  const { claims } = workerOf(tables, worker)
  const lost = new Map<string, Ledger.Committed["lost"][number]>()
  const lose = ({ claim, key, part }: Ledger.Committed["lost"][number]) =>
    lost.set(`${partKey({ key, part })}/${claim}`, { key, part, claim })
  for (const claim of claims.values()) {
    if (partOfClaim(tables, claim) === undefined) lose(claim)
  }
  for (const outcome of outcomes) {
    if (partOfClaim(tables, outcome) === undefined) lose(outcome)
  }

  const keys = new Set([...outcomes, ...claims.values()].map(({ key }) => key))
  const batches: Array<Ledger.Batch> = []
  for (const key of keys) {
    const batch = tables.batches.get(key)
    // The batch was removed, and its outcomes go with it.
    if (batch === undefined) continue
    write(batch, outcomes.filter((outcome) => outcome.key === key))
    batches.push(batch.row)
  }
  return { batches, lost: [...lost.values()] }
}

/** Finds an outcome that belongs to no item. Nothing is written then. */
const misplaced = (
  { batches }: MemoryTables,
  outcomes: ReadonlyArray<Ledger.Outcome>
): LedgerError | undefined => {
  for (const { key, seq } of outcomes) {
    const batch = batches.get(key)
    if (batch === undefined) continue
    const item = batch.items[seq]
    if (item === undefined || item.sameAs !== null) {
      return refused("commit", `batch ${key} has no item ${seq} that is asked`)
    }
  }
  return undefined
}

const write = (batch: MemoryBatch, outcomes: ReadonlyArray<Ledger.Outcome>): void => {
  if (outcomes.length === 0) return
  let { answered, asked, completionTokens, failed, perhapsPaidTwice, promptTokens } = batch.row
  for (const outcome of outcomes) {
    const item = batch.items[outcome.seq]
    // The same outcome came twice, as after a commit whose end was not seen.
    if (item === undefined || item.outcome?.claim === outcome.claim) continue
    const counts = tally(outcome)
    asked += counts.asked
    promptTokens += counts.promptTokens
    completionTokens += counts.completionTokens
    if (item.outcome !== null) {
      perhapsPaidTwice += counts.asked
      continue
    }
    perhapsPaidTwice += counts.perhapsPaidTwice
    item.outcome = {
      seq: outcome.seq,
      position: batch.nextPosition++,
      claim: outcome.claim,
      failed: outcome.failed,
      body: outcome.body,
      asked: outcome.asked,
      promptTokens: outcome.promptTokens,
      completionTokens: outcome.completionTokens
    }
    batch.outcomes.push(item.outcome)
    answered += counts.answered
    failed += counts.failed
  }
  batch.row = { ...batch.row, answered, asked, completionTokens, failed, perhapsPaidTwice, promptTokens }
}
