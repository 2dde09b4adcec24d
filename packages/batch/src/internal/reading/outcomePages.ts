import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { BatchNotFound, type LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import { firstLimit, nextLimit } from "./pageLimit.ts"

/** Which outcomes are read. */
export interface PageOptions {
  readonly order: "items" | "completion"
  readonly only?: "answered" | "failed" | undefined
  /** Whether the stream waits for outcomes until the batch is completed, cancelled or paused. */
  readonly follow: boolean
  /** The wait between two looks for more. */
  readonly interval: Duration.Input
}

/**
 * Outcomes of a batch as they are in the ledger. A page is read when the outcomes before it have been consumed.
 *
 * *Details*: in the order of completion, identical items come last. While the batch runs, a stream in the order of the items
 * waits at the first item that has no outcome. Once the batch has stopped, items without an outcome are left out.
 */
export const outcomePages = (
  ledger: Pick<Ledger.Service, "fetch" | "outcomes">,
  batch: Pick<Ledger.Batch, "id" | "key">,
  { follow, interval, only, order }: PageOptions
): Stream.Stream<Ledger.StoredOutcome, LedgerError | BatchNotFound> =>
  Stream.fromPull(Effect.sync(() => {
    let current: Ledger.OutcomeQuery["order"] = order
    let after = -1
    let limit = firstLimit
    let stopped = !follow

    // A page of failures goes on after open items, which may fail later: all outcomes are read, and failures are picked here.
    const query = (): Ledger.OutcomeQuery =>
      stopped || current !== "items"
        ? { order: current, after, limit, only, skipOpen: true }
        : { order: current, after, limit, skipOpen: false }

    const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Ledger.StoredOutcome>, LedgerError | BatchNotFound> = Effect
      .suspend(
        () => {
          const asked = query()
          return Effect.flatMap(ledger.outcomes(batch.key, asked), (rows) => {
            const last = rows.at(-1)
            if (last === undefined) return noMore
            after = current === "completion" ? last.position : last.seq
            limit = nextLimit(rows, limit)
            const wanted = only === undefined || asked.only === only
              ? rows
              : rows.filter(({ failed }) => failed === (only === "failed"))
            return Arr.isReadonlyArrayNonEmpty(wanted) ? Effect.succeed(wanted) : next
          })
        }
      )

    const noMore: typeof next = Effect.suspend(() => {
      if (!stopped) {
        return Effect.flatMap(ledger.fetch(batch.key), (found) => {
          if (Option.isNone(found)) return Effect.fail(new BatchNotFound({ id: batch.id }))
          // Outcomes may have come between the last page and this look: another page is read before the stream ends.
          if (found.value.state !== "running") stopped = true
          return stopped ? next : Effect.andThen(Effect.sleep(interval), next)
        })
      }
      if (current !== "completion") return Cause.done()
      current = "identical"
      after = -1
      return next
    })

    return next
  }))
