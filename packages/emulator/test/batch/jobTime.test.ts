/** The time that jobs take, on a clock that the test adjusts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { cancel, create, ended, fetchJob, memory, questions, remove, resultsOf, until } from "./batchSupport.ts"

describe("a job", () => {
  it.effect("is queued for the queue time, and processes as many requests a second as it should", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1000 seconds")
      const { created_at, id } = yield* create({ requests: questions(25) })
      assert.strictEqual(created_at, 1000)
      yield* until(id, ({ total_requests }) => total_requests === 25)
      yield* TestClock.adjust("29 seconds")
      assert.deepInclude(yield* fetchJob(id), { status: "QUEUED", started_at: null })
      yield* TestClock.adjust("1 second")
      yield* until(id, ({ status }) => status === "RUNNING")
      assert.deepInclude(yield* fetchJob(id), { started_at: 1030, completed_requests: 0, completed_at: null })
      yield* TestClock.adjust("99 millis")
      assert.strictEqual((yield* fetchJob(id)).completed_requests, 0)
      yield* TestClock.adjust("1 millis")
      yield* until(id, ({ completed_requests }) => completed_requests === 1)
      yield* TestClock.adjust("900 millis")
      const tenth = yield* until(id, ({ completed_requests }) => completed_requests === 10)
      assert.deepInclude(tenth, { status: "RUNNING", succeeded_requests: 10, output_file: null })
      yield* TestClock.adjust("1500 millis")
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "SUCCESS", started_at: 1030, completed_at: 1032, completed_requests: 25 })
    }).pipe(Effect.provide(memory({ batchQueueTime: "30 seconds", batchRequestsPerSecond: 10 }))))

  it.effect("ends at its timeout with the results that it has, and says how many requests are missing", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(100), timeout_hours: 1 })
      yield* until(id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("59 minutes")
      yield* until(id, ({ completed_requests }) => completed_requests === 59)
      yield* TestClock.adjust("1 minute")
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "TIMEOUT_EXCEEDED", total_requests: 100, completed_at: 3600, error_file: null })
      const { succeeded } = yield* resultsOf(job)
      assert.strictEqual(succeeded.length, job.succeeded_requests)
      assert.isAtLeast(succeeded.length, 59)
      assert.deepStrictEqual(job.errors, [{
        message: "The job reached its timeout before this request was processed",
        count: 100 - succeeded.length
      }])
    }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 1 / 60 }))))

  it.effect("has a timeout of a day unless it names one, also while it is queued", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(3) })
      yield* until(id, ({ total_requests }) => total_requests === 3)
      yield* TestClock.adjust("23 hours")
      assert.strictEqual((yield* fetchJob(id)).status, "QUEUED")
      yield* TestClock.adjust("1 hour")
      const job = yield* ended(id)
      assert.deepInclude(job, {
        status: "TIMEOUT_EXCEEDED",
        started_at: null,
        output_file: null,
        completed_requests: 0
      })
    }).pipe(Effect.provide(memory({ batchQueueTime: "2 days" }))))

  it.effect("can be cancelled in the middle: what was done is kept", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(100) })
      yield* until(id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("4 seconds")
      yield* until(id, ({ completed_requests }) => completed_requests === 40)
      assert.deepInclude(yield* cancel(id), { status: "CANCELLATION_REQUESTED", completed_requests: 40 })
      assert.strictEqual((yield* fetchJob(id)).status, "CANCELLATION_REQUESTED")
      assert.strictEqual((yield* cancel(id)).status, "CANCELLATION_REQUESTED")
      yield* TestClock.adjust("1 second")
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "CANCELLED", completed_requests: 40, total_requests: 100, errors: [] })
      assert.strictEqual((yield* resultsOf(job)).succeeded.length, 40)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* fetchJob(id), job)
    }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 10 }))))

  it.effect("can be cancelled while it is queued, at once", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(7) })
      assert.strictEqual((yield* cancel(id)).status, "CANCELLATION_REQUESTED")
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "CANCELLED", output_file: null, started_at: null, total_requests: 7 })
    }).pipe(Effect.provide(memory({ batchQueueTime: "1 hour" }))))

  it.effect("that has ended stays as it is where it is cancelled", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ requests: questions(2) })).id)
      assert.strictEqual(job.status, "SUCCESS")
      assert.deepStrictEqual(yield* cancel(job.id), job)
      assert.deepStrictEqual(yield* fetchJob(job.id), job)
    }).pipe(Effect.provide(memory())))

  it.effect("can be deleted, while it runs and after its end; its files stay", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(100) })
      const other = yield* create({ requests: questions(20) })
      yield* until(id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("1 second")
      yield* until(id, ({ completed_requests }) => completed_requests === 10)
      assert.deepStrictEqual(yield* remove(id), { id, object: "batch", deleted: true })
      assert.strictEqual((yield* Effect.flip(fetchJob(id))).reason._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(cancel(id))).reason._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(remove(id))).reason._tag, "NotFound")
      yield* TestClock.adjust("1 hour")
      const job = yield* ended(other.id)
      yield* remove(job.id)
      assert.strictEqual((yield* resultsOf(job)).succeeded.length, 20)
    }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 10 }))))

  it.effect("runs beside another one, and neither waits for the other", () =>
    Effect.gen(function*() {
      const slow = yield* create({ requests: questions(100) })
      yield* TestClock.adjust("5 seconds")
      const fast = yield* create({ requests: questions(10) })
      yield* until(fast.id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ended(fast.id)).status, "SUCCESS")
      yield* until(slow.id, ({ completed_requests }) => completed_requests === 60)
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual((yield* ended(slow.id)).completed_requests, 100)
    }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 10 }))))
})
