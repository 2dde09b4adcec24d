/** Results and failures of a job, through the service. */
import { BatchJobs, BatchResult } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Stream } from "effect"
import { job, jobAnswer, refusal, requests, scripted } from "./services.ts"

const vector = { model: "mistral-embed", data: [{ index: 0, embedding: [1, 0] }] }

const line = (custom_id: string, status_code: number, body: unknown) =>
  `${JSON.stringify({ id: `b-${custom_id}`, custom_id, response: { status_code, body }, error: null })}\n`

const ended = job({
  endpoint: "/v1/embeddings",
  status: "SUCCESS",
  output_file: "out",
  error_file: "err",
  total_requests: 2,
  completed_requests: 2,
  succeeded_requests: 1,
  failed_requests: 1
})

const output = ScriptedHttpClient.bytes([line("a", 200, vector)])

const errors = ScriptedHttpClient.bytes([line("b", 422, { message: "too long" })])

describe("results", () => {
  it.effect("reads the files of a job that is given by its id, after it was fetched", () =>
    Effect.gen(function*() {
      const results = yield* Stream.runCollect(BatchJobs.results("j1", Endpoint.createEmbeddings))
      assert.deepStrictEqual(
        results.map(({ custom_id, result }) => [custom_id, Result.isSuccess(result) ? result.success : "failure"]),
        [["a", vector], ["b", "failure"]]
      )
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/batch/jobs/j1",
        "/v1/files/out/content",
        "/v1/files/err/content"
      ])
    }).pipe(Effect.provide(scripted([jobAnswer(ended), output, errors]))))

  it.effect("does not fetch a job that is given and has ended", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Stream.runCount(BatchJobs.results(ended, Endpoint.createEmbeddings)), 2)
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(scripted([output, errors]))))

  it.effect("asks for the outputs of a job that was sent inline", () =>
    Effect.gen(function*() {
      const results = yield* Stream.runCollect(BatchJobs.results("j1", Endpoint.createEmbeddings))
      assert.deepStrictEqual(results.map(({ custom_id }) => custom_id), ["a"])
      assert.isTrue(results.every(BatchResult.isSuccess))
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/batch/jobs/j1",
        "/v1/batch/jobs/j1?inline=true"
      ])
    }).pipe(Effect.provide(scripted([
      jobAnswer({ ...ended, input_files: [], output_file: null, error_file: null, total_requests: 1 }),
      jobAnswer({
        ...ended,
        input_files: [],
        output_file: null,
        error_file: null,
        total_requests: 1,
        outputs: [{ custom_id: "a", response: { status_code: 200, body: vector }, error: null }]
      })
    ]))))

  it.effect("fails where the job cannot be fetched, and names the operation", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Stream.runDrain(BatchJobs.results("j1", Endpoint.createEmbeddings)))
      assert.strictEqual(error.operation, "BatchJobs.fetch")
      assert.strictEqual(error.requestId, "request-404")
    }).pipe(Effect.provide(scripted([refusal(404, "no such job")]))))

  it.effect("uses the options of the layer and of the call for the job and for its files", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(BatchJobs.results("j1", Endpoint.createEmbeddings, { headers: { "x-two": "call" } }))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual(
        (yield* requests).map(({ headers }) => [headers["x-one"], headers["x-two"]]),
        Array.from({ length: 3 }, () => ["layer", "call"])
      )
    }).pipe(Effect.provide(
      Layer.provideMerge(
        BatchJobs.layerOptions({ headers: { "x-one": "layer", "x-two": "layer" } }),
        scripted([jobAnswer(ended), output, errors])
      )
    )))
})

describe("failures", () => {
  it.effect("gives the requests that failed, and why", () =>
    Effect.gen(function*() {
      const failures = yield* Stream.runCollect(BatchJobs.failures(ended, Endpoint.createEmbeddings))
      assert.deepStrictEqual(failures.map(({ custom_id }) => custom_id), ["b"])
      const error = failures[0]!.result.failure
      assert.strictEqual(error._tag === "MistralError" && error.reason._tag, "Validation")
    }).pipe(Effect.provide(scripted([output, errors]))))
})
