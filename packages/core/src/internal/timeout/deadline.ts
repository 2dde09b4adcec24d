import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Timeout } from "../../MistralErrorReason.ts"

/** Which time limit has expired, and how long it was. */
export interface ExpiredLimit {
  readonly phase: Timeout["phase"]
  readonly duration: Duration.Duration
}

/** The `total` time limit of a call. `at` is a point in monotonic time, in milliseconds. */
export interface Deadline {
  readonly at: number
  readonly total: Duration.Duration
}

/** The clock's monotonic time in milliseconds. Unlike the time of day, it is never set forward or back. */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Starts the `total` time limit of a call. */
export const startDeadline = (total: Duration.Duration): Effect.Effect<Deadline> =>
  Effect.clockWith((clock) =>
    Effect.succeed({
      at: Duration.isFinite(total) ? monotonicMillis(clock) + Duration.toMillis(total) : Infinity,
      total
    })
  )

/** Limits an effect to the time that is left until the deadline. */
export const withinDeadline = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  deadline: Deadline,
  onTimeout: (expired: ExpiredLimit) => E2
): Effect.Effect<A, E | E2, R> =>
  deadline.at === Infinity ? effect : Effect.clockWith((clock) =>
    Effect.timeoutOrElse(effect, {
      duration: Math.max(0, deadline.at - monotonicMillis(clock)),
      orElse: () => Effect.fail(onTimeout({ phase: "total", duration: deadline.total }))
    })
  )
