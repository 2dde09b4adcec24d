import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { LedgerError } from "../../BatchError.ts"
import { failureBody } from "./failureBody.ts"
import type { HeldPart } from "./heldPart.ts"
import { untilBack } from "./ledgerRetry.ts"
import { definitionOf, makeRequests } from "./partRequests.ts"
import type { PartStopped, PartWork } from "./partWork.ts"
import { pauseReason } from "./pauseReason.ts"
import { pauseBatch, type WorkerParts } from "./workerParts.ts"

/** Lets the route ask for the open items of a part, and writes the failures of those that have no request. */
export const askItems = Effect.fnUntraced(function*(
  worker: WorkerParts,
  part: HeldPart
): Effect.fn.Return<void, PartStopped | LedgerError> {
  const { claim } = part
  const pause: PartWork["pause"] = (reason) => Effect.andThen(pauseBatch(worker, claim.batch.key, reason), part.stopped)
  // A process that was killed may have left the files of a job, and a step that items which are opened again must not find.
  const isLeft = claim.job?.jobId != null || claim.job?.fileId != null
  if (part.open === 0 && !isLeft) return
  const reason = pauseReason(claim.batch)
  if (reason !== undefined && part.open > 0) return yield* pause(reason)
  const definition = definitionOf(worker.definitions, claim.batch)
  if (Result.isFailure(definition)) return yield* pause(definition.failure)
  const { failures, requests } = yield* Effect.catch(makeRequests(definition.success, claim), pause)
  const commit = makeCommit(worker, part)
  if (failures.length > 0) {
    yield* Effect.forEach(failures, ({ error, seq }) =>
      commit({
        seq,
        failed: true,
        body: failureBody(error),
        asked: 0,
        doubtful: 0,
        promptTokens: 0,
        completionTokens: 0
      }), { concurrency: "unbounded", discard: true })
  }
  if (requests.length === 0 && !isLeft) return
  yield* worker.route.run({
    definition: definition.success,
    claim,
    requests,
    permits: worker.permits,
    mayAsk: makeMayAsk(worker, part),
    commit,
    unsettled: part.unsettled,
    charge: (cost) => untilBack("charge", worker.ledger.charge(claim.batch.key, cost)),
    saveJob: (job) =>
      Effect.flatMap(
        untilBack(
          "saveJob",
          worker.ledger.saveJob({ key: claim.batch.key, part: claim.part, claim: claim.claim }, job)
        ),
        (saved) => {
          if (saved) return Effect.void
          worker.held.lose([{ key: claim.batch.key, part: claim.part, claim: claim.claim }])
          return part.stopped
        }
      ),
    pause,
    stopped: part.stopped
  })
})

/** An outcome is written even if the part was stopped since: its request is paid. */
const makeCommit = ({ group }: WorkerParts, part: HeldPart): PartWork["commit"] => {
  const { batch: { key }, claim, part: number } = part.claim
  return (outcome) =>
    Effect.map(
      group.commit({
        key,
        part: number,
        claim,
        seq: outcome.seq,
        failed: outcome.failed,
        body: outcome.body,
        asked: outcome.asked,
        doubtful: outcome.doubtful,
        promptTokens: outcome.promptTokens,
        completionTokens: outcome.completionTokens,
        charged: outcome.charged
      }),
      () => part.written(outcome.seq)
    )
}

/**
 * How long a part is taken for ours without a word of the ledger. A process that was frozen for longer looks before it sends
 * another request, for another worker may have the part.
 */
const millisUnseen = 5000

const makeMayAsk = ({ clock, group }: WorkerParts, part: HeldPart): PartWork["mayAsk"] => {
  const mayAsk: PartWork["mayAsk"] = Effect.suspend(() => {
    if (part.pausing || part.end !== undefined) return part.stopped
    // A clock that was set back tells nothing, either.
    return Math.abs(clock.currentTimeMillisUnsafe() - part.seenAt) <= millisUnseen
      ? Effect.void
      : Effect.andThen(group.look, mayAsk)
  })
  return mayAsk
}
