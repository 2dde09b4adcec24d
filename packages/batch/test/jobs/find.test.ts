/** A job that is found by its metadata. */
import { type BatchJob, BatchJobs } from "@effect-mistral/batch"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { search, sent } from "./creations.ts"
import { count, job, page, scripted } from "./services.ts"

describe("find", () => {
  it.effect("gives the newest job with the metadata, or none, and creates nothing", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* BatchJobs.find({ run: "r1" }), Option.some(job({ id: "newest", model: "m" })))
      assert.deepStrictEqual(yield* BatchJobs.find({ run: "r1", page: "2" }), Option.none())
      assert.deepStrictEqual(yield* sent, [search, search])
    }).pipe(Effect.provide(scripted([
      page([job({ id: "other", metadata: { run: "r2" } }), job({ id: "newest", model: "m" }), job()]),
      page([job()])
    ]))))

  it.effect("passes over jobs as it is told, and uses its options", () =>
    Effect.gen(function*() {
      const found = yield* BatchJobs.find({ run: "r1" }, {
        ignore: ({ status }) => status === "CANCELLED",
        headers: { "x-why": "find" }
      })
      assert.deepStrictEqual(Option.map(found, ({ id }) => id), Option.some("older"))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ headers }) => headers["x-why"]), ["find"])
    }).pipe(Effect.provide(scripted([page([job({ status: "CANCELLED" }), job({ id: "older" })])]))))

  for (const metadata of [{}, null, undefined]) {
    it.effect(`refuses ${JSON.stringify(metadata)}, which every job fits, before anything is sent`, () =>
      Effect.gen(function*() {
        // The cast is safe: the test is about values that do not fit.
        const error = yield* Effect.flip(BatchJobs.find(metadata as BatchJob.Metadata))
        assert.strictEqual(error.operation, "BatchJobs.list")
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, "at least one key")
        assert.strictEqual(yield* count, 0)
      }).pipe(Effect.provide(scripted([]))))
  }
})
