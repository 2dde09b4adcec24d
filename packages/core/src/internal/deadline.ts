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
  Effect.map(Clock.currentTimeMillis, (now) => ({ at: now + Duration.toMillis(total), total }))

/** Waits for an effect at most as long as its own limit and the whole call's allow. */
export const within = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  phase: "firstByte" | "idle",
  limit: Duration.Duration,
  deadline: Deadline,
  onTimeout: (ranOut: RanOut) => E2
): Effect.Effect<A, E | E2, R> => {
  if (deadline.at === Infinity) {
    return Duration.isFinite(limit)
      ? Effect.timeoutOrElse(effect, {
        duration: limit,
        orElse: () => Effect.fail(onTimeout({ phase, duration: limit }))
      })
      : effect
  }
  return Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = Math.max(0, deadline.at - now)
    const ranOut: RanOut = left < Duration.toMillis(limit)
      ? { phase: "total", duration: deadline.total }
      : { phase, duration: limit }
    return Effect.timeoutOrElse(effect, {
      duration: ranOut.phase === "total" ? left : limit,
      orElse: () => Effect.fail(onTimeout(ranOut))
    })
  })
}
