/** Parts that become batch jobs. */
import { Batch, BatchRoute } from "@effect-mistral/batch"
import { Completion, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Result, Schema } from "effect"
import { PartLedger } from "./partLedger.ts"
import { emulator, failures, inputOf, onServer, Questions, questions, services, workToEnd } from "./support.ts"

describe("the jobs route", () => {
  it.effect("asks for all items of a part by one job, and counts what they have used", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(20))
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isSuccess(result))
      const { jobs, uploads } = yield* onServer
      assert.strictEqual(jobs.length, 1)
      assert.deepInclude(jobs[0], { total_requests: 20, endpoint: "/v1/chat/completions" })
      assert.deepStrictEqual(jobs[0]!.metadata, {
        batch: "reviews-of-May-1",
        ledger: "mubbs7i8-7-1z141yz",
        part: "3",
        attempt: "1"
      })
      assert.deepStrictEqual(uploads.map(({ filename }) => filename), [
        "reviews-of-May-1-mubbs7i8-7-1z141yz-part-3-attempt-1-file-0.jsonl"
      ])
      assert.deepInclude(ledger.batch, { answered: 20, failed: 0, asked: 20, perhapsPaidTwice: 0 })
      assert.isAbove(ledger.batch.promptTokens, 20)
      assert.isAbove(ledger.batch.completionTokens, 20)
      for (const { body } of ledger.outcomes.values()) {
        assert.isTrue(Result.isSuccess(Questions.definition.decodeAnswer(body)))
      }
    }).pipe(Effect.provide(emulator())))

  it.effect("writes each step down before the next one", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(2))
      yield* workToEnd(ledger.claim())
      const { jobs, uploads } = yield* onServer
      const fileId = uploads[0]!.id
      assert.deepStrictEqual(ledger.steps, [
        { attempt: 1, fileId: null, jobId: null },
        { attempt: 1, fileId, jobId: null },
        { attempt: 1, fileId, jobId: jobs[0]!.id },
        { attempt: 5, fileId: null, jobId: null }
      ])
    }).pipe(Effect.provide(emulator())))

  it.effect("gives the model to the job, and leaves it out of the requests", () =>
    Effect.gen(function*() {
      yield* workToEnd(new PartLedger(Questions.definition, questions(2)).claim())
      const { jobs } = yield* onServer
      assert.strictEqual(jobs[0]!.model, "mistral-small-latest")
      assert.deepStrictEqual(
        yield* inputOf(jobs[0]!),
        [0, 1].map((at) => ({
          custom_id: `${at}`,
          body: { max_tokens: 8, messages: [{ role: "user", content: `Question ${at}` }] }
        }))
      )
    }).pipe(Effect.provide(emulator())))

  it.effect("pauses a batch whose requests name several models, before anything is uploaded", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(ByModel.definition, [{ model: "mistral-small-latest" }, {
        model: "mistral-large-latest"
      }])
      yield* workToEnd(ledger.claim())
      const { jobs, uploads } = yield* onServer
      assert.deepStrictEqual([jobs, uploads], [[], []])
      assert.deepStrictEqual(ledger.reasons, [
        "the requests of part 3 name 2 models (mistral-small-latest, mistral-large-latest), but a batch job has one model. "
        + "Start a batch for each model, or resume this one with BatchRoute.live."
      ])
      assert.strictEqual(ledger.outcomes.size, 0)
    }).pipe(Effect.provide(emulator())))

  it.effect("takes the model of the options where requests name none", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Readings.definition, [{ url: "https://example.com/a.pdf" }])
      yield* workToEnd(ledger.claim(), { model: "mistral-ocr-latest" })
      const { jobs } = yield* onServer
      assert.deepInclude(jobs[0], { endpoint: "/v1/ocr", model: "mistral-ocr-latest" })
      assert.deepInclude(ledger.batch, { answered: 1, promptTokens: 0 })
    }).pipe(Effect.provide(emulator())))

  it.effect("fails the items whose requests are not valid, and asks for the others", () =>
    Effect.gen(function*() {
      const items = questions(600).map((item, at) => at % 2 === 0 ? item : { question: "" })
      const ledger = new PartLedger(Strict.definition, items)
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isSuccess(result))
      const { jobs } = yield* onServer
      assert.deepStrictEqual(jobs.map(({ total_requests }) => total_requests), [300])
      assert.deepInclude(ledger.batch, { answered: 300, failed: 300, asked: 300 })
      const failed = failures(ledger)
      assert.strictEqual(failed.size, 300)
      for (const [seq, failure] of failed) {
        assert.strictEqual(seq % 2, 1)
        assert.strictEqual(failure._tag === "MistralError" && failure.reason._tag, "InvalidRequest")
      }
    }).pipe(Effect.provide(emulator())))

  it.effect("creates no job where no request is valid", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Strict.definition, [{ question: "" }, { question: "" }])
      const { result } = yield* workToEnd(ledger.claim())
      assert.isTrue(Result.isSuccess(result))
      const { jobs, uploads } = yield* onServer
      assert.deepStrictEqual([jobs, uploads], [[], []])
      assert.deepInclude(ledger.batch, { failed: 2, asked: 0 })
    }).pipe(Effect.provide(emulator())))

  it.effect("fails an item whose request is larger than a file may be", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, [...questions(3), { question: "x".repeat(3000) }])
      yield* workToEnd(ledger.claim(), { maxBytes: 2000 })
      assert.deepInclude(ledger.batch, { answered: 3, failed: 1 })
      assert.include(failures(ledger).get(3)?.message, "Expected a line of at most 2000 bytes")
    }).pipe(Effect.provide(emulator())))

  it.effect("gives several files to one job where one would be too large", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(10))
      yield* workToEnd(ledger.claim(), { maxBytes: 400 })
      const { jobs, uploads } = yield* onServer
      assert.strictEqual(jobs.length, 1)
      assert.isAbove(uploads.length, 1)
      assert.sameMembers([...jobs[0]!.input_files], uploads.map(({ id }) => id))
      assert.deepInclude(ledger.batch, { answered: 10, asked: 10 })
    }).pipe(Effect.provide(emulator())))

  it.effect("gives the time limit of the options to the job", () =>
    Effect.gen(function*() {
      const ledger = new PartLedger(Questions.definition, questions(200), { maxAttempts: 1 })
      yield* workToEnd(ledger.claim(), { timeoutHours: 1 })
      assert.deepInclude(ledger.batch, { answered: 39, failed: 161 })
      assert.strictEqual((yield* onServer).jobs[0]!.status, "TIMEOUT_EXCEEDED")
    }).pipe(Effect.provide(emulator({ batchRequestsPerSecond: 0.011 }))), 60_000)

  it.effect("is refused with a part size or a number of jobs that is none", () =>
    Effect.gen(function*() {
      for (const options of [{ partSize: 0 }, { jobs: 1.5 }]) {
        const exit = yield* Effect.exit(Layer.build(BatchRoute.jobs(options)).pipe(Effect.provide(services().layer)))
        assert.isTrue(Exit.hasDies(exit))
      }
    }).pipe(Effect.scoped, Effect.provide(emulator())))
})

const ByModel = Batch.make({
  name: "by-model",
  item: Schema.Struct({ model: Schema.String }),
  request: ({ model }) => ({ model, messages: [{ role: "user", content: "Hello" }] }),
  answer: Schema.String,
  read: Completion.text
})

const Strict = Batch.make({
  name: "strict",
  item: Schema.Struct({ question: Schema.String }),
  // A request without messages is not valid.
  request: ({ question }) => ({
    model: "mistral-small-latest",
    max_tokens: question === "" ? -1 : 8,
    messages: [{ role: "user", content: question }]
  }),
  answer: Schema.String,
  read: Completion.text
})

const Readings = Batch.forEndpoint(Endpoint.processOcr, {
  name: "readings",
  item: Schema.Struct({ url: Schema.String }),
  request: ({ url }) => ({ model: null, document: { type: "document_url" as const, document_url: url } }),
  answer: Schema.Number,
  read: ({ pages }) => pages.length
})
