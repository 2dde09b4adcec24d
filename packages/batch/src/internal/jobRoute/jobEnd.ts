import * as Effect from "effect/Effect"
import type * as BatchJob from "../../BatchJob.ts"
import { sentencesOf } from "../results/unprocessed.ts"
import type { EndedJob } from "./awaitJob.ts"
import { endItems } from "./endItems.ts"
import type { JobContext } from "./jobContext.ts"
import type { Ended } from "./patience.ts"
import { readResults } from "./readResults.ts"

/** How a job has ended, once its results are committed. */
export interface JobEnd {
  /** The job, unless Mistral does not have it any more. */
  readonly job: BatchJob.BatchJob | undefined
  /** Why another job does not follow at once, as a sentence. */
  readonly pause: string | undefined
}

/** Commits the results of a job that has ended. */
export const endJob = (context: JobContext, { atOnce, job }: EndedJob): Effect.Effect<JobEnd, Ended> =>
  Effect.gen(function*() {
    const { work: { claim, definition } } = context
    const problems = sentencesOf(definition.endpoint, job)
    const resultsLost = yield* readResults(context, job).pipe(
      Effect.as(false),
      Effect.catchTag("NotFound", () => Effect.succeed(true))
    )
    if (resultsLost) return yield* endLost(context, job)
    yield* endItems(context, job, { problems, resultsLost })
    // A job that had ended when this process found it has paused the batch before.
    const isOld = atOnce && claim.job?.jobId === job.id
    return { job, pause: isOld ? undefined : pauseOf(context, job, problems) }
  })

/** Ends a job that Mistral does not have any more, or whose results it does not have. */
export const endLost = (
  context: JobContext,
  job: BatchJob.BatchJob | { readonly id: string; readonly status: "DELETED" }
): Effect.Effect<JobEnd, Ended> =>
  Effect.map(
    endItems(context, job, { problems: ["its results are not there any more"], resultsLost: true }),
    () => ({
      job: "errors" in job ? job : undefined,
      pause: `${nameOf(context, job)} or its results are not there any more. Resume the batch to ask for its ${
        openOf(context)
      } again, which may be paid twice.`
    })
  )

const pauseOf = (
  context: JobContext,
  job: BatchJob.BatchJob,
  problems: ReadonlyArray<string>
): string | undefined => {
  switch (job.status) {
    case "FAILED":
      return `${nameOf(context, job)} failed: ${
        problems.length === 0 ? "Mistral does not say why" : problems.join("; ").replace(/\.$/, "")
      }. Correct that, then resume the batch: its ${openOf(context)} go into another job.`
    case "CANCELLED":
      return `${nameOf(context, job)} was cancelled. Resume the batch: its ${openOf(context)} go into another job.`
    default:
      return undefined
  }
}

const nameOf = ({ work }: JobContext, { id }: { readonly id: string }): string =>
  `batch job ${id} of part ${work.claim.part}`

const openOf = ({ items }: JobContext): string => `${items.size} open item${items.size === 1 ? "" : "s"}`
