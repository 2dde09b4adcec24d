import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import { untilBack } from "./ledgerRetry.ts"

/** The queue by which the outcomes of all parts of a worker are written: a commit takes whatever came during the last one. */
export interface GroupCommit {
  /** Writes an outcome. It returns when the outcome is on disk, and fails if the ledger refuses it. */
  readonly commit: (outcome: Ledger.Outcome) => Effect.Effect<void, LedgerError>
  /** Looks for batches that have changed and parts that were lost. It returns when what was found is applied. */
  readonly look: Effect.Effect<void, LedgerError>
  /** Returns when no outcome waits. */
  readonly flushed: Effect.Effect<void>
}

/**
 * Makes the queue. `apply` learns what each commit and look found before those who wait for it go on. `at` is the time when
 * the commit or look began, in milliseconds.
 */
export const makeGroupCommit = Effect.fnUntraced(function*(
  write: (outcomes: ReadonlyArray<Ledger.Outcome>) => Effect.Effect<Ledger.Committed, LedgerError>,
  apply: (found: Ledger.Committed, at: number, looked: boolean) => Effect.Effect<void>
): Effect.fn.Return<GroupCommit, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  let next = new Group()
  let writing: Group | undefined
  let look: Deferred.Deferred<void, LedgerError> | undefined
  let wake: (() => void) | undefined

  const wakeUp = () => {
    wake?.()
    wake = undefined
  }
  /** Waits for work. */
  const work = Effect.callback<void>((resume) => {
    if (next.outcomes.length > 0 || look !== undefined) resume(letOthersIn)
    else wake = () => resume(letOthersIn)
  })

  /** Writes outcomes. If the ledger refuses them it writes each half by itself, so that the outcomes of others are not lost. */
  const writeAll = (group: Group, outcomes: ReadonlyArray<Ledger.Outcome>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const at = clock.currentTimeMillisUnsafe()
      return untilBack("commit", write(outcomes)).pipe(
        Effect.matchEffect({
          onSuccess: (found) => apply(found, at, false),
          onFailure: (error) => {
            const [first] = outcomes
            if (first === undefined || outcomes.length === 1) {
              return Effect.sync(() => {
                if (first !== undefined) group.refused.set(first, error)
              })
            }
            const half = outcomes.length >>> 1
            return Effect.andThen(writeAll(group, outcomes.slice(0, half)), writeAll(group, outcomes.slice(half)))
          }
        })
      )
    })
  const lookFor = (waiting: Deferred.Deferred<void, LedgerError>) =>
    Effect.suspend(() => {
      const at = clock.currentTimeMillisUnsafe()
      return Effect.flatMap(untilBack("commit", write([])), (found) => apply(found, at, true))
    }).pipe(
      Effect.exit,
      Effect.flatMap((exit) => Deferred.done(waiting, exit))
    )

  yield* Effect.suspend(() => {
    if (next.outcomes.length === 0) return Effect.void
    const group = next
    writing = group
    next = new Group()
    return Effect.map(writeAll(group, group.outcomes), () => {
      writing = undefined
      Deferred.doneUnsafe(group.written, Effect.void)
    })
  }).pipe(
    Effect.andThen(Effect.suspend(() => {
      if (look === undefined) return Effect.void
      const waiting = look
      look = undefined
      return lookFor(waiting)
    })),
    (step) => Effect.forever(Effect.andThen(work, step), { disableYield: true }),
    Effect.forkScoped
  )

  return {
    commit: (outcome) =>
      Effect.suspend(() => {
        const group = next
        group.outcomes.push(outcome)
        wakeUp()
        return Effect.flatMap(Deferred.await(group.written), () => {
          const error = group.refused.get(outcome)
          return error === undefined ? Effect.void : Effect.fail(error)
        })
      }),
    look: Effect.suspend(() => {
      const found = look ??= Deferred.makeUnsafe()
      wakeUp()
      return Deferred.await(found)
    }),
    flushed: Effect.suspend(() =>
      next.outcomes.length > 0
        ? Deferred.await(next.written)
        : writing === undefined
        ? Effect.void
        : Deferred.await(writing.written)
    )
  }
})

/**
 * Lets the fibers that are ready go first, and then the responses that are there, so that their outcomes are in the same commit.
 * Commits of twice as many outcomes save 5 % of the CPU time of a batch.
 */
const letOthersIn = Effect.andThen(Effect.yieldNow, Effect.yieldNow)

/** The outcomes of one commit. */
class Group {
  readonly outcomes: Array<Ledger.Outcome> = []
  readonly written = Deferred.makeUnsafe<void>()
  readonly refused = new Map<Ledger.Outcome, LedgerError>()
}
