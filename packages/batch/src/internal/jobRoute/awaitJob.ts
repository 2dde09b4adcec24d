import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as BatchJob from "../../BatchJob.ts"
import { mayHaveResults } from "../results/endedJob.ts"
import type { JobContext } from "./jobContext.ts"
import { type Ended, type NotFound, patiently, untilStopped } from "./patience.ts"

/** A job that has ended. `atOnce` says that it had before it was polled. */
export interface EndedJob {
  readonly job: BatchJob.BatchJob
  readonly atOnce: boolean
}

/**
 * Polls a job until it has ended, for as long as that takes. Fails with `NotFound` where Mistral does not have it for a minute.
 *
 * *Details*: a job with a status that is not known has ended where it has results or the time of its end.
 */
export const awaitJob = (
  { jobs, options: { schedule }, work }: JobContext,
  jobId: string
): Effect.Effect<EndedJob, NotFound | Ended> => {
  let polls = 0
  const watched = jobs.watch(jobId, { maxFailures: Infinity, schedule }).pipe(
    Stream.tap(() => Effect.sync(() => void polls++)),
    Stream.takeUntil(mayHaveResults),
    Stream.runLast
  )
  const watch: Effect.Effect<EndedJob, NotFound | Ended> = Effect.flatMap(
    patiently(work, { doing: `watching batch job ${jobId}`, doubtNotFound }, () => untilStopped(work, watched)),
    Option.match({
      onNone: () => watch,
      onSome: (job) =>
        mayHaveResults(job)
          ? Effect.succeed({ job, atOnce: polls === 1 })
          // The schedule has ended before the job.
          : Effect.andThen(untilStopped(work, Effect.sleep(afterSchedule)), Effect.suspend(() => watch))
    })
  )
  return watch
}

/** A server may not find for a moment what was just created. */
export const doubtNotFound = 60_000

const afterSchedule = "30 seconds"
