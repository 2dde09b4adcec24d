import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Timeout } from "../MistralErrorReason.ts"

/** Which limit ran out, and how long it was. */
export interface RanOut {
  readonly phase: Timeout["phase"]
  readonly duration: Duration.Duration
}

/** The time limit of a whole call, counted from when it began. */
export interface Deadline {
  readonly at: number
  readonly total: Duration.Duration
}

export const startDeadline = (total: Duration.Duration): Effect.Effect<Deadline> =>
  Duration.toMillis(total) === Infinity
    ? Effect.succeed({ at: Infinity, total })
    : Effect.map(Clock.currentTimeMillis, (now) => ({ at: now + Duration.toMillis(total), total }))

/** Waits for an effect at most as long as the whole call may still take. */
export const withinTotal = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  deadline: Deadline,
  onTimeout: (ranOut: RanOut) => E2
): Effect.Effect<A, E | E2, R> =>
  deadline.at === Infinity ? effect : Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.timeoutOrElse(effect, {
      duration: Math.max(0, deadline.at - now),
      orElse: () => Effect.fail(onTimeout({ phase: "total", duration: deadline.total }))
    }))
