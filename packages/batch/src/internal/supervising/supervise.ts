import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Signals } from "./signals.ts"
import { untilLedgerWorks } from "./untilLedgerWorks.ts"

/** Sees to it that parts are worked on, and returns before they are done. A part that is worked on may be given again. */
export type Dispatch = (parts: ReadonlyArray<number>) => Effect.Effect<void>

/** A run of a batch, and who hands out its parts. */
export interface Supervision {
  readonly ledger: Ledger.Service
  readonly signals: Signals
  readonly key: number
  readonly run: number
  /** The id of this supervisor, by which others see that the batch is in use. */
  readonly supervisor: string
  /** How many parts are handed out at once. */
  readonly window: number
  /** Makes what dispatches parts. If they are worked on by fibers of the scope, these end before the batch is handed back. */
  readonly dispatcher: Effect.Effect<Dispatch, never, Scope>
}

/** How often the ledger is looked into when nothing happens in this process, in milliseconds. */
const lookEvery = 250
/** How often the supervisor says that it lives, in milliseconds. */
export const beatEvery = 1000
/** How often parts that are not done are dispatched again, in milliseconds: an engine may have lost their messages. */
const dispatchAgainEvery = 60_000

/**
 * Hands out the parts of a run until all items are loaded and each has an outcome, and marks the batch completed. It ends
 * earlier if the run is over: paused, cancelled, removed or followed by another run. It waits while the ledger is away.
 */
export const supervise = (supervision: Supervision): Effect.Effect<void> =>
  Effect.scoped(Effect.gen(function*() {
    const { dispatcher, key, ledger, run, signals, window } = supervision
    if (!(yield* untilLedgerWorks(beat(supervision)))) return
    // A supervisor that is stopped says so, so that the next one need not wait until it is taken for dead.
    yield* Effect.addFinalizer(() => Effect.ignore(ledger.supervise(key, run, null)))
    yield* Effect.sleep(beatEvery).pipe(
      Effect.andThen(untilLedgerWorks(beat(supervision))),
      Effect.forever,
      Effect.forkScoped
    )
    const dispatch = yield* dispatcher
    const wait = yield* signals.listen(key)
    let dispatchedAt = -Infinity
    while (true) {
      const again = (yield* Clock.currentTimeMillis) - dispatchedAt >= dispatchAgainEvery
      const { parts, unfinished } = yield* untilLedgerWorks(ledger.handOut(key, run, window, again))
      if (again) dispatchedAt = yield* Clock.currentTimeMillis
      if (parts.length > 0) yield* dispatch(parts)
      else if (yield* untilLedgerWorks(isOver(supervision, unfinished))) return
      yield* wait(lookEvery)
    }
  }))

const beat = ({ key, ledger, run, supervisor }: Supervision) => ledger.supervise(key, run, supervisor)

/** Whether the run is over. Completes the batch if all items have an outcome. */
const isOver = ({ key, ledger, run, signals }: Supervision, unfinished: number): Effect.Effect<boolean, LedgerError> =>
  Effect.gen(function*() {
    const batch = Option.getOrUndefined(yield* ledger.fetch(key))
    if (batch === undefined || batch.state !== "running" || batch.run !== run) return true
    if (unfinished > 0 || !batch.loaded || openItems(batch) > 0) return false
    const completed = yield* ledger.setState(key, { state: "completed", from: ["running"] })
    signals.notify(key)
    if (completed.state !== "completed" || openItems(completed) === 0) return true
    // Failed items were made open again just before: the run goes on.
    yield* ledger.setState(key, { state: "running", from: ["completed"] })
    return false
  })

/** The number of items that have no outcome. */
export const openItems = ({ answered, failed, identical, items }: Ledger.Counts): number =>
  items - answered - failed - identical
