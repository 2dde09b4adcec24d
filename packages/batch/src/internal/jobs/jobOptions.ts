import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Duration from "effect/Duration"
import type * as Schedule from "effect/Schedule"
import type * as BatchJob from "../../BatchJob.ts"

/** A request to create a job that is found again by its metadata. */
export interface CreateOnceRequest extends BatchJob.CreateRequest {
  /** The metadata that identifies the job: at least one key. */
  readonly metadata: BatchJob.Metadata
}

/** The options of `find`. Each request uses the request options: `timeout.total` limits one request. */
export interface FindOptions extends RequestOptions.RequestOptions {
  /**
   * Says which jobs with the metadata to pass over, such as `(job) => job.status === "CANCELLED"`. By default every job
   * counts, whether it runs, has ended well, has failed or was cancelled. A job that was deleted is not listed.
   */
  readonly ignore?: ((job: BatchJob.BatchJob) => boolean) | undefined
}

/** The options of `createOnce`. Each request uses the request options: `timeout.total` limits one request. */
export interface CreateOnceOptions extends FindOptions {
  /** How often the request to create the job is sent at most. Default: 3. It is only sent again if the job was not found. */
  readonly attempts?: number | undefined
  /** When to look for the job after its creation had no usable response. Default: after 1, 2, 4 and 8 seconds. */
  readonly searches?: Schedule.Schedule<unknown> | undefined
  /** How long the creation is retried while the server does not find an input file. Default: 1 minute. */
  readonly fileTimeout?: Duration.Input | undefined
}

/** The options of `watch` and `await`. Each poll uses the request options, its retry policy included. */
export interface WatchOptions extends RequestOptions.RequestOptions {
  /** Takes each response, and says when to poll next. If it ends first, the last status may not be final. */
  readonly schedule?: Schedule.Schedule<unknown, BatchJob.BatchJob> | undefined
  /**
   * How many polls in a row may fail. Default: 10; the eleventh failure is the error. Failures that count are rate limits,
   * server errors, lost connections and timeouts. Any other error, such as a 401 or a 404, fails at once.
   */
  readonly maxFailures?: number | undefined
}
