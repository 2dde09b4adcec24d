import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { LedgerError } from "../../BatchError.ts"

/** 100 milliseconds, then twice the delay before, up to 5 seconds. */
const backoff = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered)

/**
 * Repeats an operation of the ledger until the database is back. An error that waiting does not cure fails at once, and so does
 * a defect, as an error.
 */
export const untilBack = <A>(
  operation: string,
  effect: Effect.Effect<A, LedgerError>
): Effect.Effect<A, LedgerError> => Effect.retry(guarded(operation, effect), { schedule: backoff, while: isAway })

/** As `untilBack`, for so long at most. */
export const untilBackWithin = <A>(
  operation: string,
  effect: Effect.Effect<A, LedgerError>,
  limit: Duration.Input
): Effect.Effect<A, LedgerError> =>
  Effect.retry(guarded(operation, effect), {
    schedule: Schedule.upTo(backoff, { duration: limit }),
    while: isAway
  })

const isAway = (error: LedgerError): boolean => error.isRetryable

const guarded = <A>(operation: string, effect: Effect.Effect<A, LedgerError>): Effect.Effect<A, LedgerError> =>
  effect.pipe(
    Effect.catchDefect((defect) =>
      Effect.fail(
        new LedgerError({
          operation,
          description: `it threw ${defect instanceof Error ? defect.name : typeof defect}`,
          isRetryable: false
        })
      )
    ),
    Effect.tapError((error) =>
      isAway(error)
        ? Effect.logWarning(`${error.message}. The operation is repeated until the database is back.`)
        : Effect.void
    )
  )
