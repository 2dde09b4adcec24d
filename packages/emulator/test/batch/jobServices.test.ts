/** The services of `@effect-mistral/batch` on the emulator: upload, job, wait, results. */
import * as BatchInput from "@effect-mistral/batch/BatchInput"
import * as BatchJobs from "@effect-mistral/batch/BatchJobs"
import * as BatchResult from "@effect-mistral/batch/BatchResult"
import * as Files from "@effect-mistral/batch/Files"
import * as Completion from "@effect-mistral/core/Completion"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { ended, ids, memory, type MemoryOptions, question, questions, until } from "./batchSupport.ts"

const services = (options?: MemoryOptions) =>
  Layer.provideMerge(Layer.mergeAll(Files.layer, BatchJobs.layer), memory(options))

/** Uploads chat requests as the builder writes them, and gives the id of the file. */
const upload = Effect.fnUntraced(function*(count: number) {
  const [file] = yield* BatchInput.files({
    endpoint: Endpoint.chat.complete,
    model: "mistral-small-latest",
    requests: Stream.fromIterable(ids(count)).pipe(
      Stream.map((custom_id) => ({ custom_id, request: { max_tokens: 8, messages: [user(`Question ${custom_id}`)] } }))
    )
  })
  return yield* Files.upload({ name: "requests.jsonl", purpose: "batch", ...file! })
})

const user = (content: string) => ({ role: "user" as const, content })

/** The results of a job: texts by custom id, and failures by custom id. */
const read = Effect.fnUntraced(function*(id: string) {
  const results = yield* Stream.runCollect(BatchJobs.results(id, Endpoint.chat.complete))
  const [failed, succeeded] = BatchResult.partition(results)
  return {
    texts: new Map(succeeded.map(({ custom_id, result }) => [custom_id, Completion.text(result.success)])),
    failures: new Map(failed.map(({ custom_id, result }) => [custom_id, result.failure]))
  }
})

describe("a program", () => {
  it.effect("uploads requests, creates a job, waits for it and reads its results", () =>
    Effect.gen(function*() {
      const file = yield* upload(300)
      assert.deepInclude(file, { num_lines: 300, purpose: "batch", sample_type: "batch_request" })
      const created = yield* BatchJobs.create({
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        input_files: [file.id]
      })
      const waiting = yield* Effect.forkChild(BatchJobs.await(created.id))
      yield* until(created.id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("3 seconds")
      yield* ended(created.id)
      yield* TestClock.adjust("1 hour")
      const job = yield* Fiber.join(waiting)
      assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: 300 })
      const { failures, texts } = yield* read(job.id)
      assert.strictEqual(failures.size, 0)
      assert.sameMembers([...texts.keys()], ids(300))
      assert.isAbove(new Set(texts.values()).size, 100)
    }).pipe(Effect.provide(services({ batchRequestsPerSecond: 100 }))))

  it.effect("reads errors of requests as those of live requests, and names what a timeout left", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const file = yield* upload(10)
      const request = {
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        input_files: [file.id]
      } as const
      yield* faults.next(Fault.batchLineErrors({ customIds: ["c1"], status: 503 }))
      const first = yield* ended((yield* BatchJobs.create(request)).id)
      const { failures, texts } = yield* read(first.id)
      assert.strictEqual(texts.size, 9)
      const failure = failures.get("c1")
      assert.strictEqual(failure?._tag, "MistralError")
      assert.isTrue(failure?.isRetryable)
      assert.include(failure?.message, "Service tier capacity exceeded for this model")

      yield* faults.next(Fault.batchTimeout(4))
      const second = yield* read((yield* ended((yield* BatchJobs.create(request)).id)).id)
      assert.sameMembers([...second.texts.keys()], ids(4))
      assert.sameMembers([...second.failures.keys()], ids(10).slice(4))
      assert.isTrue([...second.failures.values()].every(({ _tag }) => _tag === "NotProcessed"))
    }).pipe(Effect.provide(services())))

  it.effect("reads the problem of a request that is not valid", () =>
    Effect.gen(function*() {
      const { id } = yield* BatchJobs.create({
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        requests: [...questions(2), { custom_id: "bad", body: question("Hi", { temperature: 9 }) }]
      })
      yield* ended(id)
      const failures = yield* Stream.runCollect(BatchJobs.failures(id, Endpoint.chat.complete))
      assert.deepStrictEqual(failures.map(({ custom_id }) => custom_id), ["bad"])
      const [{ result }] = failures as [BatchResult.Failed]
      assert.strictEqual(result.failure._tag, "MistralError")
      assert.include(result.failure.message, "temperature")
      assert.isFalse(result.failure.isRetryable)
    }).pipe(Effect.provide(services())))

  it.effect("finds a job again by its metadata, where the response to its creation was lost", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterBytes: 10 }), { where: { method: "POST", path: "/v1/batch/jobs" } })
      const creating = yield* Effect.forkChild(BatchJobs.createOnce({
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        requests: questions(3),
        metadata: { run: "7" }
      }))
      for (let second = 0; second < 20; second++) {
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
        yield* TestClock.adjust("1 second")
      }
      const job = yield* Fiber.join(creating)
      assert.deepStrictEqual(job.metadata, { run: "7" })
      assert.strictEqual((yield* BatchJobs.list()).total, 1)
    }).pipe(Effect.provide(services())))
})
