import type { Checks } from "@effect-mistral/core/RequestOptions"
import type * as Schedule from "effect/Schedule"
import type * as BatchJob from "../../BatchJob.ts"

/** The options of the jobs route. */
export interface JobsOptions {
  /** The number of items in a part, which is that of the requests in a job. Default: 50,000. */
  readonly partSize?: number | undefined
  /** The number of jobs of a batch that run at once. Default: 20, which makes a million requests. */
  readonly jobs?: number | undefined
  /** The model of requests that name none. */
  readonly model?: string | undefined
  /** Says when a job is polled, as in `BatchJobs.watch`. It must not end. Default: `BatchJobs.defaultSchedule`. */
  readonly schedule?: Schedule.Schedule<unknown, BatchJob.BatchJob> | undefined
  /** The hours after which Mistral ends a job with what it has, from 1 to 168. Default: 24. */
  readonly timeoutHours?: number | undefined
  /** Whether the files of a job are deleted once its outcomes are in the ledger. Default: false. */
  readonly deleteFiles?: boolean | undefined
  /** The largest input file in bytes. A job has several where one would be larger. Default: 512,000,000, the limit of Mistral. */
  readonly maxBytes?: number | undefined
  /** The checks of requests before they are uploaded, as in `RequestOptions`. */
  readonly checks?: Checks | undefined
}
