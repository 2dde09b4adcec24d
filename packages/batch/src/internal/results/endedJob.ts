import * as MistralError from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Effect from "effect/Effect"
import * as BatchJob from "../../BatchJob.ts"
import type { Operation } from "./failures.ts"

/** Fetches a job, as `BatchJobs.fetch` does. */
export type FetchJob = (
  jobId: string,
  query?: BatchJob.FetchQuery,
  options?: RequestOptions
) => Effect.Effect<BatchJob.BatchJob, MistralError.MistralError>

/**
 * The job with all that its results are read from: its files, or its `outputs`.
 *
 * *Details*: a job that is given by its id, or as it was before it ended, is fetched. Its `outputs` are requested where it has
 * no file and may have results. It fails with `InvalidRequest` where the job has not ended, or is one of another endpoint.
 */
export const endedJob = (
  fetchJob: FetchJob,
  source: BatchJob.BatchJob | string,
  endpoint: Operation,
  options: RequestOptions
): Effect.Effect<BatchJob.BatchJob, MistralError.MistralError> => {
  const refuse = (path: string, message: string) =>
    Effect.fail(MistralError.make(endpoint, new MistralError.InvalidRequest({ issues: [{ path: [path], message }] })))

  const check = (job: BatchJob.BatchJob) =>
    pathOf(job.endpoint) === pathOf(endpoint.path) ? Effect.succeed(job) : refuse(
      "endpoint",
      `batch job ${job.id} has requests of ${job.endpoint}, but ${endpoint.name} is ${endpoint.path}`
    )

  const fetch = (jobId: string, query?: BatchJob.FetchQuery) => Effect.flatMap(fetchJob(jobId, query, options), check)

  return Effect.gen(function*() {
    const given = typeof source === "string" ? yield* fetch(source) : yield* check(source)
    const job = typeof source === "string" || mayHaveResults(given) ? given : yield* fetch(given.id)
    if (!mayHaveResults(job)) {
      return yield* refuse("status", `batch job ${job.id} is ${job.status}: await its end, then read its results`)
    }
    return needsOutputs(job) ? yield* fetch(job.id, { inline: true }) : job
  })
}

/** Whether a job has ended. One of an unknown status has where it has a file or the time of its end. */
export const mayHaveResults = (job: BatchJob.BatchJob): boolean =>
  BatchJob.hasEnded(job.status) ||
  (!running.includes(job.status) && (filesOf(job).length > 0 || typeof job.completed_at === "number"))

const running: ReadonlyArray<BatchJob.Status> = ["QUEUED", "RUNNING", "CANCELLATION_REQUESTED"] satisfies ReadonlyArray<
  BatchJob.KnownStatus
>

/** The files that hold the results of a job: first that of the successes. */
export const filesOf = ({ error_file, output_file }: BatchJob.BatchJob): ReadonlyArray<string> => [
  ...new Set([output_file, error_file].flatMap((file) => typeof file === "string" && file !== "" ? [file] : []))
]

/** Whether the results of a job may be in it, but are not: it has no file, and was sent inline or says that it did something. */
const needsOutputs = (job: BatchJob.BatchJob): boolean =>
  filesOf(job).length === 0 && (job.outputs ?? []).length === 0 &&
  (job.input_files.length === 0 || job.completed_requests + job.succeeded_requests + job.failed_requests > 0)

/** A path in one form: some servers leave out the first slash. */
const pathOf = (path: string): string => path.replaceAll(/^\/+|\/+$/g, "")
