import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { LedgerError } from "../../BatchError.ts"
import { askItems } from "./askItems.ts"
import type { HeldPart } from "./heldPart.ts"
import { untilBack, untilBackWithin } from "./ledgerRetry.ts"
import type { PartStopped } from "./partWork.ts"
import { pauseBatch, type WorkerParts } from "./workerParts.ts"

/** Works on a part until each item has an outcome or the run is over. An interruption lets requests in flight finish. */
export const runPart = (
  worker: WorkerParts,
  key: number,
  part: number,
  run: number
): Effect.Effect<void, LedgerError> =>
  Effect.flatMap(
    worker.parts.withPermit(Effect.uninterruptibleMask((restore) => claimAndAsk(worker, { key, part, run }, restore))),
    (isOurs) => isOurs ? Effect.void : untilRunIsOver(worker, key, run)
  )

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Returns whether nobody else has the part. What is interrupted is given back first. */
const claimAndAsk = Effect.fnUntraced(function*(
  worker: WorkerParts,
  { key, part: number, run }: { readonly key: number; readonly part: number; readonly run: number },
  restore: Restore
): Effect.fn.Return<boolean, LedgerError> {
  const claimed: { part?: HeldPart } = {}
  const claiming = Effect.suspend(() => {
    const at = worker.clock.currentTimeMillisUnsafe()
    return Effect.map(worker.ledger.claim(key, number, run, worker.id), (claim) => {
      if (Option.isSome(claim)) claimed.part = worker.held.add(claim.value, at)
    })
  })
  // Uninterruptible for each try, so that no claim is forgotten.
  const exit = yield* Effect.exit(restore(untilBack("claim", Effect.uninterruptible(claiming))))
  const part = claimed.part
  if (part === undefined) return yield* Effect.as(exit, true)
  const asked: Exit.Exit<void, PartStopped | LedgerError> = Exit.isSuccess(exit)
    ? yield* askAndDrain(worker, part, restore)
    : exit
  if (Exit.isFailure(exit)) stopPart(part)
  const end = yield* endPart(worker, part, asked, restore)
  return yield* Effect.as(end, part.end?.kind !== "lost")
})

const stopPart = (part: HeldPart) => part.stop({ kind: "stopping", why: "the worker stops" })

/** After an interruption no more requests are sent, and those in flight may finish. */
const askAndDrain = Effect.fnUntraced(function*(worker: WorkerParts, part: HeldPart, restore: Restore) {
  const fiber = yield* Effect.forkDetach(askItems(worker, part))
  const waited = yield* Effect.exit(restore(Fiber.await(fiber)))
  if (Exit.isSuccess(waited)) return waited.value
  stopPart(part)
  const limit = yield* Effect.forkDetach(Effect.andThen(Effect.sleep(worker.drain), Fiber.interrupt(fiber)))
  const exit = yield* Fiber.await(fiber)
  yield* Fiber.interrupt(limit)
  return exit
})

/** Gives a part back, and pauses the batch if the part ended for a reason that concerns all its items. */
const endPart = Effect.fnUntraced(function*(
  worker: WorkerParts,
  part: HeldPart,
  asked: Exit.Exit<void, PartStopped | LedgerError>,
  restore: Restore
): Effect.fn.Return<Exit.Exit<void, LedgerError>> {
  const { batch: { key }, claim, part: number } = part.claim
  const refused = Exit.isFailure(asked) ? Option.getOrUndefined(ledgerError(asked.cause)) : undefined
  if (refused !== undefined) part.stop({ kind: "refused", error: refused })
  const problem = part.open === 0 ? undefined : problemOf(worker, part, asked)
  if (problem !== undefined) yield* Effect.exit(restore(pauseBatch(worker, key, problem)))
  const release = Effect.suspend(() =>
    worker.ledger.release({ key, part: number, claim }, {
      done: part.open === 0,
      doubtful: Math.max(0, part.unsettled.requests),
      asked: Math.max(0, part.unsettled.ended)
    })
  )
  let released = yield* Effect.exit(restore(untilBack("release", Effect.uninterruptible(release))))
  if (Exit.isFailure(released) && Cause.hasInterrupts(released.cause)) {
    released = yield* Effect.exit(untilBackWithin("release", release, releaseLimit))
  }
  if (Exit.isFailure(released)) worker.unreleased = true
  worker.held.remove(part)
  if (part.end?.kind === "refused") return Exit.fail(part.end.error)
  if (Exit.isFailure(asked) && Cause.hasDies(asked.cause)) return Exit.die(Cause.squash(asked.cause))
  return released
})

/** How long a part is tried to be given back when the worker stops and the database is away. */
const releaseLimit = "5 seconds"

const ledgerError = (cause: Cause.Cause<PartStopped | LedgerError>): Option.Option<LedgerError> =>
  Option.filter(Cause.findErrorOption(cause), (error): error is LedgerError => error._tag === "LedgerError")

/** Why the batch is paused, if the part has open items though nobody stopped it. */
const problemOf = (
  { route }: WorkerParts,
  { claim, end, open }: HeldPart,
  asked: Exit.Exit<void, PartStopped | LedgerError>
): string | undefined => {
  if (end?.kind === "refused") return `part ${claim.part} could not be worked on: ${end.error.message}`
  if (end !== undefined) return undefined
  const left = `part ${claim.part}, which left ${open} items without an outcome`
  if (Exit.isSuccess(asked)) return `the route "${route.name}" ended ${left}`
  const stopped = Option.getOrUndefined(Cause.findErrorOption(asked.cause))
  if (stopped?._tag === "PartStopped") return `the route "${route.name}" stopped ${left}: ${stopped.why}`
  const defect = Cause.hasDies(asked.cause) ? Cause.squash(asked.cause) : undefined
  return `the route "${route.name}" failed in ${left}: ${defect instanceof Error ? defect.name : "it was interrupted"}`
}

const untilRunIsOver = (worker: WorkerParts, key: number, run: number): Effect.Effect<void, LedgerError> =>
  Effect.flatMap(
    untilBack("fetch", worker.ledger.fetch(key)),
    (batch) =>
      Option.isNone(batch) || batch.value.state !== "running" || batch.value.run !== run
        ? Effect.void
        : Effect.andThen(Effect.sleep(runInterval), untilRunIsOver(worker, key, run))
  )

const runInterval = "5 seconds"
