/**
 * Batch jobs: what the API says about one, and the requests and responses around it.
 *
 * @see https://docs.mistral.ai/api/endpoint/batch
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"

const { looseStruct, nullable, nullish, openEnum } = WireSchema

/**
 * The statuses that the API documents.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownStatus =
  | "QUEUED"
  | "RUNNING"
  | "SUCCESS"
  | "FAILED"
  | "TIMEOUT_EXCEEDED"
  | "CANCELLATION_REQUESTED"
  | "CANCELLED"

/**
 * The schema of the status of a job, which may be one that this version does not know.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Status = openEnum<KnownStatus>()

/**
 * The status of a job, which may be one that this version does not know.
 *
 * @category models
 * @since 0.1.0
 */
export type Status = typeof Status.Type

/**
 * Whether a status is final: the job has ended, whether well or not.
 *
 * *Details*: a job whose cancellation was requested still runs, and an unknown status may still change.
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasEnded = (status: Status): boolean =>
  status === "SUCCESS" || status === "FAILED" || status === "TIMEOUT_EXCEEDED" || status === "CANCELLED"

const problem = looseStruct({ message: Schema.String, count: nullish(Schema.Number) })

/**
 * A problem of a job, and the number of requests that have it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem extends Schema.Schema.Type<typeof problem> {}

/**
 * The schema of a problem of a job.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Problem: Schema.Codec<Problem> = problem

const job = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  input_files: Schema.Array(Schema.String),
  metadata: nullish(Schema.Record(Schema.String, Schema.Unknown)),
  endpoint: Schema.String,
  model: nullish(Schema.String),
  agent_id: nullish(Schema.String),
  output_file: nullish(Schema.String),
  error_file: nullish(Schema.String),
  errors: Schema.Array(Problem),
  outputs: nullish(Schema.Array(Schema.Record(Schema.String, Schema.Unknown))),
  status: Status,
  created_at: Schema.Number,
  started_at: nullish(Schema.Number),
  completed_at: nullish(Schema.Number),
  total_requests: Schema.Number,
  completed_requests: Schema.Number,
  succeeded_requests: Schema.Number,
  failed_requests: Schema.Number
})

/**
 * What the API says about a batch job. Times are in seconds since the epoch.
 *
 * *Details*: `outputs` are the results themselves, in a response to `fetch` with `inline: true`. Otherwise `output_file` has
 * the results of the requests that succeeded, and `error_file` those of the requests that failed.
 *
 * @category models
 * @since 0.1.0
 */
export interface BatchJob extends Schema.Schema.Type<typeof job> {}

/**
 * The schema of a batch job.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BatchJob: Schema.Codec<BatchJob> = job

/**
 * The schema of a request of a batch job that is sent inline.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InlineRequest = Schema.Struct({
  custom_id: nullable(Schema.String),
  body: Schema.Record(Schema.String, Schema.Unknown)
})

/**
 * A request of a batch job that is sent inline: the body of a request of the job's endpoint, under an id of your own.
 *
 * @category models
 * @since 0.1.0
 */
export interface InlineRequest extends Schema.Schema.Type<typeof InlineRequest> {}

/**
 * The schema of the metadata of a job: texts of 1 to 512 characters under keys of 1 to 32.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Metadata = Schema.Record(
  Schema.String,
  Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(512))
).check(Schema.makeFilter((metadata) => {
  const wrong = Object.keys(metadata).find((key) => key.length < 1 || key.length > 32)
  return wrong === undefined || { path: [wrong], issue: "Expected a key of 1 to 32 characters" }
}))

/**
 * The metadata of a job: texts of 1 to 512 characters under keys of 1 to 32.
 *
 * @category models
 * @since 0.1.0
 */
export type Metadata = typeof Metadata.Type

/**
 * The schema of a request to create a job. Required: `endpoint`, and either `input_files` or `requests`.
 *
 * *Details*: `endpoint` is the path of the requests, such as `/v1/chat/completions`. `input_files` are the ids of files of the
 * purpose `batch`, `requests` at most 10,000 requests inline. `model` is the model of all requests that name none.
 * `timeout_hours` is 24 unless set, and at most 168.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest = Schema.Struct({
  endpoint: openEnum<
    | "/v1/chat/completions"
    | "/v1/embeddings"
    | "/v1/fim/completions"
    | "/v1/moderations"
    | "/v1/chat/moderations"
    | "/v1/ocr"
    | "/v1/classifications"
    | "/v1/chat/classifications"
    | "/v1/conversations"
    | "/v1/audio/transcriptions"
  >(),
  input_files: nullable(Schema.Array(Schema.String)),
  requests: nullable(Schema.Array(InlineRequest).check(Schema.isMaxLength(10_000))),
  model: nullable(Schema.String),
  agent_id: nullable(Schema.String),
  metadata: nullable(Metadata),
  timeout_hours: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 168 })))
})

/**
 * A request to create a job.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof CreateRequest> {}

const listParameters = {
  page: Schema.optional(Schema.Int),
  page_size: Schema.optional(Schema.Int),
  model: nullable(Schema.String),
  agent_id: nullable(Schema.String),
  created_after: nullable(Schema.String),
  created_by_me: Schema.optional(Schema.Boolean),
  status: nullable(Schema.Array(Status)),
  order_by: Schema.optional(openEnum<"created" | "-created">())
}

/**
 * Whether a list of jobs can be filtered by a key of the metadata. A key that is named like a query parameter, such as
 * `status`, cannot be told from it: each key of the metadata is a query parameter of its own.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isFilterable = (key: string): boolean => key !== "metadata" && !Object.hasOwn(listParameters, key)

/**
 * The schema of the query of a list of jobs.
 *
 * *Details*: `page` counts from 0, and `page_size` is 100 unless set. `created_after` is a date and time in the form of ISO
 * 8601. `order_by` is `-created` (the newest first) unless set. `metadata` asks for jobs that have these keys with these
 * texts. A key that is named like another query parameter is refused (`isFilterable`): filter by it after the response.
 *
 * *Gotchas*: a server may ignore `metadata`, so that jobs without it are in the response, too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListQuery = Schema.Struct({
  ...listParameters,
  metadata: nullable(
    Metadata.check(
      Schema.makeFilter((metadata) =>
        Object.keys(metadata).filter((key) => !isFilterable(key)).map((key) => ({
          path: [key],
          issue: "Expected another key: the query has a parameter of this name"
        }))
      )
    )
  )
})

/**
 * The query of a list of jobs.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListQuery extends Schema.Schema.Type<typeof ListQuery> {}

/**
 * The schema of a page of jobs.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = looseStruct({
  data: nullish(Schema.Array(BatchJob)),
  object: nullish(Schema.String),
  total: nullish(Schema.Number)
})

/**
 * A page of jobs. `total` counts all jobs that the query fits.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * The schema of the query of a job: `inline` asks for the results themselves.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FetchQuery = Schema.Struct({ inline: nullable(Schema.Boolean) })

/**
 * The query of a job.
 *
 * @category models
 * @since 0.1.0
 */
export interface FetchQuery extends Schema.Schema.Type<typeof FetchQuery> {}

/**
 * The schema of the response to a deletion.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeleteResponse = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  deleted: nullish(Schema.Boolean)
})

/**
 * The response to a deletion.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeleteResponse extends Schema.Schema.Type<typeof DeleteResponse> {}

/**
 * The parts of a job in which `BatchJobs.createOnce` compares it with a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Difference = typeof Difference.Type

const Difference = Schema.Literals(["endpoint", "model", "agent_id", "input_files"])

/**
 * The error of `BatchJobs.createOnce` where another job has the metadata of the request. `job` is that job, and `differences`
 * names the parts in which it differs from the request. Nothing was created.
 *
 * *Details*: it is not retryable. Give each job metadata of its own; or take the `job`, if its input is the same after all,
 * such as the same file uploaded a second time; or pass over it with the option `ignore`.
 *
 * @category errors
 * @since 0.1.0
 */
export class JobMismatch extends Schema.TaggedError<JobMismatch>("@effect-mistral/batch/BatchJob/JobMismatch")(
  "JobMismatch",
  { job: BatchJob, differences: Schema.Array(Difference) }
) {
  readonly isRetryable = false
  override get message() {
    return `BatchJobs.createOnce: job ${this.job.id} (${this.job.status}) has this metadata, but differs in ${
      this.differences.join(", ")
    }. Nothing was created. Give each job metadata of its own, or pass over this job with \`ignore\`.`
  }
}
