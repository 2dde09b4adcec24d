import * as Effect from "effect/Effect"
import type { JobContext } from "./jobContext.ts"
import type { Outcome } from "./outcome.ts"
import type { Ended } from "./patience.ts"

/** Commits outcomes together. Their items are not open any more, and each has one outcome. */
export const commitAll = (
  { items, work }: JobContext,
  outcomes: ReadonlyArray<Outcome>
): Effect.Effect<void, Ended> => {
  if (outcomes.length === 0) return Effect.void
  // A process that was frozen may have lost the part meanwhile.
  return Effect.andThen(
    work.mayAsk,
    Effect.suspend(() => {
      for (const { seq } of outcomes) items.delete(seq)
      return Effect.forEach(outcomes, work.commit, { concurrency: "unbounded", discard: true })
    })
  )
}
