/** Batches that are paused or cancelled, and servers that refuse, fail or lose something. */
import { BatchJobs, Files } from "@effect-mistral/batch"
import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result, Stream } from "effect"
import { PartLedger } from "./partLedger.ts"
import { arm, emulator, onServer, Questions, questions, untilEnd, workInBackground, workToEnd } from "./support.ts"

describe("a batch", () => {
  it.effect("that is paused leaves its job running, and finds it when it resumes", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(5))
      const { fiber } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      ledger.state = "paused"
      yield* untilEnd(fiber)
      assert.isTrue(Result.isFailure(yield* Fiber.join(fiber)))
      assert.deepStrictEqual((yield* onServer).jobs.map(({ status }) => status), ["QUEUED"])
      ledger.state = "running"
      const { sent } = yield* workToEnd(ledger.claim())
      assert.deepStrictEqual(sent.filter((request) => request.startsWith("POST")), [])
      assert.deepStrictEqual((yield* onServer).jobs.map(({ status }) => status), ["SUCCESS"])
      assert.deepInclude(ledger.batch, { answered: 5, asked: 5 })
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))

  it.effect("that is cancelled cancels its job", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(5))
      const { fiber } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      ledger.state = "cancelled"
      yield* untilEnd(fiber)
      const { jobs } = yield* onServer
      assert.strictEqual(jobs.length, 1)
      // It may take the server a moment.
      assert.include(["CANCELLATION_REQUESTED", "CANCELLED"], jobs[0]!.status)
      assert.strictEqual(ledger.outcomes.size, 0)
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))

  it.effect("that is cancelled while its job is created cancels the job, too", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(5))
      const part = ledger.claim((write, when) =>
        Effect.sync(() => {
          // The job is there, and about to be written down.
          if (write === "saveJob" && when === "before" && ledger.job?.fileId != null) ledger.state = "cancelled"
        })
      )
      const { result } = yield* workToEnd(part)
      assert.isTrue(Result.isFailure(result))
      const { jobs } = yield* onServer
      assert.strictEqual(jobs.length, 1)
      // It may take the server a moment.
      assert.include(["CANCELLATION_REQUESTED", "CANCELLED"], jobs[0]!.status)
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))

  it.effect("whose part another worker has claimed leaves the job to it", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(5))
      const { fiber } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      yield* workToEnd(ledger.claim())
      yield* untilEnd(fiber)
      assert.isTrue(Result.isFailure(yield* Fiber.join(fiber)))
      assert.deepStrictEqual((yield* onServer).jobs.map(({ status }) => status), ["SUCCESS"])
      assert.deepInclude(ledger.batch, { answered: 5, asked: 5, perhapsPaidTwice: 0 })
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))
})

describe("a key that is refused", () => {
  const paths = [
    ["the upload of the requests", "/v1/files", "POST"],
    ["the creation of the batch job", "/v1/batch/jobs", "POST"],
    ["watching batch job", "/v1/batch/jobs/{job_id}", "GET"],
    ["reading the results of batch job", "/v1/files/{file_id}/content", "GET"]
  ] as const
  for (const [doing, path, method] of paths) {
    it.effect(`pauses the batch in ${doing}, which goes on when it resumes`, () =>
      Effect.gen(function*() {
        yield* arm(Fault.status(401), path, 1, method)
        const ledger = new PartLedger(Questions.definition, questions(3))
        const { result } = yield* workToEnd(ledger.claim())
        assert.isTrue(Result.isFailure(result))
        assert.match(ledger.reasons[0]!, new RegExp(`^${doing}.* of part 3 failed: .*401.* Resume the batch when`))
        assert.strictEqual(ledger.outcomes.size, 0)
        ledger.state = "running"
        yield* workToEnd(ledger.claim())
        const { jobs, uploads } = yield* onServer
        assert.deepStrictEqual([jobs.length, uploads.length], [1, 1])
        assert.deepInclude(ledger.batch, { answered: 3, asked: 3, perhapsPaidTwice: 0 })
      }).pipe(Effect.provide(emulator())))
  }
})

describe("a server", () => {
  const faults = {
    "is overloaded": Fault.status(503),
    "limits the rate": Fault.status(429),
    "resets the connection": Fault.reset,
    "cuts its response": Fault.cut({ afterBytes: 20 }),
    "is hidden behind a page of a proxy": Fault.contentType("text/html")
  }
  const paths = [
    ["/v1/files", "POST"],
    ["/v1/batch/jobs", "GET"],
    ["/v1/batch/jobs", "POST"],
    ["/v1/batch/jobs/{job_id}", "GET"],
    ["/v1/files/{file_id}/content", "GET"]
  ] as const
  for (const [name, fault] of Object.entries(faults)) {
    it.effect(
      `that ${name} for a while, at any step, is waited for: one file, one job, one answer each`,
      () =>
        Effect.forEach(paths, ([path, method]) =>
          Effect.gen(function*() {
            // Content has any type.
            if (path.endsWith("content") && fault.type === "content_type") return
            yield* arm(fault, path, 3, method)
            const ledger = new PartLedger(Questions.definition, questions(3))
            const { result } = yield* workToEnd(ledger.claim())
            assert.isTrue(Result.isSuccess(result), `${method} ${path}: ${ledger.reasons.join()}`)
            const { jobs, uploads } = yield* onServer
            assert.deepStrictEqual([jobs.length, uploads.length], [1, 1], `${method} ${path}`)
            assert.deepInclude(ledger.batch, { answered: 3, asked: 3, perhapsPaidTwice: 0 })
          }).pipe(Effect.provide(emulator()))),
      60_000
    )
  }

  it.effect("that does not find a file just after its upload is waited for", () =>
    Effect.gen(function*() {
      yield* arm(Fault.fileNotFound("30 seconds"), "/v1/files")
      const ledger = new PartLedger(Questions.definition, questions(3))
      yield* workToEnd(ledger.claim())
      const { jobs, uploads } = yield* onServer
      assert.deepStrictEqual([jobs.length, uploads.length], [1, 1])
      assert.deepInclude(ledger.batch, { answered: 3 })
    }).pipe(Effect.provide(emulator())))

  it.effect("that has lost the file before the job was created gets it again, once", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(3))
      const part = ledger.claim((write, when) =>
        Effect.sync(() => {
          if (write === "saveJob" && when === "after" && ledger.job?.fileId != null) ledger.state = "paused"
        })
      )
      const { layer } = yield* Effect.tap(workInBackground(part), ({ fiber }) => untilEnd(fiber))
      yield* Effect.provide(Files.delete(ledger.job!.fileId!), layer)
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      const { jobs, uploads } = yield* onServer
      assert.deepStrictEqual([jobs.length, uploads.length], [1, 1])
      assert.deepInclude(ledger.batch, { answered: 3, asked: 3 })
    }).pipe(Effect.provide(emulator())))

  it.effect("that has lost the results pauses the batch, and the requests count as perhaps paid twice", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(3))
      const { fiber, layer } = yield* workInBackground(ledger.claim())
      yield* untilEnd(fiber, () => ledger.job?.jobId != null)
      ledger.state = "paused"
      yield* untilEnd(fiber)
      yield* Stream.runDrain(BatchJobs.watch(ledger.job!.jobId!)).pipe(
        Effect.provide(layer),
        Effect.forkChild,
        Effect.tap((fiber) => untilEnd(fiber))
      )
      const { files } = yield* onServer
      for (const { id, source } of files) {
        if (source !== "upload") yield* Effect.provide(Files.delete(id), layer)
      }
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.include(ledger.reasons[0], "Resume the batch to ask for its 3 open items again, which may be paid twice.")
      assert.deepInclude(ledger.batch, { answered: 0, perhapsPaidTwice: 3 })
      ledger.state = "running"
      yield* workToEnd(ledger.claim())
      assert.deepInclude(ledger.batch, { answered: 3, perhapsPaidTwice: 3 })
      assert.strictEqual((yield* onServer).jobs.length, 2)
    }).pipe(Effect.provide(emulator({ batchQueueTime: "1 minute" }))))
})
