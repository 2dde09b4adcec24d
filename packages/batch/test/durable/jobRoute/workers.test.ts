/** The jobs route under the workers of real ledgers. */
import { Batches, BatchRoute, Ledger } from "@effect-mistral/batch"
import { Fault } from "@effect-mistral/emulator"
import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Scope, Stream } from "effect"
import { makeWorker } from "../../../src/internal/work/makeWorker.ts"
import { get, outcomes, reviews, setState, writeBatch } from "../work/support.ts"
import { armJob, type Death, emulator, onServer, Questions, questions, services, untilEnd } from "./support.ts"

const ledgers: ReadonlyArray<readonly [name: string, layer: Layer.Layer<Ledger.Ledger>]> = [
  ["memory", Layer.fresh(Ledger.layerMemory)],
  ["SQLite", Layer.fresh(Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" })), Layer.orDie))]
]

/** A process that works on parts until it is killed: then it does nothing more, not even end. */
const process = Effect.fnUntraced(
  function*(death?: Death, change: (ledger: Ledger.Service) => Ledger.Service = (ledger) => ledger) {
    const { layer, sent } = services(death)
    const scope = yield* Scope.make()
    const route = yield* Layer.buildWithScope(BatchRoute.jobs().pipe(Layer.provide(layer)), scope)
    const worker = yield* makeWorker({
      ledger: change(yield* Ledger.Ledger),
      route: Context.get(route, BatchRoute.BatchRoute),
      definitions: new Map([[reviews.name, reviews.definition]])
    }).pipe(Scope.provide(scope))
    return { worker, sent, runPart: (key: number, run = 1) => Effect.forkDetach(worker.runPart(key, 0, run)) }
  }
)

const untilRunEnds = <A, E>(fiber: Fiber.Fiber<A, E>) => Effect.andThen(untilEnd(fiber), Fiber.join(fiber))

for (const [name, ledger] of ledgers) {
  describe(`the jobs route over a ledger in ${name}`, () => {
    it.effect(
      "creates one job for a part whose worker is killed at any request, and nothing may be paid twice",
      () =>
        Effect.gen(function*() {
          let kills = 0
          for (let request = 1, more = true; more; request++) {
            for (const received of [false, true]) {
              more = yield* Effect.gen(function*() {
                const key = yield* writeBatch({ sizes: [7] })
                const first = yield* process({ request, received })
                const killed = yield* first.runPart(key)
                yield* untilEnd(killed, () => first.sent.length === request)
                const reached = killed.pollUnsafe() === undefined
                const second = yield* process()
                yield* untilRunEnds(yield* second.runPart(key))
                const { answered, asked, perhapsPaidTwice } = yield* get(key)
                assert.deepStrictEqual({ answered, asked, perhapsPaidTwice }, {
                  answered: 7,
                  asked: 7,
                  perhapsPaidTwice: 0
                })
                const { jobs, uploads } = yield* onServer
                assert.deepStrictEqual([jobs.length, uploads.length], [1, 1])
                if (reached) kills++
                return reached
              }).pipe(Effect.provide(Layer.merge(ledger, emulator())))
            }
          }
          assert.isAbove(kills, 10)
        }),
      60_000
    )

    it.effect("asks failed items in a job of their own, also after a kill just before the part had ended", () =>
      Effect.gen(function*() {
        yield* armJob(Fault.batchLineErrors({ customIds: ["2"], status: 422 }))
        const key = yield* writeBatch({ sizes: [4] })
        let saves = 0
        const first = yield* process(undefined, (ledger) => ({
          ...ledger,
          // The begin, the file, the job, and the end, which is not written any more.
          saveJob: (claim, job) => ++saves < 4 ? ledger.saveJob(claim, job) : Effect.never
        }))
        const killed = yield* first.runPart(key)
        yield* untilEnd(killed, () => saves === 4)
        const second = yield* process()
        yield* untilRunEnds(yield* second.runPart(key))
        assert.deepInclude(yield* get(key), { answered: 3, failed: 1 })
        const service = yield* Ledger.Ledger
        assert.strictEqual(yield* service.reopenFailed(key), 1)
        yield* setState(key, "running", true)
        yield* untilRunEnds(yield* second.runPart(key, 2))
        assert.deepInclude(yield* get(key), { answered: 4, failed: 0, asked: 5, perhapsPaidTwice: 0 })
        const { jobs } = yield* onServer
        assert.deepStrictEqual(jobs.map(({ total_requests }) => total_requests), [4, 1])
      }).pipe(Effect.provide(Layer.merge(ledger, emulator()))))

    it.effect("cancels the job of a batch that is cancelled, and leaves that of one that is paused", () =>
      Effect.forEach(["cancelled", "paused"] as const, (state) =>
        Effect.gen(function*() {
          const key = yield* writeBatch({ sizes: [4] })
          const { runPart, sent } = yield* process()
          const fiber = yield* runPart(key)
          yield* untilEnd(fiber, () => sent.filter((request) => request.startsWith("GET /v1/batch/jobs/")).length > 0)
          yield* setState(key, state)
          yield* untilRunEnds(fiber)
          const { jobs } = yield* onServer
          assert.deepStrictEqual(jobs.map(({ status }) => status.startsWith("CANCELL")), [state === "cancelled"])
          assert.deepStrictEqual(yield* outcomes(key), [])
        }).pipe(Effect.provide(Layer.merge(ledger, emulator({ batchQueueTime: "1 hour" }))))))

    it.effect("runs a batch of several parts, with an item that fails, to its results", () =>
      Effect.gen(function*() {
        yield* armJob(Fault.batchLineErrors({ customIds: ["3"], status: 422 }))
        const route = BatchRoute.jobs({ partSize: 20, jobs: 2 }).pipe(Layer.provide(services().layer))
        const program = Effect.gen(function*() {
          const report = yield* Batches.runInline(Questions, { id: "b", items: questions(50) })
          const results = yield* Stream.runCollect(Batches.results(Questions, "b"))
          return { report, results }
        })
        const fiber = yield* Effect.forkChild(
          Effect.provide(program, Batches.layerInline([Questions]).pipe(Layer.provide(route)))
        )
        const { report, results } = yield* untilRunEnds(fiber)
        assert.deepInclude(report, { state: "completed", answered: 49, failed: 1, asked: 50, perhapsPaidTwice: 0 })
        assert.strictEqual(results.length, 50)
        const { jobs, uploads } = yield* onServer
        assert.deepStrictEqual(jobs.map(({ total_requests }) => total_requests).sort(), [10, 20, 20])
        assert.strictEqual(uploads.length, 3)
      }).pipe(Effect.provide(Layer.merge(ledger, emulator()))))
  })
}
