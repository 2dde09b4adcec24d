/**
 * When a failed call is made again, and after how long.
 *
 * Retries are on by default. They happen only before the first byte of an answer: what a caller has begun to read is
 * never sent twice. A whole answer that is cut is asked for again where no model ran for it: a list, say, or a search.
 *
 * ```ts
 * import { RetryPolicy } from "@effect-mistral/core"
 * import { Schedule } from "effect"
 *
 * const patient = RetryPolicy.make({ schedule: Schedule.spaced("2 seconds").pipe(Schedule.upTo({ times: 10 })) })
 * ```
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { again } from "./internal/again.ts"
import type { MistralError } from "./MistralError.ts"

/**
 * When a failed call is made again: while `while` says so and `schedule` goes on, after the schedule's delay or the
 * server's `Retry-After`, whichever is longer. A `Retry-After` beyond `maxRetryAfter`, or an attempt that would begin more
 * than `maxElapsed` after the first failure, ends the call at once.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryPolicy {
  readonly schedule: Schedule.Schedule<unknown, MistralError>
  readonly while: (error: MistralError) => boolean
  readonly maxRetryAfter: Duration.Duration
  readonly maxElapsed: Duration.Duration
}

/**
 * The schedule of the default policy: 500 ms, doubling up to 8 seconds, each with 20 % of jitter, at most 4 retries.
 *
 * @category schedules
 * @since 0.1.0
 */
export const defaultSchedule: Schedule.Schedule<Duration.Duration> = Schedule.exponential("500 millis").pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(8)))),
  Schedule.jittered,
  Schedule.upTo({ times: 4 })
)

/**
 * Makes a policy. What is left out is as in `defaultPolicy`: its schedule, for errors that are retryable, a
 * `maxRetryAfter` of one minute, and a `maxElapsed` of two, or none where a schedule is given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options?: {
  readonly schedule?: Schedule.Schedule<unknown, MistralError> | undefined
  readonly while?: ((error: MistralError) => boolean) | undefined
  readonly maxRetryAfter?: Duration.Input | undefined
  readonly maxElapsed?: Duration.Input | undefined
}): RetryPolicy => ({
  schedule: options?.schedule ?? defaultSchedule,
  while: options?.while ?? ((error) => error.isRetryable),
  maxRetryAfter: Duration.fromInputUnsafe(options?.maxRetryAfter ?? "1 minute"),
  maxElapsed: Duration.fromInputUnsafe(
    options?.maxElapsed ?? (options?.schedule === undefined ? "2 minutes" : Duration.infinity)
  )
})

/**
 * The policy used where none is given: statuses 408, 429 and 500 to 599, failed connections, and answers of which
 * nothing came.
 *
 * @category policies
 * @since 0.1.0
 */
export const defaultPolicy: RetryPolicy = make()

/**
 * The policy that never makes a call again.
 *
 * @category policies
 * @since 0.1.0
 */
export const none: RetryPolicy = make({ schedule: Schedule.recurs(0), while: () => false })

/**
 * Makes a call again as a policy says.
 *
 * With `idempotent: false` only rate-limit and capacity errors are retried, because the server certainly did not act on
 * them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retry = <A, R>(
  call: Effect.Effect<A, MistralError, R>,
  policy: RetryPolicy,
  options?: { readonly idempotent?: boolean | undefined }
): Effect.Effect<A, MistralError, R> =>
  policy === none ? call : Effect.catch(call, (error) => again(error, call, policy, options))
