/**
 * How the items of a batch are asked: live, one request each, or by Mistral's batch jobs at half the price.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { LedgerError } from "./BatchError.ts"
import type * as BatchJobs from "./BatchJobs.ts"
import type * as Files from "./Files.ts"
import { makeJobRoute } from "./internal/jobRoute/jobRoute.ts"
import type { JobsOptions } from "./internal/jobRoute/jobsOptions.ts"
import { type Ask, askClient } from "./internal/live/ask.ts"
import * as Live from "./internal/live/liveRoute.ts"
import type { PartStopped, PartWork } from "./internal/work/partWork.ts"
import { Limits } from "./Limits.ts"

export type {
  /**
   * The options of the jobs route.
   *
   * @category options
   * @since 0.1.0
   */
  JobsOptions
} from "./internal/jobRoute/jobsOptions.ts"

/**
 * A route.
 *
 * *Details*: `partSize` is the number of items that are handed out at once. `concurrency` is the number of requests that a
 * process sends at once, `parts` the number of parts that it works on at once, and `window` the number of parts of a batch that
 * are handed out at once to all processes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  readonly name: "live" | "jobs"
  readonly partSize: number
  readonly concurrency: number
  readonly parts: number
  readonly window: number
  /** Asks for all items of a part, and commits an outcome for each. */
  readonly run: (work: PartWork) => Effect.Effect<void, PartStopped | LedgerError>
}

/**
 * The route by which batches are asked.
 *
 * @category services
 * @since 0.1.0
 */
export class BatchRoute extends Context.Service<BatchRoute, Service>()("@effect-mistral/batch/BatchRoute") {}

/**
 * The settings of a live route.
 *
 * *Details*:
 *
 * - `concurrency`: the number of requests that a process sends at once, for all its batches. Default: 64.
 * - `partSize`: the number of items in a part. It is written down with a batch when that starts. Default: 500.
 * - `parts`: the number of parts that a process works on at once. Default: 4, or more if `concurrency` is larger than a part.
 * - `window`: the number of parts of a batch that are handed out at once to all processes. Default: 16 times `parts`, which is
 *   enough for 16 processes.
 * - `schedule`: the waits between the requests of an item, and how many there are at most. `maxAttempts` of the batch
 *   counts, too. Default: 2, 6, 18 and 54 seconds, then a minute, each up to a fifth shorter or longer. A longer
 *   `Retry-After` takes the place of a wait.
 *
 * All numbers are integers of at least 1.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveSettings extends Live.LiveSettings {}

/**
 * The options of `live`: the settings of the route, and request options of its calls, which win over those of the client.
 *
 * *Details*: `retry` is missing, because the route retries itself, and `genAiSpan`, because that is one of a single call.
 * `timeout.total` limits each request, and one that took longer is asked again.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveOptions extends LiveSettings, Omit<RequestOptions, "retry" | "genAiSpan"> {}

/**
 * The live route: one request for each item, through the client and the limits.
 *
 * *Details*: each request takes one of the process's permits until its outcome is in the ledger, and waits for `Limits`, for
 * which its tokens are estimated by the length of its JSON and the completions of before. Retries are the route's own, so that
 * the batch counts each request. An item that waits for a retry holds no permit.
 *
 * An error that may pass (`isRetryable`, and `timeout.total`) is asked again after a wait, until the item was tried
 * `maxAttempts` times; then the item fails. An answer that does not fit its schema is asked again once and at once, because
 * a model may write another one, unless `max_tokens` cut it. All other errors make the item fail at once, except those that
 * would meet each other item, too. These pause the batch, and the item stays open:
 *
 * - 401 and 403 (but not a guardrail), 402, and a quota that is used up;
 * - 404, a redirect and an HTML page, as long as no item of the batch was answered: then the base URL or the model is
 *   wrong. Later only the item fails;
 * - no API key, an open circuit breaker, and a server that cannot be reached, after `maxAttempts` tries.
 *
 * A request counts as perhaps paid twice (`doubtful`) where the server had it and no usable answer came: timeouts, lost
 * connections, unusable responses, failed generations, and 500, 502, 504 and the like. Refusals (below 500, 501, 503, 505) do
 * not count. The tokens of answers that did not fit their schema are counted as used.
 *
 * *Gotchas*: the ledger has the counts of an item with its outcome, or before the item is asked again if a request for it may
 * have been paid. What a killed process had in flight counts as perhaps paid twice, up to its `concurrency`.
 *
 * @throws `RangeError` if a setting is no integer of at least 1
 * @category layers
 * @since 0.1.0
 */
export const live = (
  options: LiveOptions = {}
): Layer.Layer<BatchRoute, never, MistralClient.MistralClient | Limits> => {
  const { concurrency, parts, partSize, schedule, window, ...request } = options
  const route = Live.liveRoute({ concurrency, parts, partSize, schedule, window })
  return Layer.effect(
    BatchRoute,
    Effect.map(
      Effect.all([MistralClient.MistralClient, Limits]),
      ([client, limits]) => route(askClient(client, request), limits)
    )
  )
}

/**
 * The live route by a function that sends a request: a mock, or a service such as `Chat`.
 *
 * *When to use*: for tests, and to ask in another way than through the client alone.
 *
 * *Details*: `ask` gets the request that the definition has made and its endpoint, and gives the response that the definition
 * reads. All else is as with `live`. The type of the request is the one that `ask` expects: run with it only batches
 * whose requests have that type.
 *
 * ```ts
 * import { BatchRoute } from "@effect-mistral/batch"
 * import { Chat } from "@effect-mistral/chat"
 * import type { CompletionRequest } from "@effect-mistral/core"
 * import { RetryPolicy } from "@effect-mistral/core"
 *
 * export const RouteLive = BatchRoute.liveWith((request: CompletionRequest.Chat) =>
 *   Chat.complete(request, { retry: RetryPolicy.none })
 * )
 * ```
 *
 * *Gotchas*: retries of `ask` itself are requests that the batch does not count. Switch them off, as above. An `ask` that
 * throws makes its item fail.
 *
 * @throws `RangeError` if a setting is no integer of at least 1
 * @category layers
 * @since 0.1.0
 */
export const liveWith = <Request extends object, R = never>(
  ask: (request: Request, endpoint: Endpoint<Request, unknown>) => Effect.Effect<unknown, MistralError, R>,
  settings: LiveSettings = {}
): Layer.Layer<BatchRoute, never, Limits | R> => {
  const route = Live.liveRoute(settings)
  return Layer.effect(
    BatchRoute,
    Effect.gen(function*() {
      const limits = yield* Limits
      const services = yield* Effect.context<R>()
      // The cast is safe: the caller runs only batches whose requests have the type, and `run` provides the services.
      const made = route(ask as unknown as Ask, limits)
      return {
        ...made,
        // Provided once for a part, not for each request. What the part has itself, such as its span, comes first.
        run: (work) =>
          Effect.updateContext(made.run(work), (own: Context.Context<never>) => Context.merge(services, own))
      }
    })
  )
}

/**
 * The jobs route: the items of a part are the requests of a batch job of Mistral, at half the price of live requests.
 *
 * *When to use*: where answers may take hours, and there are thousands of items or more.
 *
 * ```ts
 * import { BatchJobs, BatchRoute, Files } from "@effect-mistral/batch"
 * import { Layer } from "effect"
 *
 * // Needs a MistralClient.
 * export const RouteJobs = BatchRoute.jobs({ deleteFiles: true }).pipe(
 *   Layer.provide(Layer.mergeAll(Files.layer, BatchJobs.layer))
 * )
 * ```
 *
 * *Details*: the requests of a part are uploaded, the job is created and polled until it ends, and its results are written to the
 * ledger as they are read. Each step is in the ledger before the next one begins. A process that is killed leaves a file or a
 * job that the next process finds by its unique name or metadata, so that a part has one job for each attempt, and a kill never
 * makes a request perhaps paid twice. Results are read in constant memory, and can be read again.
 *
 * - **Failures**: an item whose error may pass, or that the job ended without, goes into the next job of its part. After
 *   `maxAttempts` jobs it fails with its last error, or with `NotProcessed`. Any other error makes it fail at once, as does a
 *   request that is not valid, which is not uploaded. `asked` of an item is the number of its jobs.
 * - **Time limit**: a job that reaches `timeoutHours` gives what it has, and the rest goes into the next job.
 * - **A job that fails as a whole** (`FAILED`), because Mistral refuses its model or its file, pauses the batch with Mistral's
 *   sentence, and so does a job that someone else has cancelled or deleted. Its open items go into another job when the batch
 *   resumes. At the last attempt they fail, and the batch goes on.
 * - **Pauses**: a paused batch leaves its jobs running, and finds them when it resumes. A cancelled one cancels them.
 * - **Errors of requests to Mistral**: what passes (a rate limit, a server error, a lost connection) is waited for without an
 *   end. Anything else, such as a key that is refused, pauses the batch.
 * - **Models**: a job has one model, which is taken from the requests. Requests of a part that name several pause the batch:
 *   start a batch for each model, or go on with `live`. Requests of agents become chat jobs with an agent.
 * - **Perhaps paid twice**: requests whose results were deleted, or are missing though their job ended well.
 *
 * *Gotchas*:
 *
 * - A process holds the items of its parts in memory while their jobs run: up to `jobs` times `partSize` of them, a million
 *   unless set otherwise. Set lower numbers for long prompts.
 * - A batch that is cancelled while no process works on it leaves its jobs running.
 * - Go on with `live` only when no job of the batch runs: the same items would be asked twice.
 * - Nothing pauses a job that Mistral has begun: a budget is checked when results are read.
 *
 * @throws `RangeError` if `partSize` or `jobs` is no integer of at least 1
 * @category layers
 * @since 0.1.0
 */
export const jobs = (options?: JobsOptions): Layer.Layer<BatchRoute, never, Files.Files | BatchJobs.BatchJobs> =>
  Layer.effect(BatchRoute, makeJobRoute(options))
