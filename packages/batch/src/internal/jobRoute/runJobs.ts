import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { PartWork } from "../work/partWork.ts"
import { attempts } from "./attempts.ts"
import { awaitJob } from "./awaitJob.ts"
import { deleteFiles } from "./cleanUp.ts"
import { createJob, saveStep } from "./createJob.ts"
import type { JobContext, JobServices } from "./jobContext.ts"
import { endJob, endLost, type JobEnd } from "./jobEnd.ts"
import { openItems } from "./openItems.ts"
import type { Ended } from "./patience.ts"

/**
 * Asks for the items of a part by batch jobs, one after the other, until each item has an outcome.
 *
 * *Details*: a job has all items that are open. The ledger has the number of the job, the file and the job, so that whoever
 * claims the part goes on with the same job. When the batch is cancelled, so is the job. When it is paused, the job goes on.
 */
export const runJobs = (services: JobServices, work: PartWork): Effect.Effect<void, Ended> =>
  Effect.suspend(() => {
    const context: JobContext = {
      ...services,
      work,
      items: openItems(work),
      attempts: attempts(work.claim.batch.settings),
      step: work.claim.job ?? { attempt: 1, fileId: null, jobId: null },
      running: work.claim.job?.jobId ?? null
    }
    return Effect.tapError(run(context), (error) =>
      error._tag === "PartStopped" && error.isGivenUp ? cancelJob(context) : Effect.void)
  })

const run = (context: JobContext): Effect.Effect<void, Ended> =>
  Effect.gen(function*() {
    const { attempts, items, options, work } = context
    if (items.size === 0) return yield* endPart(context)
    // Whether nothing was done for the next job.
    let isNew = work.claim.job === null
    if (isNew) yield* saveStep(context, context.step)
    for (;;) {
      const jobId = yield* createJob(context, isNew)
      if (Option.isNone(jobId)) return
      const { job, pause } = yield* readJob(context, jobId.value)
      const { step } = context
      const next = items.size === 0 ? attempts.afterEnd(step.attempt) : step.attempt + 1
      yield* saveStep(context, { attempt: next, fileId: null, jobId: null })
      if (options.deleteFiles === true) yield* deleteFiles(context, step, job)
      if (items.size === 0) return
      if (pause !== undefined) return yield* work.pause(pause)
      isNew = true
    }
  })

/** Ends a part whose items all had an outcome when it was claimed: a process was killed just before it had ended the part. */
const endPart = (context: JobContext): Effect.Effect<void, Ended> =>
  Effect.gen(function*() {
    const { attempts, jobs, options, step } = context
    if (step.jobId === null && step.fileId === null) return
    yield* saveStep(context, { attempt: attempts.afterEnd(step.attempt), fileId: null, jobId: null })
    if (options.deleteFiles !== true) return
    const job = step.jobId === null ? Option.none() : yield* Effect.option(jobs.fetch(step.jobId))
    yield* deleteFiles(context, step, Option.getOrUndefined(job))
  })

/** Waits for a job, and commits its results. */
const readJob = (context: JobContext, jobId: string): Effect.Effect<JobEnd, Ended> => {
  context.running = jobId
  return awaitJob(context, jobId).pipe(
    Effect.tap(() => Effect.sync(() => void (context.running = null))),
    Effect.flatMap((ended) => endJob(context, ended)),
    Effect.catchTag("NotFound", () => endLost(context, { id: jobId, status: "DELETED" }))
  )
}

/** Cancels the job that goes on. Its results are not wanted any more. */
const cancelJob = ({ jobs, running }: JobContext): Effect.Effect<void> =>
  running === null ? Effect.void : jobs.cancel(running).pipe(
    Effect.catch((error) => Effect.logWarning(`batch job ${running} was not cancelled: ${error.message}`)),
    Effect.asVoid
  )
