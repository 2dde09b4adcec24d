import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { RateLimiterError } from "effect/persistence/RateLimiter"

/** Limits that the server told, a minute. */
export interface LearnedLimits {
  readonly requests?: number | undefined
  readonly tokens?: number | undefined
}

/** What all processes know: the limits that were learned, and for how many milliseconds nobody may send. */
export interface SharedView extends LearnedLimits {
  readonly pausedFor: number
}

/** What the processes tell each other beside the counts of the `RateLimiterStore`. */
export interface SharedLimits {
  readonly view: Effect.Effect<SharedView, RateLimiterError>
  /** Pauses all processes for so many milliseconds from now. A longer pause stays as it is. */
  readonly pause: (millis: number) => Effect.Effect<void, RateLimiterError>
  /** Replaces the limits that are given, and keeps the others. */
  readonly learn: (limits: LearnedLimits) => Effect.Effect<void, RateLimiterError>
}

/** Shared limits of one process, for as long as it runs. */
export const makeSharedMemory = (): SharedLimits => {
  let pausedUntil = -Infinity
  let learned: LearnedLimits = {}
  return {
    view: Effect.map(Clock.currentTimeMillis, (now) => ({ ...learned, pausedFor: Math.max(0, pausedUntil - now) })),
    pause: (millis) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        pausedUntil = Math.max(pausedUntil, now + millis)
      }),
    learn: (limits) =>
      Effect.sync(() => {
        learned = { requests: limits.requests ?? learned.requests, tokens: limits.tokens ?? learned.tokens }
      })
  }
}
