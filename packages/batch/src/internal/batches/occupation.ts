import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { BatchInUse, type BatchNotFound, type LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import { isInlineSupervisor } from "../supervising/inlineExecution.ts"
import { beatEvery } from "../supervising/supervise.ts"
import { findBatch, type Operations } from "./operations.ts"

/** A supervisor that was not seen for so many milliseconds is dead, though its engine may be stuck. */
const deadAfter = 30_000

/** The run that the engine has to execute: the same one, or a new one if nobody supervises the batch any more. */
export const runForEngine = (
  operations: Operations,
  batch: Ledger.Batch
): Effect.Effect<Ledger.Batch, LedgerError | BatchInUse | BatchNotFound> =>
  Effect.gen(function*() {
    if (batch.supervisor !== null && isInlineSupervisor(batch.supervisor)) return yield* takeOver(operations, batch)
    const now = yield* Clock.currentTimeMillis
    return batch.supervisedAt === null || now - batch.supervisedAt < deadAfter
      ? batch
      : yield* beginRun(operations, batch)
  })

/**
 * Begins a run for this process alone. Fails if another process runs the batch. One that was killed is told by its silence
 * of three beats, so that this waits for up to so long. The engine of this process is no other process: after a kill it goes on
 * with a batch by itself.
 */
export const takeOver = (
  operations: Operations,
  batch: Ledger.Batch
): Effect.Effect<Ledger.Batch, LedgerError | BatchInUse | BatchNotFound> =>
  Effect.gen(function*() {
    const { supervisedAt, supervisor } = batch
    if (supervisor !== null && supervisedAt !== null && !isOwn(operations, supervisor)) {
      const silence = (yield* Clock.currentTimeMillis) - supervisedAt
      yield* Effect.sleep(Math.max(0, 3 * beatEvery - silence))
      const now = yield* findBatch(operations, batch.id)
      if (now.state !== "running") return now
      if (
        !isOwn(operations, now.supervisor) && now.supervisor !== null && now.supervisedAt !== null &&
        now.supervisedAt > supervisedAt
      ) {
        const seen = (yield* Clock.currentTimeMillis) - now.supervisedAt
        return yield* new BatchInUse({ id: batch.id, worker: now.supervisor, seen })
      }
    }
    return yield* beginRun(operations, batch)
  })

const isOwn = ({ worker }: Operations, supervisor: string | null): boolean =>
  supervisor !== null && supervisor.endsWith(worker.id)

const beginRun = ({ ledger }: Operations, { key }: Ledger.Batch) =>
  ledger.setState(key, { state: "running", from: ["running"], newRun: true })
