import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import { PartStopped } from "./partWork.ts"

/**
 * Why a part is left before its end: another worker has claimed it, its run is over, this worker stops, or the ledger refused
 * to work. With `givenUp` the run is over because the batch was cancelled or removed.
 */
export type PartEnd =
  | { readonly kind: "lost" | "over" | "givenUp" | "stopping"; readonly why: string }
  | { readonly kind: "refused"; readonly error: LedgerError }

/** A part that this worker has claimed, as long as it works on it. */
export class HeldPart {
  readonly claim: Ledger.Claim
  /** When the ledger last said that the part is still ours: the time when it was asked, in milliseconds. */
  seenAt: number
  /** The part is about to be stopped: no more requests are sent, but nothing is known to those who wait. */
  pausing = false
  end: PartEnd | undefined
  /** The requests that may have been paid and have no outcome, as the route counts them. */
  readonly unsettled = { requests: 0, ended: 0 }
  readonly #stopped = Deferred.makeUnsafe<never, PartStopped | LedgerError>()
  readonly #written = new Set<number>()

  constructor(claim: Ledger.Claim, seenAt: number) {
    this.claim = claim
    this.seenAt = seenAt
  }

  /** Fails as soon as the part is to be left. */
  readonly stopped: Effect.Effect<never, PartStopped | LedgerError> = Deferred.await(this.#stopped)

  /** Stops the part. The first reason stays. */
  stop(end: PartEnd): void {
    if (this.end !== undefined) return
    this.end = end
    Deferred.doneUnsafe(
      this.#stopped,
      Effect.fail(
        end.kind === "refused" ? end.error : new PartStopped({ why: end.why, isGivenUp: end.kind === "givenUp" })
      )
    )
  }

  /** Learns the state of the batch. What is said of an earlier run is not about this part. */
  learn(batch: Ledger.Batch): void {
    if (batch.key !== this.claim.batch.key || batch.run < this.claim.batch.run) return
    if (batch.run > this.claim.batch.run) {
      this.stop({ kind: "over", why: "another run of the batch has begun" })
    } else if (batch.state !== "running") {
      this.stop({ kind: batch.state === "cancelled" ? "givenUp" : "over", why: `the batch is ${batch.state}` })
    }
  }

  written(seq: number): void {
    this.#written.add(seq)
  }

  /** The number of items without an outcome. */
  get open(): number {
    return this.claim.items.length - this.#written.size
  }
}
