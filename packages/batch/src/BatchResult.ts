/**
 * The results of a batch job: for each request its `custom_id`, and the response or the reason why there is none.
 *
 * *When to use*: with `BatchJobs.results` and `BatchJobs.failures`, which give them as streams.
 *
 * *Details*: results come in the order of the server, which is not that of the requests: first the output file, then the error
 * file, then the requests that the job ended without. Join them with what you asked by `custom_id`. A result that the
 * server gives twice comes twice.
 *
 * The requests to send again are those of the failures that `isRetryable` accepts:
 *
 * ```ts
 * import { BatchResult } from "@effect-mistral/batch"
 * import { Stream } from "effect"
 *
 * // The questions by custom_id, as they went into the job.
 * const questions = new Map([["q1", "Who painted this?"], ["q2", "When?"]])
 *
 * export const toSendAgain = <E, R>(failures: Stream.Stream<BatchResult.Failed, E, R>) =>
 *   failures.pipe(
 *     Stream.filter(BatchResult.isRetryable),
 *     Stream.flatMap(({ custom_id }) => {
 *       const question = custom_id === null ? undefined : questions.get(custom_id)
 *       return question === undefined ? Stream.empty : Stream.make({ custom_id, question })
 *     })
 *   )
 * ```
 *
 * *Gotchas*: give such a loop a limit. A job that is `FAILED` processes nothing, and another one fails in the same way until
 * what `problems` says is corrected.
 *
 * @see https://docs.mistral.ai/capabilities/batch
 * @since 0.1.0
 */
import type * as EndpointCodec from "@effect-mistral/core/EndpointCodec"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Stream } from "effect/Stream"
import * as BatchJob from "./BatchJob.ts"

/**
 * A request for which its job has no response: it was cancelled, its time was over, or the job failed.
 *
 * *Details*: `custom_id` is the id of the request. It is `null` for requests whose ids are not known, and `requests` is then
 * their number, or 1 if that is not known either. `status` is that of the job. `problems` are the server's own sentences:
 * those of the job, or that of the request's line.
 *
 * It is retryable in another job. *Gotchas*: where `status` is `FAILED`, correct first what `problems` says.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotProcessed extends Schema.TaggedError<NotProcessed>("@effect-mistral/batch/NotProcessed")(
  "NotProcessed",
  {
    custom_id: Schema.NullOr(Schema.String),
    jobId: Schema.String,
    status: BatchJob.Status,
    requests: Schema.Int,
    problems: Schema.Array(Schema.String)
  }
) {
  readonly isRetryable = true
  override get message(): string {
    const { custom_id, jobId, problems, requests, status } = this
    const who = custom_id !== null
      ? `request ${JSON.stringify(custom_id)} of batch job ${jobId} has`
      : requests === 1
      ? `a request of batch job ${jobId}, whose custom_id is not known, has`
      : `${requests} requests of batch job ${jobId}, whose custom_ids are not known, have`
    const advice = custom_id === null
      ? "Give `customIds`, so that such requests are named."
      : status === "FAILED"
      ? "Correct the problem, then send the request in another job."
      : "Send the request again in another job."
    return `${who} no result: the job ended with ${status}${
      problems.length === 0 ? "" : ` (${problems.map((problem) => problem.replace(/\.$/, "")).join("; ")})`
    }. ${advice}`
  }
}

/**
 * The reason why a request of a job has no response: the error that its response reports, or that it has none.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure = MistralError | NotProcessed

/**
 * The result of one request of a job.
 *
 * *Details*: `custom_id` is `null` where the server gives none, and for a line of a file that cannot be read. Such a line is
 * a failure that names the file and the number of the line.
 *
 * @category models
 * @since 0.1.0
 */
export interface BatchResult<out Response> {
  readonly custom_id: string | null
  readonly result: Result.Result<Response, Failure>
}

/**
 * The result of a request that has a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Succeeded<out Response> extends BatchResult<Response> {
  readonly result: Result.Success<Response, never>
}

/**
 * The result of a request that has no response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failed extends BatchResult<never> {
  readonly result: Result.Failure<never, Failure>
}

/**
 * The endpoint of a job, by which its responses are read, such as `Endpoint.chat.complete`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseEndpoint<in out Response> extends EndpointCodec.Reader<Response> {}

/**
 * The options of a call that reads the results of a job: those of its requests, and the ids of the job's requests.
 *
 * *Details*: where results are missing, the requests without one are named. Their ids are read from the input files of the
 * job, or taken from `customIds` without a download. A job whose requests were sent inline has no input file: without
 * `customIds` its missing requests are counted, but not named.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReadOptions<E = never, R = never> extends RequestOptions {
  /** The ids of all requests of the job. They are read once, only where results are missing. */
  readonly customIds?: Iterable<string> | Stream<string, E, R> | undefined
}

/**
 * Whether a request has no response.
 *
 * @category guards
 * @since 0.1.0
 */
export const isFailure = (result: BatchResult<unknown>): result is Failed => Result.isFailure(result.result)

/**
 * Whether a request has a response.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSuccess = <Response>(result: BatchResult<Response>): result is Succeeded<Response> =>
  Result.isSuccess(result.result)

/**
 * Whether a request has no response, and may have one if it is sent again: its error is retryable, or the job ended without
 * it.
 *
 * *Details*: a request that the server refuses, because it is not valid or too long, is not retryable.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isRetryable = (result: BatchResult<unknown>): boolean =>
  isFailure(result) && result.result.failure.isRetryable

/**
 * Separates results into failures and successes, each in their order.
 *
 * *When to use*: for a job whose results fit into memory. `Stream.filter` with `isFailure` or `isSuccess` needs none.
 *
 * @category utils
 * @since 0.1.0
 */
export const partition = <Response>(
  results: Iterable<BatchResult<Response>>
): [failed: Array<Failed>, succeeded: Array<Succeeded<Response>>] => {
  const failed: Array<Failed> = []
  const succeeded: Array<Succeeded<Response>> = []
  for (const result of results) {
    if (isFailure(result)) failed.push(result)
    else if (isSuccess(result)) succeeded.push(result)
  }
  return [failed, succeeded]
}
