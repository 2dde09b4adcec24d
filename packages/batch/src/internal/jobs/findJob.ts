import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as BatchJob from "../../BatchJob.ts"
import { paginate } from "../pages/paginate.ts"

/** Lists one page of jobs. */
export type ListJobs = (query: BatchJob.ListQuery) => Effect.Effect<BatchJob.ListResponse, MistralError>

/**
 * Finds the newest job that has all of the metadata and is not passed over.
 *
 * *Details*: the server is asked to filter, but may not do so: each job is compared here, too. Keys that are named like
 * another query parameter are only compared here.
 */
export const findJob = (
  list: ListJobs,
  metadata: BatchJob.Metadata,
  isIgnored: (job: BatchJob.BatchJob) => boolean
): Effect.Effect<Option.Option<BatchJob.BatchJob>, MistralError> => {
  const expected = Object.entries(metadata)
  const filter = Object.fromEntries(expected.filter(([key]) => BatchJob.isFilterable(key)))
  const query = { order_by: "-created", metadata: filter }
  return paginate((page) => list({ ...query, page })).pipe(
    Stream.filter((job) => expected.every(([key, text]) => job.metadata?.[key] === text) && !isIgnored(job)),
    Stream.runHead
  )
}
