import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Semaphore from "effect/Semaphore"
import type * as Ledger from "../../Ledger.ts"
import type { GroupCommit } from "./groupCommit.ts"
import type { HeldParts } from "./heldParts.ts"
import { untilBack } from "./ledgerRetry.ts"
import { pauseReason } from "./pauseReason.ts"
import type { WorkerOptions } from "./worker.ts"

/** What the parts of a worker share. */
export interface WorkerParts extends Pick<WorkerOptions, "ledger" | "route" | "definitions"> {
  readonly id: string
  readonly clock: Clock.Clock
  readonly drain: Duration.Duration
  readonly held: HeldParts
  readonly group: GroupCommit
  /** A permit for each request that the process may send at once. */
  readonly permits: Semaphore.Semaphore
  /** A permit for each part that the process may work on at once. */
  readonly parts: Semaphore.Semaphore
  /** Whether a part could not be given back, so that this worker must not be closed. */
  unreleased: boolean
}

/**
 * Pauses a batch, and stops its parts here. It never fails: if the ledger refuses, the parts stop with its error.
 */
export const pauseBatch = (
  { held, ledger }: Pick<WorkerParts, "held" | "ledger">,
  key: number,
  reason: string
): Effect.Effect<void> =>
  Effect.suspend(() => {
    held.hold(key)
    return untilBack("setState", ledger.setState(key, { state: "paused", reason, from: ["running"] }))
  }).pipe(
    Effect.matchEffect({
      onSuccess: (batch) => Effect.sync(() => held.learn(batch)),
      onFailure: (error) =>
        untilBack("fetch", ledger.fetch(key)).pipe(
          Effect.match({
            onSuccess: (batch) => Option.isNone(batch) ? held.removed(key) : held.refuse(error, key),
            onFailure: () => held.refuse(error, key)
          })
        )
    })
  )

/** Learns what a commit or a look found, and pauses the batches that have to. `at` is the time when it began. */
export const applyFound = (
  worker: Pick<WorkerParts, "held" | "ledger">,
  { batches, lost }: Ledger.Committed,
  at: number,
  looked: boolean
): Effect.Effect<void> => {
  const { held } = worker
  held.lose(lost)
  for (const batch of batches) {
    held.learn(batch)
    if (!looked) held.seen(at, batch.key)
  }
  if (looked) held.seen(at)
  let pauses: Effect.Effect<void> = Effect.void
  for (const batch of batches) {
    const reason = batch.state === "running" ? pauseReason(batch) : undefined
    if (reason !== undefined) pauses = Effect.andThen(pauses, pauseBatch(worker, batch.key, reason))
  }
  return pauses
}
