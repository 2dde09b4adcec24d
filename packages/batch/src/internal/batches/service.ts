import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import type { BatchError } from "../../BatchError.ts"
import type { Failed, ItemOutcome } from "../../BatchOutcome.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Progress, Report } from "../progress/progress.ts"
import type { ReadOptions } from "../reading/readOutcomes.ts"

/**
 * What a batch is started with.
 *
 * *Details*: `id` names the batch in its ledger. `items` are read once, and written as they come. An item whose request is
 * that of an earlier item is not asked: it gets the outcome of the earlier one. With `askIdentical` it is asked, too, for a
 * model may answer the same prompt differently. The settings are written down with the batch: a later start does not change
 * them, `resume` does.
 *
 * @category options
 * @since 0.1.0
 */
export interface StartOptions<out Item, out E = never, out R = never> extends Ledger.Settings {
  readonly id: string
  readonly items: Stream.Stream<Item, E, R> | Iterable<Item>
  readonly askIdentical?: boolean | undefined
}

/**
 * Options of `progress`: the wait between two looks into the ledger. Default: 500 milliseconds.
 *
 * @category options
 * @since 0.1.0
 */
export interface ProgressOptions {
  readonly interval?: Duration.Input | undefined
}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Starts a batch, or goes on with it, and returns when all items are written. */
  readonly start: <Item, Answer, E = never, R = never>(
    batch: Batch<Item, Answer>,
    options: StartOptions<Item, E, R>
  ) => Effect.Effect<Report, BatchError | E, R>
  /** Runs a batch in this process without the engine, and returns when it is completed, paused or cancelled. */
  readonly runInline: <Item, Answer, E = never, R = never>(
    batch: Batch<Item, Answer>,
    options: StartOptions<Item, E, R>
  ) => Effect.Effect<Report, BatchError | E, R>
  /** Reads how a batch is. */
  readonly status: (id: string) => Effect.Effect<Report, BatchError>
  /** Reads how all batches of the ledger are, the newest first. */
  readonly list: Effect.Effect<ReadonlyArray<Report>, BatchError>
  /** Watches a batch until it is completed, paused or cancelled. */
  readonly progress: (id: string, options?: ProgressOptions) => Stream.Stream<Progress, BatchError>
  /** Waits until a batch is completed, paused or cancelled. */
  readonly await: (id: string) => Effect.Effect<Report, BatchError>
  /** Streams the outcomes of a batch. */
  readonly results: <Item, Answer>(
    batch: Batch<Item, Answer>,
    id: string,
    options?: ReadOptions
  ) => Stream.Stream<ItemOutcome<Item, Answer>, BatchError>
  /** Streams the outcomes of the items that failed. */
  readonly failures: <Item, Answer>(
    batch: Batch<Item, Answer>,
    id: string,
    options?: ReadOptions
  ) => Stream.Stream<Failed<Item>, BatchError>
  /** Stops a batch that can be resumed. */
  readonly pause: (id: string, reason?: string) => Effect.Effect<Report, BatchError>
  /** Goes on with a batch that is paused. */
  readonly resume: (id: string, settings?: Ledger.Settings) => Effect.Effect<Report, BatchError>
  /** Gives a batch up. */
  readonly cancel: (id: string) => Effect.Effect<Report, BatchError>
  /** Asks the items that failed again, and returns their number. */
  readonly retryFailed: (id: string) => Effect.Effect<number, BatchError>
  /** Deletes a batch with its items and answers. */
  readonly remove: (id: string) => Effect.Effect<void, BatchError>
}
