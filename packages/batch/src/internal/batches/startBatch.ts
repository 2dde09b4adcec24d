import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { type BatchError, BatchNotFound, type LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition } from "../definition/definition.ts"
import { cancelled, loadItems } from "../loading/loadItems.ts"
import { checkOptions, settingsOf } from "./checkOptions.ts"
import { runForEngine, takeOver } from "./occupation.ts"
import { checkRegistered, checkUnchanged, findBatch, type Operations } from "./operations.ts"

/** What a batch is started with. */
export interface Start<E, R> extends Ledger.Settings {
  readonly id: string
  readonly items: Stream.Stream<unknown, E, R> | Iterable<unknown>
  readonly askIdentical?: boolean | undefined
}

/** Starts a batch or goes on with it, and returns when all items are written. */
export const startBatch = <E, R>(
  operations: Operations,
  definition: Definition,
  start: Start<E, R>
): Effect.Effect<Ledger.Batch, BatchError | E, R> =>
  Effect.gen(function*() {
    const batch = yield* execute(operations, yield* openBatch(operations, definition, start), operations.engine)
    yield* load(operations, definition, batch, start)
    return yield* findBatch(operations, batch.id)
  })

/** Runs a batch in this process, and returns when it is completed, paused or cancelled. */
export const runBatchInline = <E, R>(
  operations: Operations,
  definition: Definition,
  start: Start<E, R>
): Effect.Effect<Ledger.Batch, BatchError | E, R> =>
  Effect.gen(function*() {
    const opened = yield* openBatch(operations, definition, start)
    const joined = operations.inline.isRunning(opened.batch)
    const batch = yield* execute(operations, opened, undefined)
    return yield* load(operations, definition, batch, start).pipe(
      Effect.andThen(awaitEnd(operations, batch.id)),
      // Whoever began the run ends it, whether the items fail or the caller gives up.
      Effect.onExit((exit) => exit._tag === "Success" || joined ? Effect.void : operations.inline.stop(batch))
    )
  })

/** Waits until a batch is completed, paused or cancelled. */
export const awaitEnd = (
  operations: Operations,
  id: string
): Effect.Effect<Ledger.Batch, LedgerError | BatchNotFound> =>
  Effect.scoped(Effect.gen(function*() {
    const { key } = yield* findBatch(operations, id)
    const wait = yield* operations.signals.listen(key)
    while (true) {
      const batch = yield* operations.ledger.fetch(key)
      if (Option.isNone(batch)) return yield* new BatchNotFound({ id })
      if (batch.value.state !== "running") return batch.value
      yield* wait(250)
    }
  }))

interface Opened {
  readonly batch: Ledger.Batch
  readonly created: boolean
}

const openBatch = (
  operations: Operations,
  definition: Definition,
  { id, ...settings }: Ledger.Settings & { readonly id: string }
): Effect.Effect<Opened, BatchError> =>
  Effect.gen(function*() {
    yield* checkRegistered(operations, id, definition.fingerprint)
    yield* checkOptions(id, settings)
    const opened = yield* operations.ledger.create({
      id,
      fingerprint: definition.fingerprint,
      settings: settingsOf(settings),
      partSize: operations.route.partSize
    })
    yield* checkUnchanged(id, opened.batch.fingerprint, definition.fingerprint)
    if (opened.batch.state === "cancelled") return yield* cancelled(id)
    return opened
  })

/** Sees to it that a batch that is running is worked on: by the engine, or without one by this process. */
const execute = (
  operations: Operations,
  { batch, created }: Opened,
  engine: Operations["engine"]
): Effect.Effect<Ledger.Batch, BatchError> =>
  Effect.gen(function*() {
    const { inline } = operations
    if (batch.state !== "running" || inline.isRunning(batch)) return batch
    if (engine === undefined) {
      const mine = created ? batch : yield* takeOver(operations, batch)
      if (mine.state === "running") yield* inline.execute(mine)
      return mine
    }
    const run = created ? batch : yield* runForEngine(operations, batch)
    if (run.state === "running") yield* engine.execute(run)
    return run
  })

/** Writes the items, unless they are written. In a process, one start at a time writes those of a batch; others wait for it. */
const load = <E, R>(
  { ledger, loading, signals }: Operations,
  definition: Definition,
  { id, key, state }: Ledger.Batch,
  { askIdentical = false, items }: Start<E, R>
): Effect.Effect<void, BatchError | E, R> => {
  if (state === "completed") return Effect.void
  const lock = loading.get(key) ?? Semaphore.makeUnsafe(1)
  loading.set(key, lock)
  return lock.withPermit(Effect.gen(function*() {
    const batch = Option.getOrUndefined(yield* ledger.fetch(key))
    if (batch === undefined) return yield* new BatchNotFound({ id })
    if (batch.loaded) return
    yield* loadItems(
      { ledger, definition, batch, askIdentical, written: () => signals.notify(key) },
      Stream.isStream(items) ? items : Stream.fromIterable(items)
    )
  }))
}
