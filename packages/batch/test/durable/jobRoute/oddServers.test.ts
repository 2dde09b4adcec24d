/** Servers that say something else than they should. */
import { BatchJob, BatchJobs, BatchRoute } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { PartLedger } from "./partLedger.ts"
import { emulator, failures, onServer, Questions, questions, services, untilEnd } from "./support.ts"

/** Works on a part by services that were changed. */
const workOver = (
  ledger: PartLedger,
  change: (jobs: BatchJobs.Service) => Partial<BatchJobs.Service>,
  options?: BatchRoute.JobsOptions
) =>
  Effect.gen(function*() {
    const { layer } = services()
    const changed = Layer.effect(
      BatchJobs.BatchJobs,
      Effect.map(BatchJobs.BatchJobs, (jobs) => ({ ...jobs, ...change(jobs) }))
    ).pipe(Layer.provideMerge(layer))
    const fiber = yield* Effect.forkChild(
      Effect.result(
        Effect.flatMap(BatchRoute.BatchRoute, (route) => route.run(ledger.claim())).pipe(
          Effect.provide(BatchRoute.jobs(options).pipe(Layer.provide(changed)))
        )
      )
    )
    yield* untilEnd(fiber)
    return yield* Fiber.join(fiber)
  })

/** Gives each job that has ended another status. */
const withStatus =
  (status: BatchJob.Status) => ({ results, watch }: BatchJobs.Service): Partial<BatchJobs.Service> => ({
    watch: (...given) =>
      Stream.map(watch(...given), (job) => typeof job.completed_at === "number" ? { ...job, status } : job),
    results: (job, ...given) => results(typeof job === "string" ? job : { ...job, status }, ...given)
  })

/** Leaves out the results of some requests of the first job. */
const without = (...ids: ReadonlyArray<string>) => {
  let reads = 0
  return ({ results }: BatchJobs.Service): Partial<BatchJobs.Service> => ({
    results: (...given) => {
      const all = results(...given)
      return reads++ > 0 ? all : Stream.filter(all, ({ custom_id }) => !ids.includes(custom_id!))
    }
  })
}

describe("a job", () => {
  it.effect("with a status that nobody knows has ended where it has results", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(3))
      yield* workOver(ledger, withStatus("ARCHIVED"))
      assert.deepInclude(ledger.batch, { answered: 3, asked: 3, perhapsPaidTwice: 0 })
      assert.strictEqual((yield* onServer).jobs.length, 1)
    }).pipe(Effect.provide(emulator())))

  it.effect("that ended well without some results is followed by another one, and these count as perhaps paid twice", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(5))
      yield* workOver(ledger, without("1", "3"))
      assert.deepInclude(ledger.batch, { answered: 5, asked: 7, perhapsPaidTwice: 2 })
      assert.deepStrictEqual((yield* onServer).jobs.map(({ total_requests }) => total_requests), [5, 2])
    }).pipe(Effect.provide(emulator())))

  it.effect("that ended well without a result is the failure of its item at the last attempt", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(2), { maxAttempts: 1 })
      yield* workOver(ledger, without("1"))
      assert.deepInclude(ledger.batch, { answered: 1, failed: 1, perhapsPaidTwice: 1 })
      assert.deepInclude(failures(ledger).get(1), { _tag: "NotProcessed", status: "SUCCESS", custom_id: "1" })
    }).pipe(Effect.provide(emulator())))

  it.effect("whose results come twice, or with ids that were never sent, gives each item one outcome", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(4))
      yield* workOver(ledger, ({ results }) => ({
        results: (...given) => {
          const all = results(...given)
          const strange = ["99", "-1", "1e0", "", "x", null].map((custom_id) => ({ custom_id }))
          return Stream.flatMap(
            all,
            (result) => Stream.fromIterable([result, result, ...strange.map((other) => ({ ...result, ...other }))])
          )
        }
      }))
      assert.deepStrictEqual([...ledger.outcomes.keys()].sort(), [0, 1, 2, 3])
      assert.deepInclude(ledger.batch, { answered: 4, asked: 4, perhapsPaidTwice: 0 })
    }).pipe(Effect.provide(emulator())))

  it.effect("whose model the server writes in another way is taken all the same, because its metadata is that of the part", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(2))
      yield* workOver(ledger, ({ createOnce }) => ({
        createOnce: (...given) =>
          Effect.flatMap(
            createOnce(...given),
            (job) => Effect.fail(new BatchJob.JobMismatch({ job, differences: ["model"] }))
          )
      }))
      assert.deepInclude(ledger.batch, { answered: 2, asked: 2 })
      assert.strictEqual((yield* onServer).jobs.length, 1)
    }).pipe(Effect.provide(emulator())))

  it.effect("is polled until it ends, even by a schedule that ends first", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(2))
      yield* workOver(ledger, () => ({}), { schedule: Schedule.recurs(1) })
      assert.deepInclude(ledger.batch, { answered: 2, asked: 2 })
    }).pipe(Effect.provide(emulator({ batchQueueTime: "5 minutes" }))))
})
