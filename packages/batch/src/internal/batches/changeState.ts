import * as Effect from "effect/Effect"
import { type BatchError, WrongState } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import { openItems } from "../supervising/supervise.ts"
import { checkOptions, settingsOf } from "./checkOptions.ts"
import { checkRegistered, findBatch, type Operations } from "./operations.ts"

/** Pauses a batch that is running. A paused one keeps its reason. */
export const pauseBatch = (
  operations: Operations,
  id: string,
  reason: string
): Effect.Effect<Ledger.Batch, BatchError> =>
  Effect.gen(function*() {
    const { key } = yield* findBatch(operations, id)
    const batch = yield* operations.ledger.setState(key, { state: "paused", reason, from: ["running"] })
    operations.signals.notify(key)
    if (batch.state !== "paused") return yield* wrongState("pause", batch, "Nothing of it is asked any more.")
    return batch
  })

/** Goes on with a paused batch in a new run, by new settings where they are given. */
export const resumeBatch = (
  operations: Operations,
  id: string,
  given: Ledger.Settings
): Effect.Effect<Ledger.Batch, BatchError> =>
  Effect.gen(function*() {
    const found = yield* findBatch(operations, id)
    yield* checkRegistered(operations, id, found.fingerprint)
    const settings = { ...found.settings, ...settingsOf(given) }
    yield* checkOptions(id, settings)
    if (found.state === "running") {
      return yield* operations.ledger.setState(found.key, { state: "running", from: ["running"], settings })
    }
    const batch = yield* operations.ledger.setState(found.key, {
      state: "running",
      from: ["paused"],
      newRun: true,
      settings
    })
    if (batch.state === "running") return yield* executeRun(operations, batch)
    return yield* wrongState(
      "resume",
      batch,
      batch.state === "completed"
        ? "To ask the failed items again, use Batches.retryFailed."
        : "Remove it first, or start one with another id."
    )
  })

/** Gives a batch up. What is answered stays. */
export const cancelBatch = (operations: Operations, id: string): Effect.Effect<Ledger.Batch, BatchError> =>
  Effect.gen(function*() {
    const { key } = yield* findBatch(operations, id)
    const batch = yield* operations.ledger.setState(key, { state: "cancelled", from: ["running", "paused"] })
    operations.signals.notify(key)
    if (batch.state !== "cancelled") return yield* wrongState("cancel", batch, "Nothing of it is asked any more.")
    return batch
  })

/** Asks the failed items again. Returns their number. */
export const retryFailedItems = (operations: Operations, id: string): Effect.Effect<number, BatchError> =>
  Effect.gen(function*() {
    const { ledger, signals } = operations
    const found = yield* findBatch(operations, id)
    yield* checkRegistered(operations, id, found.fingerprint)
    if (found.state === "cancelled") {
      return yield* wrongState("retry the failed items of", found, "Start a batch with another id.")
    }
    const reopened = yield* ledger.reopenFailed(found.key)
    const batch = yield* findBatch(operations, id)
    // Open items, not those that were just reopened: a process may have been killed between the two steps.
    if (batch.state === "completed" && openItems(batch) > 0) {
      yield* executeRun(
        operations,
        yield* ledger.setState(batch.key, { state: "running", from: ["completed"], newRun: true })
      )
    }
    signals.notify(batch.key)
    return reopened
  })

/** Deletes a batch with its items and answers. */
export const removeBatch = (operations: Operations, id: string): Effect.Effect<void, BatchError> =>
  Effect.gen(function*() {
    const batch = yield* findBatch(operations, id)
    if (batch.state === "running") return yield* wrongState("remove", batch, "Pause or cancel it first.")
    yield* operations.ledger.remove(batch.key)
    operations.loading.delete(batch.key)
    operations.signals.notify(batch.key)
  })

const executeRun = ({ engine, inline, signals }: Operations, batch: Ledger.Batch) =>
  Effect.as(
    Effect.andThen((engine ?? inline).execute(batch), Effect.sync(() => signals.notify(batch.key))),
    batch
  )

const wrongState = (operation: string, { id, state }: Ledger.Batch, hint: string) =>
  new WrongState({ id, operation, state, hint })
