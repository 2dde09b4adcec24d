/** What is left on the server when the outcomes are in the ledger. */
import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { HttpClient } from "effect/http"
import { PartLedger } from "./partLedger.ts"
import { arm, armJob, emulator, onServer, Questions, questions, workToEnd } from "./support.ts"

describe("the files of a job", () => {
  it.effect("stay unless `deleteFiles` is set", () =>
    Effect.gen(function*() {
      yield* workToEnd(new PartLedger(Questions.definition, questions(3)).claim())
      assert.strictEqual((yield* onServer).files.length, 2)
    }).pipe(Effect.provide(emulator())))

  it.effect("are deleted with `deleteFiles`: input, results and errors of each job", () =>
    Effect.gen(function*() {
      yield* armJob(Fault.batchLineErrors({ every: 2, status: 503 }))
      const ledger = new PartLedger(Questions.definition, questions(4))
      yield* workToEnd(ledger.claim(), { deleteFiles: true, maxBytes: 300 })
      const { files, jobs } = yield* onServer
      assert.strictEqual(jobs.length, 2)
      assert.isAbove(jobs[0]!.input_files.length, 1)
      assert.isString(jobs[0]!.error_file)
      assert.deepStrictEqual(files, [])
      assert.deepInclude(ledger.batch, { answered: 4 })
    }).pipe(Effect.provide(emulator())))

  it.effect("are deleted after the outcomes were written, not before", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(3))
      const counts: Array<number> = []
      const context = yield* Effect.context<HttpClient.HttpClient>()
      const part = ledger.claim((write, when) =>
        write === "saveJob" && when === "after" && ledger.outcomes.size === 3
          ? Effect.map(Effect.orDie(Effect.provide(onServer, context)), ({ files }) => void counts.push(files.length))
          : Effect.void
      )
      yield* workToEnd(part, { deleteFiles: true })
      assert.deepStrictEqual(counts, [2])
      assert.deepStrictEqual((yield* onServer).files, [])
    }).pipe(Effect.provide(emulator())))

  it.effect("that cannot be deleted stay, and the part ends all the same", () =>
    Effect.gen(function*() {
      yield* arm(Fault.status(403), "/v1/files/{file_id}", 1, "DELETE")
      const ledger = new PartLedger(Questions.definition, questions(3))
      yield* workToEnd(ledger.claim(), { deleteFiles: true })
      assert.strictEqual((yield* onServer).files.length, 1)
      assert.deepInclude(ledger.batch, { answered: 3, state: "running" })
    }).pipe(Effect.provide(emulator())))

  it.effect("of a process that was killed before it deleted them are deleted by the next one", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(3))
      yield* workToEnd(
        ledger.claim((write, when) =>
          Effect.sync(() => {
            // The last outcome is written, and the end of the part is not.
            if (write === "commit" && when === "after" && ledger.outcomes.size === 3) ledger.state = "paused"
          })
        ),
        { deleteFiles: true }
      )
      assert.strictEqual((yield* onServer).files.length, 2)
      ledger.state = "running"
      yield* workToEnd(ledger.claim(), { deleteFiles: true })
      assert.deepStrictEqual((yield* onServer).files, [])
    }).pipe(Effect.provide(emulator())))
})
