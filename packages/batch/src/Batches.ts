/**
 * Durable batches: tens of thousands to hundreds of millions of requests that go on after any kill.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import type { Batch } from "./Batch.ts"
import type { BatchError, LedgerError } from "./BatchError.ts"
import * as BatchRoute from "./BatchRoute.ts"
import { cancelBatch, pauseBatch, removeBatch, resumeBatch, retryFailedItems } from "./internal/batches/changeState.ts"
import {
  byName,
  type Foundation,
  makeEngineOperations,
  makeInlineOperations
} from "./internal/batches/makeOperations.ts"
import { findBatch, type Operations } from "./internal/batches/operations.ts"
import { awaitEnd, runBatchInline, startBatch } from "./internal/batches/startBatch.ts"
import * as Ledger from "./Ledger.ts"

type Report = Ledger.Batch
const report = (batch: Ledger.Batch): Report => batch

/**
 * What a batch is started with.
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
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  readonly start: <Item, Answer, E = never, R = never>(
    batch: Batch<Item, Answer>,
    options: StartOptions<Item, E, R>
  ) => Effect.Effect<Report, BatchError | E, R>
  readonly runInline: <Item, Answer, E = never, R = never>(
    batch: Batch<Item, Answer>,
    options: StartOptions<Item, E, R>
  ) => Effect.Effect<Report, BatchError | E, R>
  readonly status: (id: string) => Effect.Effect<Report, BatchError>
  readonly list: Effect.Effect<ReadonlyArray<Report>, BatchError>
  readonly await: (id: string) => Effect.Effect<Report, BatchError>
  readonly pause: (id: string, reason?: string) => Effect.Effect<Report, BatchError>
  readonly resume: (id: string, settings?: Ledger.Settings) => Effect.Effect<Report, BatchError>
  readonly cancel: (id: string) => Effect.Effect<Report, BatchError>
  readonly retryFailed: (id: string) => Effect.Effect<number, BatchError>
  readonly remove: (id: string) => Effect.Effect<void, BatchError>
}

export class Batches extends Context.Service<Batches, Service>()("@effect-mistral/batch/Batches") {}

export const layer = (
  definitions: ReadonlyArray<Pick<Batch<never, never>, "definition">>
): Layer.Layer<Batches, LedgerError, Ledger.Ledger | BatchRoute.BatchRoute | WorkflowEngine> => {
  const known = byName(definitions)
  return Layer.effect(Batches, Effect.map(Effect.flatMap(foundation(known), makeEngineOperations), makeService))
}

export const layerInline = (
  definitions: ReadonlyArray<Pick<Batch<never, never>, "definition">>
): Layer.Layer<Batches, LedgerError, Ledger.Ledger | BatchRoute.BatchRoute> => {
  const known = byName(definitions)
  return Layer.effect(Batches, Effect.map(Effect.flatMap(foundation(known), makeInlineOperations), makeService))
}

const foundation = (definitions: Foundation["definitions"]) =>
  Effect.map(
    Effect.all([Ledger.Ledger, BatchRoute.BatchRoute]),
    ([ledger, route]): Foundation => ({ ledger, route, definitions })
  )

const makeService = (operations: Operations): Service => ({
  start: ({ definition }, options) => Effect.map(startBatch(operations, definition, options), report),
  runInline: ({ definition }, options) => Effect.map(runBatchInline(operations, definition, options), report),
  status: (id) => Effect.map(findBatch(operations, id), report),
  list: Effect.map(operations.ledger.list, (batches) => batches.map(report)),
  await: (id) => Effect.map(awaitEnd(operations, id), report),
  pause: (id, reason = "paused by the program") => Effect.map(pauseBatch(operations, id, reason), report),
  resume: (id, settings = {}) => Effect.map(resumeBatch(operations, id, settings), report),
  cancel: (id) => Effect.map(cancelBatch(operations, id), report),
  retryFailed: (id) => retryFailedItems(operations, id),
  remove: (id) => removeBatch(operations, id)
})
