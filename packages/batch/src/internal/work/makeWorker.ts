import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { LedgerError } from "../../BatchError.ts"
import { makeGroupCommit } from "./groupCommit.ts"
import { HeldParts } from "./heldParts.ts"
import { untilBackWithin } from "./ledgerRetry.ts"
import { runPart } from "./runPart.ts"
import type { Worker, WorkerOptions } from "./worker.ts"
import { applyFound, type WorkerParts } from "./workerParts.ts"

/** Makes the worker of a process, and writes it down in the ledger. It is stopped when the scope closes. */
export const makeWorker = Effect.fnUntraced(function*(
  { definitions, drain = "10 seconds", ledger, lookEvery = "1 second", route }: WorkerOptions
): Effect.fn.Return<Worker, LedgerError, Scope.Scope> {
  const clock = yield* Clock.Clock
  const id = yield* randomId
  const held = new HeldParts()
  const group = yield* makeGroupCommit(
    (outcomes) => ledger.commit(id, outcomes),
    (found, at, looked) => applyFound({ held, ledger }, found, at, looked)
  )
  const worker: WorkerParts = {
    id,
    ledger,
    route,
    definitions,
    clock,
    drain: Duration.fromInputUnsafe(drain),
    held,
    group,
    permits: yield* Semaphore.make(route.concurrency),
    parts: yield* Semaphore.make(route.parts),
    unreleased: false
  }
  const fibers = new Set<Fiber.Fiber<void, LedgerError>>()
  let stopping = false
  const stop = yield* Effect.cached(Effect.suspend(() => {
    stopping = true
    return Effect.andThen(Fiber.interruptAll(fibers), Effect.suspend(() => close(worker)))
  }))

  yield* Effect.addFinalizer(() => stop)
  yield* ledger.openWorker({ id, concurrency: route.concurrency })
  yield* Effect.sleep(lookEvery).pipe(
    Effect.andThen(Effect.suspend(() => held.size === 0 ? Effect.void : group.look)),
    Effect.catch((error) => Effect.sync(() => held.refuse(error))),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    id,
    stop,
    runPart: (key, part, run) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          if (stopping) return Effect.interrupt
          return Effect.flatMap(Effect.forkDetach(runPart(worker, key, part, run)), (fiber) => {
            fibers.add(fiber)
            fiber.addObserver(() => fibers.delete(fiber))
            return Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
          })
        })
      )
  }
})

/**
 * Closes a worker in the ledger, unless something of it is not written: then it counts as one that died, and what it may have
 * asked as perhaps paid twice.
 */
const close = ({ group, id, ledger, unreleased }: WorkerParts): Effect.Effect<void> =>
  Effect.flatMap(Effect.timeoutOption(group.flushed, closeLimit), (flushed) =>
    unreleased || Option.isNone(flushed)
      ? Effect.logWarning(`The batch worker ${id} stopped before all outcomes were written to the ledger.`)
      : Effect.ignore(untilBackWithin("closeWorker", ledger.closeWorker(id), closeLimit)))

/** How long the worker waits for a database that is away when it stops. */
const closeLimit = "5 seconds"

/** The time keeps ids apart even for processes that share a seed. */
const randomId: Effect.Effect<string> = Effect.gen(function*() {
  const random = yield* Random.Random
  const now = yield* Clock.currentTimeMillis
  const digits = () => (random.nextIntUnsafe() >>> 0).toString(36)
  return `${now.toString(36)}-${digits()}${digits()}${digits()}`
})
