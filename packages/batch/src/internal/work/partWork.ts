import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Semaphore from "effect/Semaphore"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import type { Definition } from "../definition/definition.ts"

/**
 * The part is to be left as it is: another worker has claimed it, or its batch was paused, cancelled or resumed. `isGivenUp` says
 * that the batch was cancelled or removed, so that nobody will want its answers.
 */
export class PartStopped extends Data.TaggedError("PartStopped")<{
  readonly why: string
  readonly isGivenUp: boolean
}> {}

/** A part while a route works on it. */
export interface PartWork {
  readonly definition: Definition
  readonly claim: Ledger.Claim
  /** The requests of the items that are open, in their order. What has none has failed already, and is left out. */
  readonly requests: ReadonlyArray<{ readonly seq: number; readonly request: object }>
  /** The permits of this process, of which each request of the live route takes one until its outcome is written. */
  readonly permits: Semaphore.Semaphore
  /**
   * Succeeds if a request may be sent now. It is cheap, and reads the ledger only after this process did nothing for a while.
   */
  readonly mayAsk: Effect.Effect<void, PartStopped | LedgerError>
  /**
   * How many requests may have been paid whose items have no outcome yet: those in flight, and those whose answer was lost or
   * did not fit. The route counts them; what is left when the part is given back is charged as perhaps paid twice. `ended` is
   * the number of requests of such items whose end is known; what is left of it is counted as asked.
   */
  readonly unsettled: { requests: number; ended: number }
  /**
   * Writes the outcome of an item, together with others that come meanwhile. It returns when the outcome is on disk. With
   * `PartStopped` it was written, too.
   */
  readonly commit: (
    outcome: Omit<Ledger.Outcome, "key" | "part" | "claim">
  ) => Effect.Effect<void, PartStopped | LedgerError>
  /**
   * Counts requests of an item that is asked again, before it waits for that, so that they are known after a kill. They are then
   * the `charged` of the item's outcome.
   */
  readonly charge: (cost: Ledger.Cost) => Effect.Effect<void, LedgerError>
  readonly saveJob: (job: Ledger.JobStep | null) => Effect.Effect<void, PartStopped | LedgerError>
  /** Pauses the batch, for a reason that concerns all its items, such as a key that is refused. */
  readonly pause: (reason: string) => Effect.Effect<never, PartStopped | LedgerError>
  /** Never succeeds. It fails as soon as the part is to be left: for waits that no outcome ends. */
  readonly stopped: Effect.Effect<never, PartStopped | LedgerError>
}
