import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Ledger from "../../LedgerModel.ts"
import { type MemoryBatch, type MemoryTables, openItems, withBatch } from "./memoryTables.ts"

/** The operations that change the state of a batch and hand out its parts. */
export const memoryRuns = (
  tables: MemoryTables
): Pick<Ledger.Service, "setState" | "reopenFailed" | "supervise" | "handOut"> => ({
  setState: (key, change) =>
    withBatch(tables, "setState", key, (batch) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (change.from.includes(batch.row.state)) setState(batch, change, now)
        return batch.row
      })),
  reopenFailed: (key) => withBatch(tables, "reopenFailed", key, (batch) => Effect.sync(() => reopenFailed(batch))),
  supervise: (key, run, supervisor) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const batch = tables.batches.get(key)
      if (batch === undefined || !isInRun(batch, run)) return false
      batch.row = { ...batch.row, supervisor, supervisedAt: now }
      return true
    }),
  handOut: (key, run, window, again) =>
    Effect.sync(() => {
      const batch = tables.batches.get(key)
      if (batch === undefined) return { parts: [], unfinished: 0 }
      const unfinished = batch.parts.filter(({ state }) => state !== "done").length
      return { parts: isInRun(batch, run) ? handOut(batch, window, again) : [], unfinished }
    })
})

/** Whether a batch is in a run that goes on. */
export const isInRun = ({ row }: MemoryBatch, run: number): boolean => row.state === "running" && row.run === run

const setState = (
  batch: MemoryBatch,
  { newRun = false, reason, settings, state }: Parameters<Ledger.Service["setState"]>[1],
  now: number
): void => {
  const { row } = batch
  const ended = state === "completed" || state === "cancelled"
  batch.row = {
    ...row,
    state,
    reason: state === "running" ? null : reason ?? null,
    endedAt: ended ? now : state === "running" ? null : row.endedAt,
    settings: settings ?? row.settings,
    ...newRun ? { run: row.run + 1, supervisor: null, supervisedAt: null } : undefined
  }
  if (!newRun) return
  for (const part of batch.parts) {
    if (part.state === "handedOut") part.state = "open"
  }
}

const reopenFailed = (batch: MemoryBatch): number => {
  const failed = batch.outcomes.filter((outcome) => outcome.failed)
  if (failed.length === 0) return 0
  batch.outcomes = batch.outcomes.filter((outcome) => !outcome.failed)
  for (const { seq } of failed) {
    const item = batch.items[seq]
    if (item !== undefined) item.outcome = null
  }
  for (const part of batch.parts) {
    if (part.state === "done" && openItems(batch, part.part).length > 0) part.state = "open"
  }
  batch.row = { ...batch.row, failed: batch.row.failed - failed.length }
  return failed.length
}

const handOut = ({ parts }: MemoryBatch, window: number, again: boolean): ReadonlyArray<number> => {
  const handedOut = parts.filter(({ state }) => state === "handedOut")
  const next: typeof handedOut = []
  for (const part of parts) {
    if (handedOut.length + next.length >= window) break
    if (part.state === "open") next.push(part)
  }
  for (const part of next) part.state = "handedOut"
  return [...again ? handedOut : [], ...next].map(({ part }) => part.part).sort((a, b) => a - b)
}
