import * as Effect from "effect/Effect"
import type * as BatchJob from "../../BatchJob.ts"
import { notProcessed } from "../results/failures.ts"
import { commitAll } from "./commitAll.ts"
import type { JobContext } from "./jobContext.ts"
import { addTokens, customId } from "./openItems.ts"
import { failed } from "./outcome.ts"
import type { Ended } from "./patience.ts"

/**
 * Decides about the items that are open after the results of their job were read: they fail if this was their last attempt, and
 * go into another job if not.
 *
 * *Details*: `resultsLost` says that Mistral does not have the results. A request without a result may have been paid then, and
 * also where its job says that it ended well.
 */
export const endItems = (
  context: JobContext,
  job: Pick<BatchJob.BatchJob, "id" | "status">,
  { problems, resultsLost }: { readonly problems: ReadonlyArray<string>; readonly resultsLost: boolean }
): Effect.Effect<void, Ended> =>
  Effect.gen(function*() {
    const { attempts, items, step, work } = context
    const isLast = attempts.isLast(step.attempt)
    const mayBePaid = resultsLost || job.status === "SUCCESS"
    for (const item of items.values()) {
      if (item.unanswered !== undefined) item.used = addTokens(item.used, item.unanswered)
      else if (mayBePaid && isLast) item.doubtful = 1
      else if (mayBePaid) work.unsettled.requests++
      item.unanswered = undefined
    }
    if (!isLast) return
    const asked = attempts.count(step.attempt)
    const open = [...items]
    for (let from = 0; from < open.length; from += groupSize) {
      const group = open.slice(from, from + groupSize)
      const outcomes = group.map(([seq, item]) => failed(seq, item, asked, notProcessed(job, customId(seq), problems)))
      yield* commitAll(context, outcomes)
    }
  })

/** The outcomes that are committed together. */
const groupSize = 1000
