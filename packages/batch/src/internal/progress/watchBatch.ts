import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Ledger from "../../Ledger.ts"
import { makeRate } from "./makeRate.ts"
import { makeReport } from "./makeReport.ts"
import type { Progress } from "./progress.ts"

/** The progress of a batch that is read again after each interval, until it does not run any more. */
export const watchBatch = <E, R>(
  read: Effect.Effect<Ledger.Batch, E, R>,
  interval: Duration.Input
): Stream.Stream<Progress, E, R> =>
  Stream.suspend(() => {
    const addRate = makeRate()
    const look = Effect.zipWith(read, Clock.currentTimeMillis, (batch, now) => addRate(makeReport(batch), now))
    return Stream.unfold("first" as boolean | "first", (next) => {
      if (next === false) return Effect.undefined
      return Effect.map(
        next === "first" ? look : Effect.andThen(Effect.sleep(interval), look),
        (progress) => [progress, progress.state === "running"] as const
      )
    })
  })
