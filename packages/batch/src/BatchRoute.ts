/**
 * How the items of a batch are asked: live, one request each, or by Mistral's batch jobs at half the price.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { LedgerError } from "./BatchError.ts"
import type * as BatchJobs from "./BatchJobs.ts"
import type * as Files from "./Files.ts"
import { makeJobRoute } from "./internal/jobRoute/jobRoute.ts"
import type { JobsOptions } from "./internal/jobRoute/jobsOptions.ts"
import type { PartStopped, PartWork } from "./internal/work/partWork.ts"

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
 * Asks for items by Mistral's batch jobs, at half the price: a part is a job.
 *
 * @category layers
 * @since 0.1.0
 */
export const jobs = (options?: JobsOptions): Layer.Layer<BatchRoute, never, Files.Files | BatchJobs.BatchJobs> =>
  Layer.effect(BatchRoute, makeJobRoute(options))
