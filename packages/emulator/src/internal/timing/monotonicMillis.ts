import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A clock's monotonic time in milliseconds, for durations. Unlike the time of day, it is never set forward or back. */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** The monotonic time in milliseconds. */
export const monotonicTime: Effect.Effect<number> = Clock.clockWith((clock) =>
  Effect.sync(() => monotonicMillis(clock))
)
