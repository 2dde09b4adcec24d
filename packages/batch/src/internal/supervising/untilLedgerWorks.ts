import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { LedgerError } from "../../BatchError.ts"

/** Waits of 0.2 seconds at first, and of 10 seconds at last. */
export const patience = Schedule.min([Schedule.exponential(200), Schedule.spaced("10 seconds")])

/**
 * Repeats an operation of the ledger until it succeeds, and logs each failure. A supervisor has no caller to fail to, and goes
 * on as soon as the database is back.
 */
export const untilLedgerWorks = <A>(operation: Effect.Effect<A, LedgerError>): Effect.Effect<A> =>
  operation.pipe(
    Effect.tapError(({ message }) => Effect.logWarning(message)),
    Effect.retry(patience),
    // The schedule never ends.
    Effect.orDie
  )
