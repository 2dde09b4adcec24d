/** The faults of batch jobs: they belong to the job whose creation they are armed for. */
import * as BatchEndpoint from "@effect-mistral/batch/BatchEndpoint"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { local, raw } from "../support.ts"
import { create, ended, fetchJob, ids, memory, questions, resultsOf, until } from "./batchSupport.ts"

const arm = (fault: Fault.Fault) => Effect.flatMap(Emulator.Emulator, ({ faults }) => faults.next(fault))

const header = (fault: Fault.Fault) => ({ headers: { "x-emulator-fault": JSON.stringify(fault) } })

describe("a fault of a job", () => {
  it.effect("makes every request fail: the job is a success without an output file", () =>
    Effect.gen(function*() {
      yield* arm(Fault.batchLineErrors())
      const job = yield* ended((yield* create({ requests: questions(4) })).id)
      assert.deepInclude(job, { status: "SUCCESS", output_file: null, succeeded_requests: 0, failed_requests: 4 })
      assert.deepStrictEqual(job.errors, [{ message: "Internal server error", count: 4 }])
      const { failed } = yield* resultsOf(job)
      assert.deepStrictEqual(failed.map(({ custom_id, error, response }) => [custom_id, response.status_code, error]), [
        ["c0", 500, { message: "Internal server error" }],
        ["c1", 500, { message: "Internal server error" }],
        ["c2", 500, { message: "Internal server error" }],
        ["c3", 500, { message: "Internal server error" }]
      ])
    }).pipe(Effect.provide(memory())))

  it.effect("makes every nth request fail, with a status and a body", () =>
    Effect.gen(function*() {
      const fault = Fault.batchLineErrors({ status: 429, body: { message: "Slow down" }, every: 3 })
      const job = yield* ended((yield* create({ requests: questions(10) }, header(fault))).id)
      const { failed, succeeded } = yield* resultsOf(job)
      assert.deepStrictEqual(failed.map(({ custom_id }) => custom_id), ["c2", "c5", "c8"])
      assert.deepStrictEqual(failed[0]?.response, { status_code: 429, body: { message: "Slow down" } })
      assert.strictEqual(succeeded.length, 7)
      assert.deepStrictEqual(job.errors, [{ message: "Slow down", count: 3 }])
    }).pipe(Effect.provide(memory())))

  it.effect("makes named requests fail; in another job they succeed", () =>
    Effect.gen(function*() {
      yield* arm(Fault.batchLineErrors({ customIds: ["c1", "c7", "nobody"], status: 503 }))
      const { failed } = yield* resultsOf(yield* ended((yield* create({ requests: questions(10) })).id))
      assert.deepStrictEqual(failed.map(({ custom_id }) => custom_id), ["c1", "c7"])
      const again = yield* ended((yield* create({ requests: questions(10) })).id)
      assert.strictEqual(again.failed_requests, 0)
    }).pipe(Effect.provide(memory())))

  it.effect("ends the job at its timeout after some requests", () =>
    Effect.gen(function*() {
      for (const after of [0, 1, 250]) {
        const job = yield* ended((yield* create({ requests: questions(300) }, header(Fault.batchTimeout(after)))).id)
        assert.deepInclude(job, { status: "TIMEOUT_EXCEEDED", total_requests: 300, completed_requests: after })
        const { succeeded } = yield* resultsOf(job)
        assert.sameMembers(succeeded.map(({ custom_id }) => custom_id), ids(300).slice(0, after))
        assert.strictEqual(job.errors[0]?.count, 300 - after)
      }
    }).pipe(Effect.provide(memory())))

  it.effect("ends no job that is smaller", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ requests: questions(5) }, header(Fault.batchTimeout(5)))).id)
      assert.strictEqual(job.status, "SUCCESS")
    }).pipe(Effect.provide(memory())))

  it.effect("makes the job fail, with a message or without, when it would begin to run", () =>
    Effect.gen(function*() {
      for (const message of [undefined, "No capacity"]) {
        const { id } = yield* create({ requests: questions(5) }, header(Fault.batchFailed(message)))
        yield* until(id, ({ total_requests }) => total_requests === 5)
        assert.strictEqual((yield* fetchJob(id)).status, "QUEUED")
        yield* TestClock.adjust("1 minute")
        const job = yield* ended(id)
        assert.deepInclude(job, { status: "FAILED", completed_requests: 0, output_file: null, error_file: null })
        assert.deepStrictEqual(job.errors, [{ message: message ?? "The job failed", count: 1 }])
      }
    }).pipe(Effect.provide(memory({ batchQueueTime: "1 minute" }))))

  it.effect("waits for a request that creates a job: one that is refused does not use it up", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.batchFailed(), { where: BatchEndpoint.createJob })
      yield* Effect.flip(create({ requests: questions(1), metadata: { a: "b" }, endpoint: "/v1/dreams" }))
      assert.strictEqual((yield* faults.armed).length, 1)
      const job = yield* ended((yield* create({ requests: questions(1) })).id)
      assert.strictEqual(job.status, "FAILED")
      assert.deepStrictEqual(yield* faults.armed, [])
      assert.deepStrictEqual(
        (yield* requests).flatMap(({ fault, method }) => fault === undefined ? [] : [`${method} ${fault.type}`]),
        ["POST batch_failed"]
      )
    }).pipe(Effect.provide(memory())))

  it.effect("is refused where it applies to no creation of a job, and where it is not valid", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      for (
        const [fault, where, reason] of [
          [Fault.batchFailed(), { method: "GET", path: "/v1/batch/jobs" }, /needs the creation of a batch job/],
          [Fault.batchTimeout(3), { path: "/v1/chat/completions" }, /needs the creation of a batch job/],
          [Fault.cut({ afterEvents: 1 }), BatchEndpoint.createJob, /needs a streamed completion/],
          [Fault.missingFinishReason, BatchEndpoint.createJob, /needs a completion/],
          [{ type: "batch_line_errors", every: 2, custom_ids: ["a"] }, {}, /exclude each other/],
          [{ type: "batch_line_errors", status: 200 }, {}, /400/],
          [{ type: "batch_line_errors", every: 0 }, {}, /1/],
          [{ type: "batch_timeout", after_requests: -1 }, {}, /0/]
        ] as const
      ) {
        const error = yield* Effect.flip(faults.next(fault, { where }))
        assert.match(error.message, reason)
      }
      const { status, text } = yield* raw("/v1/models", header(Fault.batchFailed()))
      assert.strictEqual(status, 400)
      assert.include(text, "batch_failed needs the creation of a batch job, which this request is not")
    }).pipe(Effect.provide(local())))

  it.effect("can be armed over HTTP", () =>
    Effect.gen(function*() {
      const body = JSON.stringify({ fault: { type: "batch_line_errors", every: 2 }, times: 2, path: "/v1/batch/jobs" })
      assert.strictEqual((yield* raw("/_emulator/faults", { method: "POST", body })).status, 201)
      assert.deepInclude((yield* raw("/_emulator/faults")).json as object, { faults: [JSON.parse(body)] })
      for (const failed of [2, 2, 0]) {
        const created = yield* raw("/v1/batch/jobs", {
          method: "POST",
          body: JSON.stringify({
            endpoint: "/v1/chat/completions",
            model: "mistral-small-latest",
            requests: questions(4)
          })
        })
        const job = yield* rawEnd((created.json as { readonly id: string }).id)
        assert.strictEqual(job.failed_requests, failed)
      }
    }).pipe(Effect.provide(local())))
})

/** Polls a job over HTTP until it has ended. */
const rawEnd = Effect.fnUntraced(function*(id: string) {
  for (;;) {
    const job = (yield* raw(`/v1/batch/jobs/${id}`)).json as {
      readonly status: string
      readonly failed_requests: number
    }
    if (job.status !== "QUEUED" && job.status !== "RUNNING") return job
  }
})
