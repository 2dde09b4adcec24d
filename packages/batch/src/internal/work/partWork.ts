import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Semaphore from "effect/Semaphore"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import type { Definition } from "../definition/definition.ts"

/** The part is to be left as it is: another worker has claimed it, or its batch was paused, cancelled or resumed. */
export class PartStopped extends Data.TaggedError("PartStopped")<{ readonly why: string }> {}

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
  /** Writes the outcome of an item, together with others that come meanwhile. It returns when the outcome is on disk. */
  readonly commit: (
    outcome: Omit<Ledger.Outcome, "key" | "part" | "claim">
  ) => Effect.Effect<void, PartStopped | LedgerError>
  /**
   * Says that a request for an item is about to be sent. What was sent and has no end counts as perhaps paid twice when the part
   * is left. `commit` ends all requests of its item, for their number is in the outcome.
   */
  readonly sent: (seq: number) => void
  /** Says that a request that was `sent` was certainly not processed, so that the wait for its repetition leaves nothing open. */
  readonly notProcessed: (seq: number) => void
  readonly saveJob: (job: Ledger.JobStep | null) => Effect.Effect<void, PartStopped | LedgerError>
  /** Pauses the batch, for a reason that concerns all its items, such as a key that is refused. */
  readonly pause: (reason: string) => Effect.Effect<never, PartStopped | LedgerError>
  /** Never succeeds. It fails as soon as the part is to be left: for waits that no outcome ends. */
  readonly stopped: Effect.Effect<never, PartStopped | LedgerError>
}
