/** Whole jobs against the emulator: created once, watched, read. */
import { BatchJob, BatchJobs, Files } from "@effect-mistral/batch"
import { Endpoint, MistralClient } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Result, Schedule, Stream } from "effect"

const ids = ["a", "b", "c", "d"]

const upload = Files.upload({
  name: "questions.jsonl",
  purpose: "batch",
  lines: ids.map((custom_id) =>
    JSON.stringify({
      custom_id,
      body: { messages: [{ role: "user", content: `Question ${custom_id}` }], max_tokens: 8 }
    })
  )
})

const createOnce = (fileId: string, options?: BatchJobs.CreateOnceOptions) =>
  BatchJobs.createOnce({
    endpoint: "/v1/chat/completions",
    model: "mistral-small-latest",
    input_files: [fileId],
    metadata: { run: "r1", status: "nightly" }
  }, { searches: Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 4 })), ...options })

const arm = (fault: Fault.Fault, times: number, path: string) =>
  Effect.flatMap(
    Emulator.Emulator,
    ({ faults }) => faults.next(fault, { times, where: { path, method: "POST" } })
  )

const created = Effect.map(Stream.runCollect(BatchJobs.listAll()), (jobs) => jobs.map(({ id }) => id))

const emulator = (options: Parameters<typeof Emulator.layerMemory>[0] = {}) =>
  Layer.mergeAll(BatchJobs.layer, Files.layer).pipe(
    Layer.provideMerge(MistralClient.layer({ apiKey: Redacted.make("emulator-key") })),
    Layer.provideMerge(Layer.fresh(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: 1e9, ...options })))
  )

const fast = { schedule: Schedule.spaced("20 millis") }

describe("a job on the emulator", () => {
  it.live("is created once, watched until it ends, and gives the result of each request", () =>
    Effect.gen(function*() {
      const file = yield* upload
      const job = yield* createOnce(file.id)
      assert.strictEqual((yield* createOnce(file.id)).id, job.id)
      const watched = yield* Stream.runCollect(BatchJobs.watch(job.id, fast))
      const last = watched.at(-1)!
      assert.isAbove(watched.length, 1)
      assert.isTrue(watched.slice(0, -1).every(({ status }) => !BatchJob.hasEnded(status)))
      assert.deepInclude(last, { status: "SUCCESS", total_requests: 4, succeeded_requests: 4 })
      assert.deepStrictEqual(yield* BatchJobs.await(job.id), last)
      const results = yield* Stream.runCollect(BatchJobs.results(last, Endpoint.chat.complete))
      assert.sameMembers(results.map(({ custom_id }) => custom_id), ids)
      assert.isTrue(results.every(({ result }) => Result.isSuccess(result)))
      assert.deepStrictEqual(yield* Stream.runCollect(BatchJobs.failures(last, Endpoint.chat.complete)), [])
      // It has ended, and is found all the same.
      assert.strictEqual((yield* createOnce(file.id)).status, "SUCCESS")
      assert.deepStrictEqual(yield* created, [job.id])
    }).pipe(Effect.provide(emulator({ batchQueueTime: "100 millis" }))))

  const lost: Readonly<Record<string, Fault.Fault>> = {
    "the connection is reset before a response": Fault.reset,
    "the response is cut": Fault.cut({ afterBytes: 20 }),
    "the server fails": Fault.status(500),
    "a gateway fails": Fault.status(502),
    "the content is of another type": Fault.contentType("text/html")
  }
  for (const [name, fault] of Object.entries(lost)) {
    it.live(`is created once where ${name}`, () =>
      Effect.gen(function*() {
        const file = yield* upload
        yield* arm(fault, 2, "/v1/batch/jobs")
        const job = yield* createOnce(file.id)
        assert.deepStrictEqual(yield* created, [job.id])
        assert.strictEqual((yield* BatchJobs.await(job.id, fast)).status, "SUCCESS")
      }).pipe(Effect.provide(emulator())))
  }

  it.live("is created when its file is found, which is not at once after the upload", () =>
    Effect.gen(function*() {
      yield* arm(Fault.fileNotFound("1500 millis"), 1, "/v1/files")
      const file = yield* upload
      const refused = yield* Effect.flip(createOnce(file.id, { fileTimeout: 0 }))
      assert.strictEqual(refused._tag === "MistralError" && refused.reason._tag, "NotFound")
      const job = yield* createOnce(file.id)
      assert.deepStrictEqual(yield* created, [job.id])
    }).pipe(Effect.provide(emulator())))

  it.live("that is cancelled in the middle ends, and is passed over where `ignore` says so", () =>
    Effect.gen(function*() {
      const file = yield* upload
      const job = yield* createOnce(file.id)
      const fiber = yield* Effect.forkChild(BatchJobs.await(job.id, fast))
      yield* Effect.sleep("300 millis")
      yield* BatchJobs.cancel(job.id)
      assert.strictEqual((yield* Fiber.join(fiber)).status, "CANCELLED")
      assert.strictEqual((yield* createOnce(file.id)).id, job.id)
      const other = yield* createOnce(file.id, { ignore: ({ status }) => status === "CANCELLED" })
      assert.notStrictEqual(other.id, job.id)
      assert.sameMembers(yield* created, [job.id, other.id])
      yield* BatchJobs.delete(job.id)
      assert.deepStrictEqual(yield* created, [other.id])
    }).pipe(Effect.provide(emulator({ batchRequestsPerSecond: 2 }))))

  it.live("survives a rate limit, a server error and a lost response in the middle of polling", () =>
    Effect.gen(function*() {
      const file = yield* upload
      const job = yield* createOnce(file.id)
      const { faults } = yield* Emulator.Emulator
      for (const fault of [Fault.status(429), Fault.status(503), Fault.cut({ afterBytes: 20 })]) {
        yield* faults.next(fault, { where: { path: `/v1/batch/jobs/${job.id}` } })
      }
      assert.strictEqual((yield* BatchJobs.await(job.id, fast)).status, "SUCCESS")
      assert.deepStrictEqual(yield* faults.armed, [])
    }).pipe(Effect.provide(emulator({ batchQueueTime: "100 millis" }))))
})
