import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Semaphore from "effect/Semaphore"
import type { LedgerError } from "../../BatchError.ts"
import type { Lease } from "./lease.ts"
import { toLedgerError } from "./limitsError.ts"
import { type FixedLimits, Pace } from "./pace.ts"
import { isRefusal, pauseMillis, readHeaders, tokensOverEstimate } from "./serverFeedback.ts"
import type { Feedback, Permit, Service } from "./service.ts"
import type { SharedLimits } from "./sharedLimits.ts"

/** A limit a minute is kept as a bucket that holds about 100 ms worth of it. */
const bucketsAMinute = 600

const minute = Duration.minutes(1)

/** The settings of limits. */
export interface Settings extends FixedLimits {
  readonly key: string
  readonly learn: boolean
}

/** What a request has taken while it waits for its turn. */
interface Turn {
  requests?: Lease | undefined
  tokens?: Lease | undefined
  /** Whether the limit that was learned from refusals counts the request. */
  counted: boolean
  /** The time from which the request may be sent. */
  readyAt: number
}

/**
 * Makes limits over a store and what the processes tell each other.
 *
 * *Details*: requests that need the store wait for each other, so that a process holds one lease at a time and is served in
 * turn.
 */
export const makeLimits = (
  settings: Settings,
  shared: SharedLimits
): Effect.Effect<Service, never, RateLimiter.RateLimiterStore> =>
  Effect.gen(function*() {
    const limiter = yield* RateLimiter.make
    const gate = yield* Semaphore.make(1)
    const pace = new Pace(settings)
    const adaptiveKey = settings.key

    const adaptive = (tokens: number) =>
      limiter.adaptiveConsume({
        key: adaptiveKey,
        tokens,
        fallbackLimit: settings.requests ?? 0,
        fallbackWindow: minute
      })

    const look = (clock: Clock.Clock) =>
      Effect.gen(function*() {
        const view = yield* shared.view
        // While it is learned, each request asks for itself.
        const found = settings.learn && !pace.adapting ? yield* adaptive(0) : undefined
        const now = clock.currentTimeMillisUnsafe()
        pace.see(settings.learn ? view : { pausedFor: view.pausedFor }, now)
        if (found !== undefined) pace.adapt(found, now)
      })

    /** Takes `need` out of a lease, and before that a lease out of the shared bucket where it has too little. */
    const lease = (clock: Clock.Clock, lease: Lease, name: "requests" | "tokens", need: number) =>
      Effect.suspend(() => {
        const now = clock.currentTimeMillisUnsafe()
        if (lease.covers(need, now)) {
          lease.take(need)
          return Effect.succeed(now)
        }
        const request = lease.request(need, now)
        if (request.amount === 0) return Effect.succeed(lease.usableAt)
        const burst = Math.max(1, Math.round(lease.perMinute / bucketsAMinute))
        return Effect.map(
          limiter.consume({
            key: `${settings.key}/${name}`,
            algorithm: "token-bucket",
            onExceeded: "delay",
            limit: burst,
            window: Duration.millis(burst * 60_000 / lease.perMinute),
            tokens: request.amount
          }),
          ({ delay }) => {
            lease.granted(request, need, clock.currentTimeMillisUnsafe() + Duration.toMillis(delay))
            return lease.usableAt
          }
        )
      })

    /** Does the next thing that is missing, and says whether the request may be sent. */
    const step = (
      clock: Clock.Clock,
      turn: Turn,
      tokens: number
    ): Effect.Effect<boolean, RateLimiter.RateLimiterError> => {
      const now = clock.currentTimeMillisUnsafe()
      const until = (time: number) => Effect.as(Effect.sleep(Math.ceil(time - now)), false)
      const ready = (time: number) => {
        turn.readyAt = Math.max(turn.readyAt, time)
        return false
      }
      if (now < pace.pausedUntil) return until(pace.pausedUntil)
      if (pace.isStale(now)) return Effect.as(look(clock), false)
      if (pace.adapting && !turn.counted) {
        return Effect.map(adaptive(1), (result) => {
          const now = clock.currentTimeMillisUnsafe()
          pace.adapt(result, now)
          turn.counted = result.phase === "learned" || result.phase === "learning"
          return ready(result.phase === "learned" ? now + Duration.toMillis(result.delay) : now)
        })
      }
      if (pace.requests !== undefined && turn.requests === undefined) {
        const taken = pace.requests
        return Effect.map(lease(clock, taken, "requests", 1), (usableAt) => {
          turn.requests = taken
          return ready(usableAt)
        })
      }
      if (pace.tokens !== undefined && turn.tokens === undefined) {
        const taken = pace.tokens
        return Effect.map(lease(clock, taken, "tokens", tokens), (usableAt) => {
          turn.tokens = taken
          return ready(usableAt)
        })
      }
      return now < turn.readyAt ? until(turn.readyAt) : Effect.succeed(true)
    }

    /** Waits for the turn of a request. */
    const wait = (tokens: number): Effect.Effect<Permit, LedgerError> =>
      Effect.suspend(() => {
        const turn: Turn = { counted: false, readyAt: -Infinity }
        return Effect.gen(function*() {
          const clock = yield* Clock.Clock
          while (!(yield* step(clock, turn, tokens)));
          return pace.permit(tokens)
        }).pipe(
          Effect.onExit((exit) =>
            Exit.isSuccess(exit) ? Effect.void : Effect.sync(() => {
              turn.requests?.giveBack(1)
              turn.tokens?.giveBack(tokens)
            })
          ),
          Effect.mapError(toLedgerError("acquire of limits"))
        )
      })

    /** Tells all processes what was learned from the response to a request. */
    const tell = (
      permit: Permit,
      feedback: Feedback,
      now: number
    ): Effect.Effect<void, RateLimiter.RateLimiterError> => {
      const headers = settings.learn ? readHeaders(feedback) : undefined
      const learned = headers === undefined ? undefined : pace.learn(headers, now)
      const refused = isRefusal(feedback.error)
      const retryAfter = refused ? feedback.error?.retryAfter : undefined
      const paused = refused || headers?.usedUp
        ? pace.pause((refusals) => pauseMillis(retryAfter, refusals), now)
        : pace.accepted(now)
      if (learned === undefined && paused === undefined) return Effect.void
      const limitIsKnown = headers === undefined || headers.requests !== undefined || headers.tokens !== undefined
      return Effect.gen(function*() {
        if (paused !== undefined) yield* shared.pause(paused)
        if (learned !== undefined) yield* shared.learn(learned)
        if (paused === undefined || !refused || limitIsKnown) return
        yield* limiter.adaptiveFeedback({
          key: adaptiveKey,
          epoch: permit.epoch,
          // Those that were sent after it were not accepted either.
          tokens: pace.sentSince(permit),
          status: 429,
          retryAfter: Duration.millis(paused)
        })
      })
    }

    return {
      acquire: (estimate) =>
        Effect.clockWith((clock) => {
          const tokens = estimate > 0 && Number.isFinite(estimate) ? estimate : 0
          const permit = pace.take(tokens, clock.currentTimeMillisUnsafe())
          return permit === undefined ? gate.withPermit(wait(tokens)) : Effect.succeed(permit)
        }),
      settle: (permit, feedback) =>
        Effect.clockWith((clock) => {
          pace.tokens?.correct(tokensOverEstimate(permit.tokens, feedback))
          return Effect.mapError(
            tell(permit, feedback, clock.currentTimeMillisUnsafe()),
            toLedgerError("settle of limits")
          )
        })
    }
  })
