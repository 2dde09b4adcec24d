import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as BatchJob from "../../BatchJob.ts"
import type * as BatchResult from "../../BatchResult.ts"
import { doubtNotFound } from "./awaitJob.ts"
import { commitAll } from "./commitAll.ts"
import type { JobContext } from "./jobContext.ts"
import { pathOfJob } from "./jobTarget.ts"
import { customId, itemOf, noTokens, type OpenItem } from "./openItems.ts"
import { answered, failed, type Outcome, tokensOf } from "./outcome.ts"
import { type Ended, type NotFound, patiently, untilStopped } from "./patience.ts"

/**
 * Reads the results of a job, and commits those that are outcomes, as they come. Items that may have an answer in another job
 * stay open, unless this was their last attempt. Fails with `NotFound` where Mistral does not have the results.
 *
 * *Details*: only results of open items count, so that a job can be read again and again.
 */
export const readResults = (context: JobContext, job: BatchJob.BatchJob): Effect.Effect<void, NotFound | Ended> => {
  const { items, jobs, work } = context
  const { endpoint } = work.definition
  // Jobs of agents are chat jobs.
  const reader = { ...endpoint, path: pathOfJob(endpoint) }
  const read = Effect.suspend(() => {
    for (const item of items.values()) item.unanswered = undefined
    return jobs.results(job, reader, { customIds: [...items.keys()].map(customId) }).pipe(
      Stream.runForEachArray((results) => commitResults(context, results))
    )
  })
  const doing = `reading the results of batch job ${job.id}`
  return patiently(work, { doing, doubtNotFound }, () => untilStopped(work, read))
}

/** Commits the results of some requests. */
const commitResults = (
  context: JobContext,
  results: ReadonlyArray<BatchResult.BatchResult<unknown>>
): Effect.Effect<void, Ended> =>
  Effect.gen(function*() {
    const outcomes = new Map<number, Outcome>()
    for (const { custom_id, result } of results) {
      const found = itemOf(context.items, custom_id)
      if (found === undefined || outcomes.has(found[0])) continue
      const outcome = yield* outcomeOf(context, found, result)
      if (outcome !== undefined) outcomes.set(found[0], outcome)
    }
    yield* commitAll(context, [...outcomes.values()])
  })

/** The outcome of an item by its result. `undefined` where it may have a better one later. */
const outcomeOf = (
  { attempts, step, work: { definition } }: JobContext,
  [seq, item]: readonly [number, OpenItem],
  result: BatchResult.BatchResult<unknown>["result"]
): Effect.Effect<Outcome | undefined> => {
  const asked = attempts.count(step.attempt)
  const isLast = attempts.isLast(step.attempt)
  if (result._tag === "Failure") {
    const { failure } = result
    // What has no result at all is decided when all results were read.
    if (failure._tag === "NotProcessed") return Effect.undefined
    if (isLast || !failure.isRetryable) return Effect.succeed(failed(seq, item, asked, failure))
    item.unanswered ??= noTokens
    return Effect.undefined
  }
  const tokens = tokensOf(result.success)
  return Effect.match(definition.answer(result.success), {
    onSuccess: (answer) => answered(seq, item, asked, answer, tokens),
    onFailure: (failure) => {
      if (isLast || !failure.isRetryable) return failed(seq, item, asked, failure, tokens)
      item.unanswered = tokens
      return undefined
    }
  })
}
