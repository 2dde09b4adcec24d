import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { MistralError } from "../MistralError.ts"
import type { RetryPolicy } from "../RetryPolicy.ts"

/**
 * Makes a call again that has failed, as a policy says. Most calls do well at once: a schedule, 5 microseconds of CPU, is
 * only set up for those that do not.
 */
export const again = <A, R>(
  error: MistralError,
  call: Effect.Effect<A, MistralError, R>,
  policy: RetryPolicy,
  options?: { readonly idempotent?: boolean | undefined }
): Effect.Effect<A, MistralError, R> => {
  let failed: MistralError | undefined = error
  const failedOnce = Effect.suspend(() => {
    if (failed === undefined) return call
    const first = Effect.fail(failed)
    failed = undefined
    return first
  })
  return Effect.retry(failedOnce, {
    schedule: policy.schedule.pipe(
      Schedule.modifyDelay(({ duration, input }) =>
        Effect.succeed(input.retryAfter === undefined ? duration : Duration.max(duration, input.retryAfter))
      ),
      Schedule.while(({ duration, elapsed }) =>
        Duration.isLessThanOrEqualTo(Duration.sum(Duration.millis(elapsed), duration), policy.maxElapsed)
      )
    ),
    while: (error) =>
      policy.while(error) &&
      (options?.idempotent !== false || wasRefused(error)) &&
      (error.retryAfter === undefined || Duration.isLessThanOrEqualTo(error.retryAfter, policy.maxRetryAfter))
  })
}

const wasRefused = (error: MistralError): boolean =>
  error.reason._tag === "RateLimited" || error.reason._tag === "CapacityExceeded"
