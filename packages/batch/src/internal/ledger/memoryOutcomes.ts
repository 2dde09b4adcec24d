import * as Effect from "effect/Effect"
import type * as Ledger from "../../LedgerModel.ts"
import type { MemoryBatch, MemoryItem, MemoryOutcome, MemoryTables } from "./memoryTables.ts"

/** The operation that reads outcomes back. */
export const memoryOutcomes = ({ batches }: MemoryTables): Pick<Ledger.Service, "outcomes"> => ({
  outcomes: (key, query) =>
    Effect.sync(() => {
      const batch = batches.get(key)
      if (batch === undefined) return []
      if (query.order === "completion") return byCompletion(batch, query)
      return bySeq(
        batch,
        query.order === "items" ? afterSeq(batch, query.after) : identicalAfter(batch, query.after),
        query
      )
    })
})

function* afterSeq({ items }: MemoryBatch, after: number): Generator<number> {
  for (let seq = after + 1; seq < items.length; seq++) yield seq
}

function* identicalAfter({ identical }: MemoryBatch, after: number): Generator<number> {
  for (let index = indexAfter(identical, after, (seq) => seq); index < identical.length; index++) {
    yield identical[index] ?? 0
  }
}

const bySeq = (
  batch: MemoryBatch,
  seqs: Iterable<number>,
  { limit, only, skipOpen = only !== undefined }: Ledger.OutcomeQuery
): ReadonlyArray<Ledger.StoredOutcome> => {
  const page: Array<Ledger.StoredOutcome> = []
  for (const seq of seqs) {
    if (page.length >= limit) break
    const item = batch.items[seq]
    const outcome = item === undefined ? undefined : outcomeOf(batch, item)
    if (item === undefined || outcome === undefined) {
      if (skipOpen) continue
      break
    }
    if (isWanted(outcome, only)) page.push(stored(outcome, seq, item))
  }
  return page
}

const byCompletion = (
  { items, outcomes }: MemoryBatch,
  { after, limit, only }: Ledger.OutcomeQuery
): ReadonlyArray<Ledger.StoredOutcome> => {
  const page: Array<Ledger.StoredOutcome> = []
  for (let index = indexAfter(outcomes, after, ({ position }) => position); index < outcomes.length; index++) {
    if (page.length >= limit) break
    const outcome = outcomes[index]
    const item = outcome === undefined ? undefined : items[outcome.seq]
    if (outcome === undefined || item === undefined || !isWanted(outcome, only)) continue
    page.push(stored(outcome, outcome.seq, item))
  }
  return page
}

const stored = (outcome: MemoryOutcome, seq: number, { item, sameAs }: MemoryItem): Ledger.StoredOutcome => ({
  seq,
  position: outcome.position,
  identical: sameAs !== null,
  item,
  failed: outcome.failed,
  body: outcome.body,
  asked: outcome.asked,
  promptTokens: outcome.promptTokens,
  completionTokens: outcome.completionTokens
})

/** The outcome of an item, which an identical item has from the earlier one. */
const outcomeOf = ({ items }: MemoryBatch, { outcome, sameAs }: MemoryItem): MemoryOutcome | undefined =>
  (sameAs === null ? outcome : items[sameAs]?.outcome) ?? undefined

const isWanted = ({ failed }: MemoryOutcome, only: Ledger.OutcomeQuery["only"]): boolean =>
  only === undefined || failed === (only === "failed")

/** The index of the first value whose number is above `after`, in a list that is sorted by that number. */
const indexAfter = <A>(sorted: ReadonlyArray<A>, after: number, numberOf: (value: A) => number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const value = sorted[middle]
    if (value !== undefined && numberOf(value) <= after) low = middle + 1
    else high = middle
  }
  return low
}
