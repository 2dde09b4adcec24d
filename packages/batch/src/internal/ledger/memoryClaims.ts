import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ledger from "../../LedgerModel.ts"
import { isInRun } from "./memoryRuns.ts"
import {
  type MemoryBatch,
  type MemoryPart,
  type MemoryTables,
  openItems,
  partKey,
  partOfClaim,
  workerOf
} from "./memoryTables.ts"

/** The operations of workers on the parts that they claim. */
export const memoryClaims = (
  tables: MemoryTables
): Pick<Ledger.Service, "openWorker" | "closeWorker" | "claim" | "release" | "charge" | "saveJob"> => ({
  openWorker: ({ concurrency, id }) =>
    Effect.sync(() => {
      const worker = workerOf(tables, id)
      worker.concurrency = concurrency
      worker.chargeable = concurrency
    }),
  closeWorker: (id) =>
    Effect.sync(() => {
      tables.workers.delete(id)
    }),
  claim: (key, number, run, worker) =>
    Effect.sync(() => {
      // A worker that was taken for dead lives: if it dies later, it may lose as many requests again.
      const claimant = tables.workers.get(worker)
      if (claimant !== undefined) claimant.chargeable = claimant.concurrency
      const batch = tables.batches.get(key)
      const part = batch?.parts[number]
      if (batch === undefined || part === undefined || part.state === "done" || !isInRun(batch, run)) {
        return Option.none()
      }
      return Option.some(claim(tables, batch, part, worker))
    }),
  release: (released, { asked = 0, done, doubtful }) =>
    Effect.sync(() => {
      for (const { claims } of tables.workers.values()) {
        if (claims.get(partKey(released))?.claim === released.claim) claims.delete(partKey(released))
      }
      const batch = tables.batches.get(released.key)
      const part = partOfClaim(tables, released)
      if (batch === undefined || part === undefined || part.worker === null) return
      part.worker = null
      // Failed items may have become open again since the worker looked. A part that a later run has handed out stays so.
      if (done && openItems(batch, part.part).length === 0) part.state = "done"
      else if (part.claimRun === batch.row.run) part.state = "open"
      charge(batch, doubtful)
      if (asked > 0) batch.row = { ...batch.row, asked: batch.row.asked + asked }
    }),
  charge: (key, { asked, completionTokens, doubtful, promptTokens }) =>
    Effect.sync(() => {
      const batch = tables.batches.get(key)
      if (batch === undefined) return
      charge(batch, doubtful)
      batch.row = {
        ...batch.row,
        asked: batch.row.asked + asked,
        promptTokens: batch.row.promptTokens + promptTokens,
        completionTokens: batch.row.completionTokens + completionTokens
      }
    }),
  saveJob: (claimed, job) =>
    Effect.sync(() => {
      const part = partOfClaim(tables, claimed)
      if (part === undefined || part.worker === null) return false
      part.job = job
      return true
    })
})

const claim = (tables: MemoryTables, batch: MemoryBatch, part: MemoryPart, worker: string): Ledger.Claim => {
  const items = openItems(batch, part.part)
  const holder = part.worker === null || part.worker === worker ? undefined : tables.workers.get(part.worker)
  if (holder !== undefined) {
    const charged = Math.min(items.length, holder.chargeable)
    holder.chargeable -= charged
    charge(batch, charged)
  }
  part.state = "handedOut"
  part.claim++
  part.claimRun = batch.row.run
  part.worker = worker
  const claimed = { key: batch.row.key, part: part.part.part, claim: part.claim }
  const claimant = workerOf(tables, worker)
  // A worker that was taken for dead lives: if it dies later, it may lose as many requests again.
  claimant.chargeable = claimant.concurrency
  claimant.claims.set(partKey(claimed), claimed)
  return { ...part.part, batch: batch.row, claim: part.claim, job: part.job, items }
}

const charge = (batch: MemoryBatch, requests: number): void => {
  if (requests > 0) batch.row = { ...batch.row, perhapsPaidTwice: batch.row.perhapsPaidTwice + requests }
}
