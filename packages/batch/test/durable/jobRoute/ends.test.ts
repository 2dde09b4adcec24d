/** What becomes of items whose job does not answer all of them. */
import { BatchJobs } from "@effect-mistral/batch"
import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { PartLedger } from "./partLedger.ts"
import {
  armJob,
  emulator,
  failures,
  inputOf,
  onServer,
  Questions,
  questions,
  untilEnd,
  workInBackground,
  workToEnd
} from "./support.ts"

describe("items that fail in passing", () => {
  it.effect("go into the next job of the part, and the others do not", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchLineErrors({ every: 3, status: 503 }))
      const ledger = new PartLedger(Questions.definition, questions(9))
      yield* workToEnd(ledger.claim())
      const { jobs, uploads } = yield* onServer
      assert.deepStrictEqual(jobs.map(({ total_requests }) => total_requests), [9, 3])
      assert.deepStrictEqual(jobs.map(({ metadata }) => metadata?.["attempt"]), ["1", "2"])
      assert.strictEqual(uploads.length, 2)
      assert.sameMembers(idsOf(yield* inputOf(jobs[1]!)), ["2", "5", "8"])
      assert.deepInclude(ledger.batch, { answered: 9, failed: 0, asked: 12, perhapsPaidTwice: 0 })
      assert.deepStrictEqual(
        [...ledger.outcomes.values()].filter(({ asked }) => asked === 2).map(({ seq }) => seq).sort(),
        [2, 5, 8]
      )
    }).pipe(Effect.provide(emulator())))

  it.effect("fail after as many jobs as the batch allows attempts, with the last error", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchLineErrors({ customIds: ["1"], status: 503 }), 9)
      const ledger = new PartLedger(Questions.definition, questions(3), { maxAttempts: 3 })
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isSuccess(result))
      assert.deepStrictEqual((yield* onServer).jobs.map(({ total_requests }) => total_requests), [3, 1, 1])
      assert.deepInclude(ledger.batch, { answered: 2, failed: 1, asked: 5 })
      assert.deepInclude(failures(ledger).get(1), { _tag: "MistralError", status: 503 })
    }).pipe(Effect.provide(emulator())))

  it.effect("fail at once where no repetition helps", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchLineErrors({ customIds: ["0"], status: 422, body: { message: "too long" } }))
      const ledger = new PartLedger(Questions.definition, questions(3))
      yield* workToEnd(ledger.claim())
      assert.strictEqual((yield* onServer).jobs.length, 1)
      assert.deepInclude(ledger.batch, { answered: 2, failed: 1, asked: 3 })
      assert.deepInclude(failures(ledger).get(0), { _tag: "MistralError", status: 422 })
    }).pipe(Effect.provide(emulator())))

  it.effect("have as many attempts again after they were opened again, in jobs of their own", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchLineErrors({ customIds: ["1"], status: 503 }), 3)
      const ledger = new PartLedger(Questions.definition, questions(3), { maxAttempts: 2 })
      yield* workToEnd(ledger.claim())
      assert.deepInclude(ledger.batch, { answered: 2, failed: 1 })
      ledger.reopenFailed()
      yield* workToEnd(ledger.claim())
      assert.deepInclude(ledger.batch, { answered: 3, failed: 0 })
      assert.deepStrictEqual((yield* onServer).jobs.map(({ metadata }) => metadata?.["attempt"]), ["1", "2", "3", "4"])
    }).pipe(Effect.provide(emulator())))
})

describe("a job that reaches its time limit", () => {
  it.effect("gives what it has, and the rest goes into the next job", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchTimeout(4))
      const ledger = new PartLedger(Questions.definition, questions(10))
      yield* workToEnd(ledger.claim())
      const { jobs } = yield* onServer
      assert.deepStrictEqual(jobs.map(({ status, total_requests }) => [status, total_requests]), [
        ["TIMEOUT_EXCEEDED", 10],
        ["SUCCESS", 6]
      ])
      assert.deepInclude(ledger.batch, { answered: 10, failed: 0, asked: 16, perhapsPaidTwice: 0 })
    }).pipe(Effect.provide(emulator())))

  it.effect("is the error of the items that no job has processed", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchTimeout(2), 2)
      const ledger = new PartLedger(Questions.definition, questions(5), { maxAttempts: 2 })
      yield* workToEnd(ledger.claim())
      const { jobs } = yield* onServer
      assert.deepInclude(ledger.batch, { answered: 4, failed: 1, perhapsPaidTwice: 0 })
      const [[seq, failure]] = [...failures(ledger)] as [[number, unknown]]
      assert.deepInclude(failure, {
        _tag: "NotProcessed",
        custom_id: `${seq}`,
        jobId: jobs[1]!.id,
        status: "TIMEOUT_EXCEEDED"
      })
    }).pipe(Effect.provide(emulator())))
})

describe("a job that fails as a whole", () => {
  it.effect("pauses the batch with the sentence of the server, and is followed by another one when the batch resumes", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchFailed("Batch requests are not allowed for this model."))
      const ledger = new PartLedger(Questions.definition, questions(3))
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isFailure(result))
      const [failed] = (yield* onServer).jobs
      assert.deepStrictEqual(ledger.reasons, [
        `batch job ${failed!.id} of part 3 failed: Batch requests are not allowed for this model. Correct that, `
        + "then resume the batch: its 3 open items go into another job."
      ])
      assert.strictEqual(ledger.outcomes.size, 0)
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.deepStrictEqual((yield* onServer).jobs.map(({ status }) => status), ["FAILED", "SUCCESS"])
      assert.deepInclude(ledger.batch, { answered: 3, failed: 0 })
    }).pipe(Effect.provide(emulator())))

  it.effect("is the failure of its items if it was their last attempt", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchFailed("No such model"))
      const ledger = new PartLedger(Questions.definition, questions(2), { maxAttempts: 1 })
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isSuccess(result))
      assert.deepStrictEqual(ledger.reasons, [])
      assert.deepInclude(ledger.batch, { answered: 0, failed: 2, perhapsPaidTwice: 0 })
      assert.deepInclude(failures(ledger).get(1), { _tag: "NotProcessed", status: "FAILED", custom_id: "1" })
      assert.include(failures(ledger).get(1)?.message, "No such model")
    }).pipe(Effect.provide(emulator())))

  it.effect("pauses the batch once, though it failed while the batch was paused for another reason", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchFailed("No such model"))
      const ledger = new PartLedger(Questions.definition, questions(2))
      const { fiber } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      ledger.state = "paused"
      yield* untilEnd(fiber)
      yield* TestClock.adjust("1 minute")
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.deepStrictEqual(ledger.reasons, [])
      assert.deepInclude(ledger.batch, { answered: 2 })
    }).pipe(Effect.provide(emulator({ batchQueueTime: "10 seconds" }))))
})

describe("a job that someone else", () => {
  it.effect("cancels pauses the batch, and what it had done counts", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(20))
      const { fiber, layer } = yield* workInBackground(ledger.claim())
      const cancelled = yield* Effect.forkChild(
        Effect.sleep("10 seconds").pipe(
          Effect.andThen(Effect.suspend(() => BatchJobs.cancel(ledger.job!.jobId!))),
          Effect.provide(layer)
        )
      )
      yield* untilEnd(fiber)
      const { id } = yield* Fiber.join(cancelled)
      const { answered } = ledger.batch
      assert.isTrue(answered > 0 && answered < 20)
      assert.deepStrictEqual(ledger.reasons, [
        `batch job ${id} of part 3 was cancelled. Resume the batch: its ${
          20 - answered
        } open items go into another job.`
      ])
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.deepInclude(ledger.batch, { answered: 20, failed: 0, perhapsPaidTwice: 0 })
      assert.deepStrictEqual((yield* onServer).jobs.map(({ total_requests }) => total_requests), [20, 20 - answered])
    }).pipe(Effect.provide(emulator({ batchRequestsPerSecond: 1 }))))

  it.effect("deletes pauses the batch, and its requests count as perhaps paid twice", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(4))
      const { fiber, layer } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      const jobId = ledger.job!.jobId!
      yield* Effect.provide(BatchJobs.delete(jobId), layer)
      yield* untilEnd(fiber)
      assert.deepStrictEqual(ledger.reasons, [
        `batch job ${jobId} of part 3 or its results are not there any more. Resume the batch to ask for its 4 open items `
        + "again, which may be paid twice."
      ])
      assert.deepInclude(ledger.batch, { answered: 0, failed: 0, perhapsPaidTwice: 4 })
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.deepInclude(ledger.batch, { answered: 4, perhapsPaidTwice: 4 })
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))
})

const idsOf = (lines: ReadonlyArray<unknown>) => lines.map((line) => (line as { readonly custom_id: string }).custom_id)
