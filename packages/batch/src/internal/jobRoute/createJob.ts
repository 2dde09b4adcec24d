import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as BatchJob from "../../BatchJob.ts"
import type * as Ledger from "../../Ledger.ts"
import type { JobContext } from "./jobContext.ts"
import { jobFiles } from "./jobInput.ts"
import { metadataOf } from "./jobName.ts"
import { type JobTarget, targetOf } from "./jobTarget.ts"
import { type Ended, type NotFound, patiently, pauseFor, untilStopped } from "./patience.ts"
import { uploadInput } from "./uploadInput.ts"

/**
 * Makes sure that the open items have a job, and that the ledger knows it. Returns its id, or none where no item is open any
 * more, because their requests are not valid.
 *
 * *Details*: each step is written down before the next one, and whatever was done without being written down is found: the job
 * by its metadata, a file by its name. `isNew` says that nothing was done for this job before, so that no file is looked for.
 */
export const createJob = (context: JobContext, isNew: boolean): Effect.Effect<Option.Option<string>, Ended> =>
  Effect.gen(function*() {
    const { work } = context
    if (context.step.jobId !== null) return Option.some(context.step.jobId)
    if (context.step.fileId === null && !isNew) {
      const found = yield* findJob(context)
      if (Option.isSome(found)) return Option.some(yield* saveCreated(context, found.value))
    }
    const target = targetOf(context)
    if (Result.isFailure(target)) return yield* work.pause(target.failure)
    // A file that Mistral does not find any more is uploaded once more.
    for (let uploads = 0;; uploads++) {
      if (context.step.fileId === null) {
        const files = yield* jobFiles(context, target.success)
        if (files.length === 0) return Option.none()
        const ids = yield* uploadInput(context, files, { find: !isNew && uploads === 0 })
        yield* saveStep(context, { ...context.step, fileId: ids.join(separator) })
      }
      const created = yield* Effect.result(create(context, target.success))
      if (Result.isSuccess(created)) return Option.some(yield* saveCreated(context, created.success))
      if (created.failure._tag !== "NotFound") return yield* Effect.fail(created.failure)
      if (uploads > 0) return yield* pauseFor(work, creating, created.failure.error)
      yield* saveStep(context, { ...context.step, fileId: null })
    }
  })

/** Writes down how far a part is. */
export const saveStep = (context: JobContext, step: Ledger.JobStep): Effect.Effect<void, Ended> =>
  Effect.andThen(context.work.saveJob(step), Effect.sync(() => void (context.step = step)))

const findJob = ({ jobs, step, work }: JobContext): Effect.Effect<Option.Option<BatchJob.BatchJob>, Ended> =>
  patiently(work, { doing: searching }, () => untilStopped(work, jobs.find(metadataOf(work.claim, step.attempt)))).pipe(
    Effect.catchTag("NotFound", ({ error }) => pauseFor(work, searching, error))
  )

/**
 * Creates the job of a file, or finds it. It is not interrupted when the batch is cancelled meanwhile, because the job would go
 * on without anyone who knows it.
 */
const create = (
  { jobs, options, step, work }: JobContext,
  { agent_id, endpoint, model }: JobTarget
): Effect.Effect<BatchJob.BatchJob, NotFound | Ended> => {
  const request = {
    endpoint,
    model,
    agent_id,
    input_files: step.fileId?.split(separator) ?? [],
    metadata: metadataOf(work.claim, step.attempt),
    timeout_hours: options.timeoutHours
  }
  return patiently(work, { doing: creating }, () => Effect.andThen(work.mayAsk, jobs.createOnce(request))).pipe(
    Effect.catchTag("JobMismatch", (error) => {
      const { differences, job } = error
      // The metadata belong to this part of this ledger. Another file has the same requests, and a server may write a model
      // in another way.
      return differences.includes("endpoint") ? pauseFor(work, creating, error) : Effect.succeed(job)
    })
  )
}

const saveCreated = (context: JobContext, { id, input_files }: BatchJob.BatchJob): Effect.Effect<string, Ended> => {
  const { step } = context
  const saved = saveStep(context, { ...step, fileId: input_files.join(separator) || step.fileId, jobId: id })
  // Whatever happens now, the job is known.
  context.running = id
  return Effect.as(saved, id)
}

const creating = "the creation of the batch job"
const searching = "the search for the batch job"

/** Between the ids of several files. */
export const separator = ","
