/** Jobs that ran on the emulator, read over the wire. */
import { type BatchJob, BatchJobs, BatchResult, Files } from "@effect-mistral/batch"
import { Completion, Endpoint, MistralClient } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Schedule, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { makeResults } from "../../src/internal/results/makeResults.ts"
import { short } from "./memoryServer.ts"

const ids = Array.from({ length: 40 }, (_, index) => `question-${index}`)

describe("a job on the emulator", () => {
  it.live("gives an answer to each request, in another order", () =>
    Effect.gen(function*() {
      const results = yield* resultsOf(yield* jobOf())
      const [failed, succeeded] = BatchResult.partition(results)
      assert.lengthOf(failed, 0)
      assert.deepStrictEqual(succeeded.map(({ custom_id }) => custom_id).sort(), [...ids].sort())
      assert.notDeepEqual(succeeded.map(({ custom_id }) => custom_id), ids)
      for (const { result } of succeeded) assert.isNotEmpty(Completion.text(result.success))
    }).pipe(Effect.provide(services)), 30_000)

  it.live("of which each third request fails says so, and what to send again", () =>
    Effect.gen(function*() {
      const results = yield* resultsOf(yield* jobOf(Fault.batchLineErrors({ every: 3, status: 429 })))
      const [failed, succeeded] = BatchResult.partition(results)
      const expected = ids.filter((_, index) => (index + 1) % 3 === 0)
      assert.deepStrictEqual(failed.map(({ custom_id }) => custom_id).sort(), [...expected].sort())
      assert.deepStrictEqual(new Set(failed.map(reasonOf)), new Set(["RateLimited"]))
      assert.isTrue(failed.every(BatchResult.isRetryable))
      assert.lengthOf(succeeded, ids.length - expected.length)
    }).pipe(Effect.provide(services)), 30_000)

  it.live("of failures only is SUCCESS, and gives a failure for each request", () =>
    Effect.gen(function*() {
      const job = yield* jobOf(Fault.batchLineErrors({ status: 422 }))
      assert.strictEqual(job.status, "SUCCESS")
      const results = yield* resultsOf(job)
      assert.deepStrictEqual(results.map(({ custom_id }) => custom_id).sort(), [...ids].sort())
      assert.deepStrictEqual(new Set(results.map(reasonOf)), new Set(["Validation"]))
    }).pipe(Effect.provide(services)), 30_000)

  it.live("whose time is over gives what was done and names the rest", () =>
    Effect.gen(function*() {
      const job = yield* jobOf(Fault.batchTimeout(15))
      const results = yield* resultsOf(job)
      assert.deepStrictEqual(results.map(({ custom_id }) => custom_id).sort(), [...ids].sort())
      const missing = results.filter((result) => reasonOf(result) === "NotProcessed")
      assert.lengthOf(missing, ids.length - 15)
      assert.include(
        messageOf(missing[0]!),
        `of batch job ${job.id} has no result: the job ended with TIMEOUT_EXCEEDED`
      )
    }).pipe(Effect.provide(services)), 30_000)

  it.live("that failed names every request with the job's own sentence", () =>
    Effect.gen(function*() {
      const results = yield* resultsOf(yield* jobOf(Fault.batchFailed("No such model")))
      assert.deepStrictEqual(results.map(({ custom_id }) => custom_id), ids)
      for (const result of results) assert.include(messageOf(result), "FAILED (No such model")
    }).pipe(Effect.provide(services)), 30_000)

  it.live("that was sent inline is read from its outputs", () =>
    Effect.gen(function*() {
      const requests = ids.slice(0, 3).map((custom_id) => ({ custom_id, body: body(custom_id) }))
      const { id } = yield* BatchJobs.create({ endpoint: "/v1/chat/completions", model: "mistral-small", requests })
      yield* BatchJobs.await(id, polls)
      const results = yield* resultsOf(id)
      assert.deepStrictEqual(results.map(({ custom_id }) => custom_id).sort(), ids.slice(0, 3))
      assert.isTrue(results.every(BatchResult.isSuccess))
    }).pipe(Effect.provide(services)), 30_000)
})

const body = (question: string) => ({ messages: [{ role: "user", content: question }] })

const polls = { schedule: Schedule.spaced("20 millis") }

/** A job of all questions that has ended, with a fault. */
const jobOf = (fault?: Fault.Fault) =>
  Effect.gen(function*() {
    const { addFile, faults } = yield* Emulator.Emulator
    const lines = ids.map((custom_id) => `${JSON.stringify({ custom_id, body: body(custom_id) })}\n`)
    const file = yield* addFile(lines.join(""), { filename: "questions.jsonl", purpose: "batch" })
    if (fault !== undefined) yield* faults.next(fault, { where: { path: "/v1/batch/jobs" } })
    const { id } = yield* BatchJobs.create({
      endpoint: "/v1/chat/completions",
      model: "mistral-small-latest",
      input_files: [file]
    })
    return yield* BatchJobs.await(id, polls)
  })

const resultsOf = (job: BatchJob.BatchJob | string) =>
  Effect.gen(function*() {
    const { content } = yield* Files.Files
    const { fetch } = yield* BatchJobs.BatchJobs
    return yield* Stream.runCollect(makeResults({ content, fetchJob: fetch }).results(job, Endpoint.chat.complete))
  })

const reasonOf = (result: BatchResult.BatchResult<Completion.Response>): string =>
  BatchResult.isSuccess(result) ? "none" : short(result).split(": ")[1]!

const messageOf = ({ result }: BatchResult.BatchResult<unknown>): string =>
  Result.isFailure(result) ? result.failure.message : "no failure"

const services = Layer.mergeAll(Files.layer, BatchJobs.layer).pipe(
  Layer.provide(Layer.unwrap(Effect.map(
    Emulator.Emulator,
    ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url })
  ))),
  Layer.provide(FetchHttpClient.layer),
  Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity }))
)
