import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as BatchJob from "../../BatchJob.ts"
import { isTransient } from "./transient.ts"

/**
 * Polls a job at once and on a schedule until its status is final, and gives each response. Ends earlier if the schedule
 * ends.
 */
export const watchJob = (
  fetch: Effect.Effect<BatchJob.BatchJob, MistralError>,
  schedule: Schedule.Schedule<unknown, BatchJob.BatchJob>,
  maxFailures: number
): Stream.Stream<BatchJob.BatchJob, MistralError> => {
  const poll = Effect.map(retryPoll(fetch, maxFailures), (job) => [job, job] as const)
  return Stream.unwrap(
    Effect.map(
      Schedule.toStepWithSleep(schedule),
      (step) =>
        Stream.unfold(undefined, (last: BatchJob.BatchJob | undefined) =>
          last === undefined
            ? poll
            : BatchJob.hasEnded(last.status)
            ? Effect.undefined
            : Pull.matchEffect(step(last), {
              onSuccess: () => poll,
              onFailure: Effect.failCause,
              onDone: () => Effect.undefined
            }))
    )
  )
}

/**
 * Repeats a poll that fails, `maxFailures` times at most, after 1 second and then after twice the delay before, up to 30
 * seconds, or when the server says.
 */
const retryPoll = (
  fetch: Effect.Effect<BatchJob.BatchJob, MistralError>,
  maxFailures: number
): Effect.Effect<BatchJob.BatchJob, MistralError> => {
  const retry = (error: MistralError, failures: number): Effect.Effect<BatchJob.BatchJob, MistralError> =>
    failures >= maxFailures || !isTransient(error)
      ? Effect.fail(error)
      : Effect.flatMap(delayAfter(error, failures), Effect.sleep).pipe(
        Effect.andThen(fetch),
        Effect.catch((error) => retry(error, failures + 1))
      )
  return Effect.catch(fetch, (error) => retry(error, 0))
}

/** The delay with a jitter of 20 %, which does not shorten the wait that the server asks for. */
const delayAfter = ({ retryAfter }: MistralError, failures: number): Effect.Effect<Duration.Duration> =>
  Random.Random.useSync((random) => {
    const backoff = Math.min(2 ** failures, 30) * 1000 * (0.8 + 0.4 * random.nextDoubleUnsafe())
    return Duration.millis(Math.max(backoff, retryAfter === undefined ? 0 : Duration.toMillis(retryAfter)))
  })
