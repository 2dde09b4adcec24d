/** Processes that are killed in the middle of a part, and the next process, which goes on. */
import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Result } from "effect"
import { type OnWrite, PartLedger } from "./partLedger.ts"
import {
  armJob,
  type Death,
  emulator,
  onServer,
  Questions,
  questions,
  services,
  untilEnd,
  work,
  workToEnd
} from "./support.ts"

const count = 12

/** Works on a part until the process is killed, at a request or at a write. Returns whether it got there. */
const workUntilKilled = Effect.fnUntraced(function*(
  ledger: PartLedger,
  at: { readonly death?: Death; readonly write?: { readonly number: number; readonly when: "before" | "after" } }
) {
  const killed = yield* Deferred.make<void>()
  let writes = 0
  const onWrite: OnWrite = (_, when) =>
    Effect.suspend(() => {
      if (when === "before") writes++
      return writes === at.write?.number && when === at.write.when
        ? Effect.andThen(Deferred.succeed(killed, undefined), Effect.never)
        : Effect.void
    })
  const { layer, sent } = services(at.death)
  const part = ledger.claim(onWrite)
  // Nothing tells a process that it is killed: it is not interrupted either until the next one has ended.
  const fiber = yield* Effect.forkDetach(Effect.result(work(part).pipe(Effect.provide(layer))))
  const reached = () => Deferred.isDoneUnsafe(killed) || sent.length === at.death?.request
  yield* untilEnd(fiber, reached)
  // What the server has received is done before the next process begins.
  for (let turns = 0; turns < 20; turns++) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  return { fiber, reached: fiber.pollUnsafe() === undefined }
})

/** Asserts that a part was asked once, whatever happened on the way. */
const assertOnce = Effect.fnUntraced(function*(ledger: PartLedger, uploads: ReadonlyArray<number>) {
  const { files, jobs } = yield* onServer
  assert.strictEqual(jobs.length, 1, "one job")
  assert.include(uploads, files.filter(({ source }) => source === "upload").length)
  assert.strictEqual(ledger.outcomes.size, count)
  assert.deepInclude(ledger.batch, { answered: count, failed: 0, asked: count, perhapsPaidTwice: 0 })
  assert.deepStrictEqual(ledger.job, { attempt: 5, fileId: null, jobId: null })
})

describe("a process that is killed", () => {
  it.effect(
    "at any request creates one job, and uploads again at most what had not arrived",
    () =>
      Effect.gen(function*() {
        const deaths: Array<Death> = []
        for (let request = 1, more = true; more; request++) {
          for (const received of [false, true]) {
            more = yield* Effect.gen(function*() {
              const ledger = new PartLedger(Questions.definition, questions(count))
              const { fiber, reached } = yield* workUntilKilled(ledger, { death: { request, received } })
              const { result } = yield* workToEnd(ledger.claim())
              yield* Fiber.interrupt(fiber)
              if (!reached) return false
              assert.isTrue(Result.isSuccess(result), JSON.stringify(ledger.reasons))
              yield* assertOnce(ledger, [1])
              deaths.push({ request, received })
              return true
            }).pipe(Effect.provide(emulator({ batchQueueTime: "3 seconds" })))
          }
        }
        // An upload, a list of jobs, a creation, polls and the results.
        assert.isAbove(deaths.length, 12)
      }),
    120_000
  )

  it.effect("at any request of any attempt creates one job for each attempt", () =>
    Effect.gen(function*() {
      let kills = 0
      for (let request = 1, more = true; more; request++) {
        for (const received of [false, true]) {
          more = yield* Effect.gen(function*() {
            yield* armJob(Fault.batchLineErrors({ customIds: ["4", "7"], status: 503 }))
            const ledger = new PartLedger(Questions.definition, questions(count))
            const { fiber, reached } = yield* workUntilKilled(ledger, { death: { request, received } })
            yield* workToEnd(ledger.claim())
            yield* Fiber.interrupt(fiber)
            const { jobs, uploads } = yield* onServer
            assert.deepStrictEqual(
              jobs.map(({ metadata, total_requests }) => [metadata?.["attempt"], total_requests]),
              [
                ["1", count],
                ["2", 2]
              ]
            )
            assert.strictEqual(uploads.length, 2)
            assert.deepInclude(ledger.batch, { answered: count, failed: 0, asked: count + 2, perhapsPaidTwice: 0 })
            if (reached) kills++
            return reached
          }).pipe(Effect.provide(emulator()))
        }
      }
      assert.isAbove(kills, 20)
    }), 120_000)

  it.effect(
    "before or after any write to the ledger creates one job and uploads one file",
    () =>
      Effect.gen(function*() {
        let kills = 0
        for (let number = 1, more = true; more; number++) {
          for (const when of ["before", "after"] as const) {
            more = yield* Effect.gen(function*() {
              const ledger = new PartLedger(Questions.definition, questions(count))
              const { fiber, reached } = yield* workUntilKilled(ledger, { write: { number, when } })
              const { result } = yield* workToEnd(ledger.claim())
              yield* Fiber.interrupt(fiber)
              if (!reached) return false
              assert.isTrue(Result.isSuccess(result), JSON.stringify(ledger.reasons))
              yield* assertOnce(ledger, [1])
              kills++
              return true
            }).pipe(Effect.provide(emulator()))
          }
        }
        // The begin, the file, the job, each outcome, the end.
        assert.strictEqual(kills, 2 * (count + 4))
      }),
    120_000
  )
})
