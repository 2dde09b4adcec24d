/**
 * Durable batches: tens of thousands to hundreds of millions of items that are asked in the background, and go on after any
 * kill.
 *
 * ```ts
 * import { Batch, Batches } from "@effect-mistral/batch"
 * import { Console, Effect, Result, Schema, Stream } from "effect"
 *
 * const Sentiments = Batch.make({
 *   name: "sentiments",
 *   item: Schema.Struct({ review: Schema.String }),
 *   request: ({ review }) => ({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: `Is this review good or bad? ${review}` }]
 *   }),
 *   answer: Schema.Struct({ sentiment: Schema.Literals(["good", "bad"]) })
 * })
 *
 * // If this is killed at any place and run again, it goes on where it was.
 * export const run = (reviews: Stream.Stream<{ readonly review: string }>) =>
 *   Effect.gen(function*() {
 *     yield* Batches.start(Sentiments, { id: "reviews-2026-07", items: reviews })
 *     const report = yield* Batches.await("reviews-2026-07")
 *     yield* Console.log(`${report.answered} answered, ${report.failed} failed`)
 *     yield* Batches.results(Sentiments, "reviews-2026-07").pipe(
 *       Stream.runForEach(({ item, result }) =>
 *         Result.isSuccess(result) ? Console.log(item.review, result.success.sentiment) : Console.error(result.failure.message)
 *       )
 *     )
 *   })
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import type { Any, Batch } from "./Batch.ts"
import type { BatchError, LedgerError } from "./BatchError.ts"
import type { Failed, ItemOutcome } from "./BatchOutcome.ts"
import type * as BatchProgress from "./BatchProgress.ts"
import * as BatchRoute from "./BatchRoute.ts"
import { byName, makeEngineOperations, makeInlineOperations } from "./internal/batches/makeOperations.ts"
import { makeService } from "./internal/batches/makeService.ts"
import type { ProgressOptions, Service, StartOptions } from "./internal/batches/service.ts"
import type { ReadOptions } from "./internal/reading/readOutcomes.ts"
import * as Ledger from "./Ledger.ts"

export type { ProgressOptions, Service, StartOptions } from "./internal/batches/service.ts"

export type { ReadOptions } from "./internal/reading/readOutcomes.ts"

/**
 * The service that starts batches, watches them and reads their outcomes.
 *
 * *When to use*: require it. In tests, provide `layer` over `BatchTest.layer` and a route over a mock.
 *
 * @category services
 * @since 0.1.0
 */
export class Batches extends Context.Service<Batches, Service>()("@effect-mistral/batch/Batches") {}

/**
 * Options of the layers. `drain` is how long requests in flight may go on when the layer is closed. Default: 10 seconds.
 * Those that are cut off count as perhaps paid twice.
 *
 * @category options
 * @since 0.1.0
 */
export interface LayerOptions {
  readonly drain?: Duration.Input | undefined
}

/**
 * Provides the service, and makes this process work on batches of these definitions: Effect's workflow engine hands their parts
 * out to all processes that have this layer.
 *
 * *Details*: give all processes of a cluster the same definitions. A process that gets a part of another one pauses the
 * batch. When the layer is closed, requests in flight may finish, and the parts are left to the other processes.
 *
 * @throws if two definitions have the same name
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  definitions: ReadonlyArray<Any>,
  options?: LayerOptions
): Layer.Layer<Batches, LedgerError, Ledger.Ledger | BatchRoute.BatchRoute | WorkflowEngine> => {
  const known = byName(definitions)
  return Layer.effect(
    Batches,
    Effect.map(Effect.flatMap(foundation(known, options), makeEngineOperations), makeService)
  )
}

/**
 * Provides the service without an engine: batches run as fibers of the process that starts them, until the layer is closed.
 *
 * *When to use*: where one process does all the work and nothing else needs Effect's cluster. The tables are the same, so
 * that a batch can go on with either layer.
 *
 * *Gotchas*: after a kill, a batch goes on when it is started again, not by itself.
 *
 * @throws if two definitions have the same name
 * @category layers
 * @since 0.1.0
 */
export const layerInline = (
  definitions: ReadonlyArray<Any>,
  options?: LayerOptions
): Layer.Layer<Batches, LedgerError, Ledger.Ledger | BatchRoute.BatchRoute> => {
  const known = byName(definitions)
  return Layer.effect(
    Batches,
    Effect.map(Effect.flatMap(foundation(known, options), makeInlineOperations), makeService)
  )
}

const foundation = (definitions: ReturnType<typeof byName>, options: LayerOptions | undefined) =>
  Effect.map(
    Effect.all([Ledger.Ledger, BatchRoute.BatchRoute]),
    ([ledger, route]) => ({ ledger, route, definitions, drain: options?.drain })
  )

/**
 * Starts a batch, or goes on with it, and returns when all items are written. It is asked meanwhile and afterwards, in the
 * background.
 *
 * *Details*:
 *
 * - The same start again goes on after a kill. Items that are written are compared and skipped. If all are written, `items`
 *   is not read at all. A completed batch asks nothing, and a paused one stays paused: see `resume`.
 * - If `items` fails, its error comes out. What was written is asked, and the next start goes on.
 * - Starting a batch that runs changes nothing. One that nobody has worked on for 30 seconds gets a new run: this cures an
 *   engine that is stuck or has lost its tables.
 * - Errors: `ItemsChanged` and `DefinitionChanged` if the batch was started by other items or another definition,
 *   `InvalidItem`, `InvalidOptions`, `NotRegistered`, `WrongState` if it was cancelled, and `BatchInUse` if another process
 *   runs it inline.
 *
 * @category operations
 * @since 0.1.0
 */
export const start = <Item, Answer, E = never, R = never>(
  batch: Batch<Item, Answer>,
  options: StartOptions<Item, E, R>
): Effect.Effect<BatchProgress.Report, BatchError | E, Batches | R> =>
  Effect.flatMap(Batches, (service) => service.start(batch, options))

/**
 * Runs a batch in this process without the engine, on the same tables, and returns when it is completed, paused or cancelled.
 *
 * *When to use*: where the engine does not work, or is not worth its start.
 *
 * *Details*: it goes on with a batch that another process has begun, unless that process still runs it (`BatchInUse`). To know
 * this it waits for up to 3 seconds. An interruption lets requests in flight finish for up to 10 seconds, and the next start
 * goes on. If `items` fails, its error comes out, and the run is stopped in the same way.
 *
 * @category operations
 * @since 0.1.0
 */
export const runInline = <Item, Answer, E = never, R = never>(
  batch: Batch<Item, Answer>,
  options: StartOptions<Item, E, R>
): Effect.Effect<BatchProgress.Report, BatchError | E, Batches | R> =>
  Effect.flatMap(Batches, (service) => service.runInline(batch, options))

/**
 * Reads how a batch is: its state and its counts.
 *
 * @category operations
 * @since 0.1.0
 */
export const status = (id: string): Effect.Effect<BatchProgress.Report, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.status(id))

/**
 * Reads how all batches of the ledger are, the newest first.
 *
 * @category operations
 * @since 0.1.0
 */
export const list: Effect.Effect<ReadonlyArray<BatchProgress.Report>, BatchError, Batches> = Effect.flatMap(
  Batches,
  (service) => service.list
)

/**
 * Watches a batch: its counts with its rate, twice a second, until it is completed, paused or cancelled. `BatchProgress.show`
 * displays them on the terminal.
 *
 * @category operations
 * @since 0.1.0
 */
export const progress = (
  id: string,
  options?: ProgressOptions
): Stream.Stream<BatchProgress.Progress, BatchError, Batches> =>
  Stream.unwrap(Effect.map(Batches, (service) => service.progress(id, options)))

const await_ = (id: string): Effect.Effect<BatchProgress.Report, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.await(id))

export {
  /**
   * Waits until a batch is completed, paused or cancelled. The `state` of the report says which, and `reason` why it is paused.
   *
   * @category operations
   * @since 0.1.0
   */
  await_ as await
}

/**
 * Streams the outcomes of a batch, in the order of its items: for each its answer, or the error with which it failed.
 *
 * *Details*: it reads what is there, page by page, and can be read again. With `follow` it waits for more until the batch is
 * completed, paused or cancelled.
 *
 * @category operations
 * @since 0.1.0
 */
export const results = <Item, Answer>(
  batch: Batch<Item, Answer>,
  id: string,
  options?: ReadOptions
): Stream.Stream<ItemOutcome<Item, Answer>, BatchError, Batches> =>
  Stream.unwrap(Effect.map(Batches, (service) => service.results(batch, id, options)))

/**
 * Streams the items of a batch that failed, each with its typed error.
 *
 * @category operations
 * @since 0.1.0
 */
export const failures = <Item, Answer>(
  batch: Batch<Item, Answer>,
  id: string,
  options?: ReadOptions
): Stream.Stream<Failed<Item>, BatchError, Batches> =>
  Stream.unwrap(Effect.map(Batches, (service) => service.failures(batch, id, options)))

/**
 * Pauses a batch. No more requests are sent; those in flight finish and count. A batch that is paused already keeps its reason.
 *
 * *Details*: other processes notice it within a second. `WrongState` if the batch is completed or cancelled.
 *
 * @category operations
 * @since 0.1.0
 */
export const pause = (id: string, reason?: string): Effect.Effect<BatchProgress.Report, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.pause(id, reason))

/**
 * Goes on with a batch that is paused, with new settings where some are given: a larger budget, for example.
 *
 * *Details*: a batch that runs only gets the settings. Items that were not written when it was paused come with the next
 * `start`. `WrongState` if the batch is completed or cancelled.
 *
 * @category operations
 * @since 0.1.0
 */
export const resume = (
  id: string,
  settings?: Ledger.Settings
): Effect.Effect<BatchProgress.Report, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.resume(id, settings))

/**
 * Gives a batch up for good. No more requests are sent; those in flight finish and count, and outcomes can be read.
 *
 * *Details*: `WrongState` if the batch is completed. One that is cancelled already stays so.
 *
 * @category operations
 * @since 0.1.0
 */
export const cancel = (id: string): Effect.Effect<BatchProgress.Report, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.cancel(id))

/**
 * Asks the items that failed again, and returns their number. A completed batch runs again; a paused one stays paused.
 *
 * *Details*: what the failed requests cost stays in the counts. `WrongState` if the batch is cancelled.
 *
 * @category operations
 * @since 0.1.0
 */
export const retryFailed = (id: string): Effect.Effect<number, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.retryFailed(id))

/**
 * Deletes a batch with its items and answers. Afterwards its id is free.
 *
 * *Details*: `WrongState` if the batch is running.
 *
 * @category operations
 * @since 0.1.0
 */
export const remove = (id: string): Effect.Effect<void, BatchError, Batches> =>
  Effect.flatMap(Batches, (service) => service.remove(id))
