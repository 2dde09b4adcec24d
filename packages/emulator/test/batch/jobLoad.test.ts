/** Large jobs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { addLines, create, ended, ids, memory, questions, resultsOf, until } from "./batchSupport.ts"

describe("a large job", () => {
  it.effect(
    "of 20,000 requests has a result for each of them, and true counts while it runs",
    () =>
      Effect.gen(function*() {
        const count = 20_000
        const { id } = yield* create({ input_files: [yield* addLines(questions(count))] })
        let last = 0
        for (const share of [0.1, 0.4, 0.8]) {
          const job = yield* until(id, ({ completed_requests }) => completed_requests >= share * count)
          assert.deepInclude(job, { total_requests: count, status: "RUNNING", output_file: null, failed_requests: 0 })
          assert.isAbove(job.completed_requests, last)
          assert.strictEqual(job.succeeded_requests, job.completed_requests)
          last = job.completed_requests
        }
        const job = yield* ended(id)
        assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: count, failed_requests: 0 })
        const { succeeded } = yield* resultsOf(job)
        assert.deepStrictEqual(succeeded.map(({ custom_id }) => custom_id), ids(count))
      }).pipe(Effect.provide(memory())),
    60_000
  )

  it.effect("leaves the emulator to a second one, which ends before it", () =>
    Effect.gen(function*() {
      const large = yield* create({ input_files: [yield* addLines(questions(5000))] })
      yield* until(large.id, ({ status }) => status === "RUNNING")
      const small = yield* create({
        requests: questions(300).map((one) => ({ ...one, custom_id: `s${one.custom_id}` }))
      })
      const first = yield* ended(small.id)
      const running = yield* until(large.id, () => true)
      assert.strictEqual(running.status, "RUNNING")
      const second = yield* ended(large.id)
      const results = [yield* resultsOf(first), yield* resultsOf(second)]
      assert.deepStrictEqual(results.map(({ succeeded }) => succeeded.map(({ custom_id }) => custom_id)), [
        ids(300).map((id) => `s${id}`),
        ids(5000)
      ])
      assert.isTrue(results[0]?.succeeded.every(({ id }) => id.startsWith(`batch-${small.id}-`)))
    }).pipe(Effect.provide(memory())), 240_000)
})
