/**
 * Batch jobs: create jobs, find them again, watch them until they end, read their results, cancel and delete them.
 *
 * ```ts
 * import { BatchJobs, BatchResult } from "@effect-mistral/batch"
 * import { Completion, Endpoint } from "@effect-mistral/core"
 * import { Console, Effect, Stream } from "effect"
 *
 * // If this is killed at any place and run again, it finds the job that it has created.
 * export const run = (fileId: string) =>
 *   Effect.gen(function*() {
 *     const job = yield* BatchJobs.createOnce({
 *       endpoint: "/v1/chat/completions",
 *       model: "mistral-small-latest",
 *       input_files: [fileId],
 *       metadata: { run: "reviews-2026-07" }
 *     })
 *     yield* BatchJobs.watch(job.id).pipe(
 *       Stream.runForEach(({ completed_requests, status, total_requests }) =>
 *         Console.log(`${status}: ${completed_requests} of ${total_requests}`)
 *       )
 *     )
 *     yield* BatchJobs.results(job.id, Endpoint.chat.complete).pipe(
 *       Stream.runForEach((result) =>
 *         BatchResult.isSuccess(result)
 *           ? Console.log(result.custom_id, Completion.text(result.result.success))
 *           : Console.error(result.custom_id, result.result)
 *       )
 *     )
 *   })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/batch
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as BatchEndpoint from "./BatchEndpoint.ts"
import type * as BatchJob from "./BatchJob.ts"
import type * as BatchResult from "./BatchResult.ts"
import * as Files from "./Files.ts"
import { createIssues, invalidRequest, metadataIssues, schemaIssues } from "./internal/jobs/createIssues.ts"
import { createOnce as findOrCreate } from "./internal/jobs/createOnce.ts"
import { findJob } from "./internal/jobs/findJob.ts"
import type { CreateOnceOptions, CreateOnceRequest, FindOptions, WatchOptions } from "./internal/jobs/jobOptions.ts"
import { watchJob } from "./internal/jobs/watchJob.ts"
import { paginate } from "./internal/pages/paginate.ts"
import { makeResults, type Results } from "./internal/results/makeResults.ts"

export type {
  /**
   * The options of `createOnce`. Each request uses the request options: `timeout.total` limits one request.
   *
   * @category options
   * @since 0.1.0
   */
  CreateOnceOptions,
  /**
   * A request to create a job that is found again by its metadata.
   *
   * @category models
   * @since 0.1.0
   */
  CreateOnceRequest,
  /**
   * The options of `find`. Each request uses the request options: `timeout.total` limits one request.
   *
   * @category options
   * @since 0.1.0
   */
  FindOptions,
  /**
   * The options of `watch` and `await`. Each poll uses the request options, its retry policy included.
   *
   * @category options
   * @since 0.1.0
   */
  WatchOptions
} from "./internal/jobs/jobOptions.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Creates a job. Retried after a rate limit, but not where the response may have been lost. */
  readonly create: (
    request: BatchJob.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<BatchJob.BatchJob, MistralError>
  /** Finds the newest job that has the metadata of the request, or creates the job. */
  readonly createOnce: (
    request: CreateOnceRequest,
    options?: CreateOnceOptions
  ) => Effect.Effect<BatchJob.BatchJob, MistralError | BatchJob.JobMismatch>
  /** Finds the newest job that has all of the metadata. */
  readonly find: (
    metadata: BatchJob.Metadata,
    options?: FindOptions
  ) => Effect.Effect<Option.Option<BatchJob.BatchJob>, MistralError>
  /** Lists one page of jobs. */
  readonly list: (
    query?: BatchJob.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<BatchJob.ListResponse, MistralError>
  /** Paginates all jobs from a page on. A page is requested when the jobs before it have been consumed. */
  readonly listAll: (
    query?: BatchJob.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<BatchJob.BatchJob, MistralError>
  /** Fetches a job, with its results if `inline` is true. */
  readonly fetch: (
    jobId: string,
    query?: BatchJob.FetchQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<BatchJob.BatchJob, MistralError>
  /** Requests the cancellation of a job. */
  readonly cancel: (
    jobId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<BatchJob.BatchJob, MistralError>
  /** Deletes a job. */
  readonly delete: (
    jobId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<BatchJob.DeleteResponse, MistralError>
  /** Polls a job until its status is final, and gives each response. */
  readonly watch: (jobId: string, options?: WatchOptions) => Stream.Stream<BatchJob.BatchJob, MistralError>
  /** Polls a job until its status is final, and returns the last response. */
  readonly await: (jobId: string, options?: WatchOptions) => Effect.Effect<BatchJob.BatchJob, MistralError>
  /** Streams the results of a job that has ended, successes and failures. */
  readonly results: Results["results"]
  /** Streams the results of a job that has ended and that are failures. */
  readonly failures: Results["failures"]
}

/**
 * The `BatchJobs` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(BatchJobs.BatchJobs)({ await: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class BatchJobs extends Context.Service<BatchJobs, Service>()("@effect-mistral/batch/BatchJobs") {}

/**
 * The default schedule of the polls: after 1 second, then each delay is half as long again as the one before, up to 30
 * seconds, with a jitter of 20 %.
 *
 * @category schedules
 * @since 0.1.0
 */
export const defaultSchedule: Schedule.Schedule<Duration.Duration> = Schedule.jittered(
  Schedule.min([Schedule.exponential("1 second", 1.5), Schedule.spaced("30 seconds")])
)

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.gen(function*() {
    const client = yield* MistralClient.MistralClient
    const { content } = yield* Files.make(options)
    const merge = (over: RequestOptions.RequestOptions | undefined) => RequestOptions.merge(options, over)
    const send: Service["create"] = (request, callOptions) =>
      client.request(BatchEndpoint.createJob, request, merge(callOptions))
    const list: Service["list"] = (query, callOptions) =>
      client.request(BatchEndpoint.listJobs, undefined, { ...merge(callOptions), query: { ...query } })
    const fetch: Service["fetch"] = (job_id, query, callOptions) =>
      client.request(BatchEndpoint.fetchJob, undefined, {
        ...merge(callOptions),
        params: { job_id },
        query: { ...query }
      })
    const watch: Service["watch"] = (
      jobId,
      { maxFailures = 10, schedule = defaultSchedule, ...callOptions } = {}
    ) => watchJob(fetch(jobId, undefined, callOptions), schedule, maxFailures)
    return BatchJobs.of({
      create: (request, callOptions) =>
        Effect.suspend(() => {
          const issues = createIssues(request)
          return issues.length === 0
            ? send(request, callOptions)
            : Effect.fail(invalidRequest([...issues, ...schemaIssues(request)]))
        }),
      createOnce: (request, { attempts, fileTimeout, ignore, searches, ...callOptions } = {}) =>
        findOrCreate(
          { create: send(request, callOptions), list: (query) => list(query, callOptions) },
          request,
          { attempts, fileTimeout, ignore, searches }
        ),
      find: (metadata, { ignore = () => false, ...callOptions } = {}) =>
        Effect.suspend(() => {
          const issues = metadataIssues({ metadata })
          return issues.length === 0
            ? findJob((query) => list(query, callOptions), metadata, ignore)
            : Effect.fail(invalidRequest(issues, BatchEndpoint.listJobs))
        }),
      list,
      listAll: (query, callOptions) => paginate((page) => list({ ...query, page }, callOptions), query),
      fetch,
      cancel: (job_id, callOptions) =>
        client.request(BatchEndpoint.cancelJob, undefined, { ...merge(callOptions), params: { job_id } }),
      delete: (job_id, callOptions) =>
        client.request(BatchEndpoint.deleteJob, undefined, { ...merge(callOptions), params: { job_id } }),
      watch,
      await: (jobId, watchOptions) =>
        Stream.runLast(watch(jobId, watchOptions)).pipe(
          Effect.flatMap(Option.match({
            onNone: () => Effect.die(new Error("A watched job gives one response at least")),
            onSome: Effect.succeed
          }))
        ),
      ...makeResults({ content, fetchJob: fetch })
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<BatchJobs, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(BatchJobs, /* @__PURE__ */ make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<BatchJobs, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(BatchJobs, make(options)))

/**
 * Creates a job of files (`input_files`) or of requests that are sent with it (`requests`).
 *
 * *Details*: a request with neither or both, an empty list, and a file or a `custom_id` that occurs twice are an
 * `InvalidRequest` that names both places, and nothing is sent. The `body` of an inline request is not checked here:
 * the server answers a wrong one with a failure of that request.
 *
 * *Gotchas*: the operation is not idempotent. It is retried after a rate limit, but not after a lost connection, a timeout
 * or a server error: the job may exist then. `createOnce` looks for it.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = (
  request: BatchJob.CreateRequest,
  options?: RequestOptions.RequestOptions
): Effect.Effect<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.create(request, options))

/**
 * Finds the newest job that has the metadata of the request, or creates the job. A program that was killed and runs again
 * gets the same job.
 *
 * *Details*:
 *
 * - It lists the jobs first, newest first. A job is the one if it has all keys of the request's metadata with the same
 *   texts, whatever its status, unless `ignore` passes over it. If it differs from the request in `endpoint`, `model`,
 *   `agent_id` or `input_files`, the call fails with `JobMismatch`. Inline requests cannot be compared, nor a model where
 *   the request names none.
 * - If the creation has no usable response (a lost connection, a timeout, a server error, a body that is not a job), the job
 *   may exist all the same. It is searched for on the schedule `searches`. The request is sent again if the list could be
 *   read at the end and does not show the job, at most `attempts` times in all.
 * - If the list cannot be read after that, the call fails with the error of the creation. Another run finds the job.
 * - A response that an input file was not found is retried for `fileTimeout`: servers answer so right after an upload.
 *
 * *Gotchas*:
 *
 * - Two programs that call it at the same moment may both find nothing and both create a job. Later runs find the newer
 *   one. Let one program create the jobs of a run.
 * - A file that is uploaded again has another id, so that the job of the first upload is a `JobMismatch`, whose `job` is the
 *   earlier one. A program that uploads its file in the same run looks for the job with `find` first.
 * - If the list shows a new job later than the last of `searches`, it is created twice.
 *
 * @category operations
 * @since 0.1.0
 */
export const createOnce = (
  request: CreateOnceRequest,
  options?: CreateOnceOptions
): Effect.Effect<BatchJob.BatchJob, MistralError | BatchJob.JobMismatch, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.createOnce(request, options))

/**
 * Finds the newest job that has all of the metadata, as `createOnce` does, and creates none.
 *
 * *When to use*: before the input of a job is uploaded, in a program that may have been killed after it created the job.
 *
 * ```ts
 * import { BatchJobs, Files } from "@effect-mistral/batch"
 * import { Effect, Option, type Stream } from "effect"
 *
 * export const start = (run: string, lines: Stream.Stream<string>) =>
 *   Effect.gen(function*() {
 *     const metadata = { run }
 *     const earlier = yield* BatchJobs.find(metadata)
 *     if (Option.isSome(earlier)) return earlier.value
 *     const file = yield* Files.upload({ name: `${run}.jsonl`, purpose: "batch", lines })
 *     return yield* BatchJobs.createOnce({
 *       endpoint: "/v1/chat/completions",
 *       model: "mistral-small-latest",
 *       input_files: [file.id],
 *       metadata
 *     })
 *   })
 * ```
 *
 * @category operations
 * @since 0.1.0
 */
export const find = (
  metadata: BatchJob.Metadata,
  options?: FindOptions
): Effect.Effect<Option.Option<BatchJob.BatchJob>, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.find(metadata, options))

/**
 * Lists one page of jobs: `{ data, total }`, the newest first. `page` counts from 0.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = (
  query?: BatchJob.ListQuery,
  options?: RequestOptions.RequestOptions
): Effect.Effect<BatchJob.ListResponse, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.list(query, options))

/**
 * Paginates all jobs from a page on. A page is requested when the jobs before it have been consumed.
 *
 * *Details*: a job that is created meanwhile moves the others to the next page. Those that came before are not repeated.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = (
  query?: BatchJob.ListQuery,
  options?: RequestOptions.RequestOptions
): Stream.Stream<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Stream.unwrap(Effect.map(BatchJobs, (service) => service.listAll(query, options)))

/**
 * Fetches a job. With `{ inline: true }` its `outputs` are the results themselves.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = (
  jobId: string,
  query?: BatchJob.FetchQuery,
  options?: RequestOptions.RequestOptions
): Effect.Effect<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.fetch(jobId, query, options))

/**
 * Requests the cancellation of a job. The job may run on for a while with the status `CANCELLATION_REQUESTED`.
 *
 * @category operations
 * @since 0.1.0
 */
export const cancel = (
  jobId: string,
  options?: RequestOptions.RequestOptions
): Effect.Effect<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.cancel(jobId, options))

const delete_ = (
  jobId: string,
  options?: RequestOptions.RequestOptions
): Effect.Effect<BatchJob.DeleteResponse, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.delete(jobId, options))

/**
 * Polls a job at once and on a schedule until its status is final (`BatchJob.hasEnded`), and gives each response: for a
 * display of the progress.
 *
 * *Details*:
 *
 * - A job that has ended already is one response, without a wait.
 * - `defaultSchedule` begins with 1 second and grows to 30.
 * - A poll that fails in passing is repeated after 1 second, then after twice the delay before, up to 30 seconds, and not
 *   before the server's `Retry-After`. `maxFailures` limits how many fail in a row.
 * - A status that this version does not know is given like any other, and polling goes on.
 * - The next poll waits until the response before it has been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const watch = (
  jobId: string,
  options?: WatchOptions
): Stream.Stream<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Stream.unwrap(Effect.map(BatchJobs, (service) => service.watch(jobId, options)))

const await_ = (
  jobId: string,
  options?: WatchOptions
): Effect.Effect<BatchJob.BatchJob, MistralError, BatchJobs> =>
  Effect.flatMap(BatchJobs, (service) => service.await(jobId, options))

export {
  /**
   * Polls a job as `watch` does, and returns the last response.
   *
   * *Details*: a job that has failed, timed out or was cancelled is returned, too: see its `status`.
   *
   * @category operations
   * @since 0.1.0
   */
  await_ as await,
  /**
   * Deletes a job.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Streams the results of a job that has ended: `{ custom_id, result }` for each request, where `result` is the response, read
 * by the schema of the endpoint, or the reason why there is none.
 *
 * *Details*:
 *
 * - The output file comes first, then the error file, then the requests that the job ended without. A job whose requests
 *   were sent inline has its results in its `outputs`. The order is not that of the requests: join by `custom_id`.
 * - The failure of one request is a value. The stream fails only where the job, or a file of it, cannot be read.
 * - A job of failures only gives failures, and one that timed out gives what was done and names the rest
 *   (`NotProcessed`): for their ids its input files are read, or `customIds`.
 * - A job that has not ended, and an endpoint that is not the job's, are an `InvalidRequest`.
 *
 * @category operations
 * @since 0.1.0
 */
export const results = <Response, E = never, R = never>(
  job: BatchJob.BatchJob | string,
  endpoint: BatchResult.ResponseEndpoint<Response>,
  options?: BatchResult.ReadOptions<E, R>
): Stream.Stream<BatchResult.BatchResult<Response>, MistralError | E, BatchJobs | R> =>
  Stream.unwrap(Effect.map(BatchJobs, (service) => service.results(job, endpoint, options)))

/**
 * Streams the results of a job that has ended and that are failures, as `results` gives them.
 *
 * *When to use*: to send again what failed. `BatchResult.isRetryable` says which of them may succeed.
 *
 * @category operations
 * @since 0.1.0
 */
export const failures = <Response, E = never, R = never>(
  job: BatchJob.BatchJob | string,
  endpoint: BatchResult.ResponseEndpoint<Response>,
  options?: BatchResult.ReadOptions<E, R>
): Stream.Stream<BatchResult.Failed, MistralError | E, BatchJobs | R> =>
  Stream.unwrap(Effect.map(BatchJobs, (service) => service.failures(job, endpoint, options)))
