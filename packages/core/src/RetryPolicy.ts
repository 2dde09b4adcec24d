/**
 * When a failed call is retried, and with which backoff.
 *
 * Retries are on by default. A stream is only retried before the first byte of its response, so that no chunk is delivered
 * twice; only bytes that are the same each time, such as a file's, go on where they broke off (`resumable` of the endpoint).
 * A program that retries a stream itself must check `chunks` of the error, because `isRetryable` does not say whether
 * chunks came, or retry it together with its accumulation: `RetryPolicy.retry(Completion.collect(stream), policy)`. A truncated whole response is only retried where the operation is idempotent and free, such as a list or a search:
 * see `Endpoint.Retryable`.
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
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { MistralError } from "./MistralError.ts"

/**
 * A retry policy: which errors are retried (`while`), how often and with which delays (`schedule`).
 *
 * *Details*: the delay is that of the schedule or the server's `Retry-After`, whichever is longer. Up to 20 % of a
 * `Retry-After` and at most a second are added at random, so that callers that were refused together do not return
 * together. The call fails at once if `Retry-After` exceeds `maxRetryAfter`, or if the next attempt would begin more than `maxElapsed` after the first
 * failure.
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

/** A delay in milliseconds that depends on a random number from 0 to 1. */
const atRandom = (millis: (random: number) => number): Effect.Effect<Duration.Duration> =>
  Random.Random.useSync((random) => Duration.millis(millis(random.nextDoubleUnsafe())))

/**
 * The schedule of the default policy: an exponential backoff that starts at 500 ms and doubles, with a jitter of 20 %
 * and at most 4 retries: about 0.5, 1, 2 and 4 seconds apart.
 *
 * @category schedules
 * @since 0.1.0
 */
export const defaultSchedule: Schedule.Schedule<Duration.Duration> = Schedule.exponential("500 millis").pipe(
  // As `Schedule.jittered` and `Schedule.upTo`, out of what is used anyway.
  Schedule.modifyDelay(({ duration }) => atRandom((random) => Duration.toMillis(duration) * (0.8 + 0.4 * random))),
  Schedule.while(({ attempt }) => Effect.succeed(attempt <= 4))
)

/**
 * Makes a retry policy.
 *
 * *Details*: an option that is left out has its default: `defaultSchedule`, `while: (error) => error.isRetryable`, a
 * `maxRetryAfter` of one minute, and a `maxElapsed` of two minutes, or unlimited where a `schedule` is given.
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
 * The default retry policy: it retries the statuses 408, 425, 429 and 500 to 599 except 501 and 505, failed connections,
 * responses that ended or timed out before their first byte, and API keys that could not be had.
 *
 * *Details*: it does not retry what a retry cannot help, such as a used-up quota. An error that a response with status 200
 * reports is retried like its own status.
 *
 * @category policies
 * @since 0.1.0
 */
export const defaultPolicy: RetryPolicy = make()

/**
 * The retry policy that never retries.
 *
 * @category policies
 * @since 0.1.0
 */
export const none: RetryPolicy = make({
  schedule: Schedule.while(defaultSchedule, () => Effect.succeed(false)),
  while: () => false
})

/**
 * Options of a retried call.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryOptions {
  /** Whether a repeated call has the effect of one. Default: true. */
  readonly idempotent?: boolean | undefined
  /** Runs before each call after the first, with the error of the one before and the milliseconds of the delay. */
  readonly onRetry?: ((error: MistralError, delay: number) => void) | undefined
}

/**
 * Retries a failed call according to a policy.
 *
 * *Details*: with `idempotent: false` only rate-limit and capacity errors and a key that could not be had are retried, because
 * the server certainly did not act on them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retry = <A, R>(
  call: Effect.Effect<A, MistralError, R>,
  policy: RetryPolicy,
  options?: RetryOptions
): Effect.Effect<A, MistralError, R> =>
  // Most calls succeed the first time, so the schedule is only built on failure: see decision 0006.
  policy === none ? call : Effect.catch(call, (error) => retryFailed(error, call, policy, options))

/**
 * Retries a call that has failed once with `error` according to a policy, as `retry` does.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retryFailed = <A, R>(
  error: MistralError,
  call: Effect.Effect<A, MistralError, R>,
  policy: RetryPolicy,
  options?: RetryOptions
): Effect.Effect<A, MistralError, R> => {
  let startedAt: bigint | undefined
  let delay = 0
  const schedule = policy.schedule.pipe(
    Schedule.modifyDelay(({ duration, input: { retryAfter } }) =>
      retryAfter === undefined ? Effect.succeed(duration) : atRandom((random) => {
        const asked = Duration.toMillis(retryAfter)
        return Math.max(Duration.toMillis(duration), asked + Math.min(asked / 5, 1000) * random)
      })
    ),
    // The schedule's own `elapsed` is the difference of two times of day, which may be set while a call is retried.
    Schedule.while(({ duration }) =>
      Effect.map(Clock.monotonicTimeNanos, (now) => {
        startedAt ??= now
        delay = Duration.toMillis(duration)
        return Number(now - startedAt) / 1e6 + delay <= Duration.toMillis(policy.maxElapsed)
      })
    )
  )
  const mayRetry = (error: MistralError) =>
    policy.while(error) &&
    (options?.idempotent !== false || wasRejected(error)) &&
    (error.retryAfter === undefined || Duration.toMillis(error.retryAfter) <= Duration.toMillis(policy.maxRetryAfter))
  // As `Effect.retry`, which would call once more before it asks the schedule.
  return Effect.flatMap(Schedule.toStepWithSleep(schedule), (step) => {
    const retry = (error: MistralError): Effect.Effect<A, MistralError, R> =>
      mayRetry(error)
        ? Pull.matchEffect(step(error), {
          onSuccess: () => {
            options?.onRetry?.(error, delay)
            return Effect.catch(call, retry)
          },
          onFailure: Effect.failCause,
          onDone: () => Effect.fail(error)
        })
        : Effect.fail(error)
    return retry(error)
  })
}

const wasRejected = ({ reason: { _tag } }: MistralError): boolean =>
  _tag === "RateLimited" || _tag === "CapacityExceeded" || _tag === "ApiKeyUnavailable"
