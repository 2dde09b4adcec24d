/** A job that is found by its metadata, or created once. */
import { BatchJob, BatchJobs } from "@effect-mistral/batch"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { failure, id, none, request, run, search, sent } from "./creations.ts"
import { count, job, jobAnswer, page, requests, scripted, withoutRetries } from "./services.ts"

const { connectionError } = ScriptedHttpClient

describe("createOnce", () => {
  it.effect("lists the jobs with the metadata, newest first, and creates the job where there is none", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "j1")
      assert.deepStrictEqual(yield* sent, [search, "create"])
      assert.deepStrictEqual((yield* requests)[1]?.body, request)
    }).pipe(Effect.provide(scripted([none, jobAnswer()]))))

  for (
    const status of [
      "QUEUED",
      "RUNNING",
      "SUCCESS",
      "FAILED",
      "TIMEOUT_EXCEEDED",
      "CANCELLATION_REQUESTED",
      "CANCELLED",
      "A_NEW_STATUS"
    ] as const
  ) {
    it.effect(`returns the job that is ${status}, and creates none`, () =>
      Effect.gen(function*() {
        const result = yield* run()
        assert.deepStrictEqual(result._tag === "Success" && result.success, job({ id: "earlier", status }))
        assert.deepStrictEqual(yield* sent, [search])
      }).pipe(Effect.provide(scripted([page([job({ id: "earlier", status })])]))))
  }

  it.effect("compares the metadata itself, through every page, where the server does not filter", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "this")
      assert.deepStrictEqual(yield* sent, [search, search.replace("page=0", "page=1")])
    }).pipe(Effect.provide(scripted([
      page([
        job({ id: "a", metadata: null }),
        job({ id: "b", metadata: { run: "r10" } }),
        job({ id: "c", metadata: { run: "R1" } }),
        job({ id: "d", metadata: { other: "r1" } }),
        job({ id: "e", metadata: { run: 1 } }),
        job({ id: "f", metadata: {} })
      ], 8),
      page([job({ id: "this" }), job({ id: "older" })], 8)
    ]))))

  it.effect("takes a job with further keys, as a server may add some, but needs all of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({}, { metadata: { run: "r1", part: "2" } }), "more")
    }).pipe(Effect.provide(scripted([page([
      job({ id: "less", metadata: { run: "r1" } }),
      job({ id: "more", metadata: { run: "r1", part: "2", region: "eu" } })
    ])]))))

  it.effect("takes a job without metadata for another one", () =>
    Effect.gen(function*() {
      const { metadata: _, ...bare } = job({ id: "bare" })
      const server = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* server.append(page([bare]), jobAnswer())
      assert.strictEqual(yield* id(), "j1")
    }).pipe(Effect.provide(scripted([]))))

  it.effect("filters by keys that the query has parameters for itself", () =>
    Effect.gen(function*() {
      const metadata = { run: "r1", status: "nightly", page: "7", metadata: "x" }
      assert.strictEqual(yield* id({}, { metadata }), "this")
      assert.strictEqual(yield* id({}, { metadata: { order_by: "me" } }), "created")
      assert.deepStrictEqual(yield* sent, [search, "list?order_by=-created&page=0", "create"])
    }).pipe(Effect.provide(scripted([
      page([
        job({ id: "other", metadata: { run: "r1", status: "daily", page: "7", metadata: "x" } }),
        job({ id: "this", metadata: { run: "r1", status: "nightly", page: "7", metadata: "x" } })
      ]),
      page([job()]),
      jobAnswer({ id: "created" })
    ]))))

  it.effect("uses its options for every request", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({ headers: { "x-why": "once" } }), "j1")
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ headers }) => headers["x-why"]), ["once", "once"])
    }).pipe(Effect.provide(scripted([none, jobAnswer()]))))

  it.effect("sends nothing where the request is not valid", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [over: object, path: string]> = [
        [{ metadata: {} }, "metadata"],
        [{ metadata: undefined }, "metadata"],
        [{ metadata: null }, "metadata"],
        [{ metadata: { run: "" } }, "metadata.run"],
        [{ metadata: { run: "x".repeat(513) } }, "metadata.run"],
        [{ input_files: undefined }, "input_files"],
        [{ requests: [{ body: {} }] }, "requests"],
        [{ input_files: ["f1", "f1"] }, "input_files.1"],
        [{ endpoint: undefined }, "endpoint"]
      ]
      for (const [over, path] of wrong) {
        const error = yield* failure({}, over)
        assert.strictEqual(error._tag, "MistralError")
        if (error._tag !== "MistralError" || error.reason._tag !== "InvalidRequest") return assert.fail(error.message)
        assert.strictEqual(error.operation, "BatchJobs.create")
        assert.deepStrictEqual(error.reason.issues.map(({ path }) => path.join(".")), [path])
      }
      assert.strictEqual(yield* count, 0)
    }).pipe(Effect.provide(scripted([]))))

  it.effect("fails where the list cannot be read, and creates nothing", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag === "MistralError" && error.operation, "BatchJobs.list")
      assert.deepStrictEqual(yield* sent, [search])
    }).pipe(Effect.provide(withoutRetries([connectionError()]))))
})

describe("a job with the same metadata", () => {
  const differences: Readonly<
    Record<
      string,
      readonly [
        earlier: Partial<BatchJob.BatchJob>,
        over: Partial<BatchJobs.CreateOnceRequest>,
        differences: ReadonlyArray<BatchJob.Difference>
      ]
    >
  > = {
    "of another endpoint": [{ endpoint: "/v1/embeddings" }, {}, ["endpoint"]],
    "of another model": [{ model: "mistral-large-latest" }, {}, ["model"]],
    "without a model, where the request has one": [{ model: null }, {}, ["model"]],
    "of another agent": [{ agent_id: "a2" }, { agent_id: "a1" }, ["agent_id"]],
    "of another file": [{ input_files: ["f2"] }, {}, ["input_files"]],
    "of fewer files": [{ input_files: [] }, {}, ["input_files"]],
    "of more files": [{ input_files: ["f1", "f2"] }, {}, ["input_files"]],
    "that differs in everything": [
      { endpoint: "/v1/ocr", model: "m", input_files: ["f2"], agent_id: "a2" },
      { agent_id: "a1" },
      ["endpoint", "model", "agent_id", "input_files"]
    ]
  }
  for (const [name, [earlier, over, expected]] of Object.entries(differences)) {
    it.effect(`${name} is an error that names the differences, and nothing is created`, () =>
      Effect.gen(function*() {
        const error = yield* failure({}, over)
        assert.instanceOf(error, BatchJob.JobMismatch)
        if (error._tag !== "JobMismatch") return
        assert.deepStrictEqual(error.differences, [...expected])
        assert.deepStrictEqual(error.job, job({ id: "earlier", ...earlier }))
        assert.include(error.message, `job earlier (QUEUED) has this metadata, but differs in ${expected.join(", ")}.`)
        assert.isFalse(error.isRetryable)
        assert.deepStrictEqual(yield* sent, [search])
      }).pipe(Effect.provide(scripted([page([job({ id: "earlier", ...earlier }), job()])]))))
  }

  it.effect("is in the error without its results, should a list have them", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag, "JobMismatch")
      assert.notInclude(JSON.stringify(error), "a secret answer")
    }).pipe(Effect.provide(scripted([page([job({ model: "m", outputs: [{ body: "a secret answer" }] })])]))))

  const same: Readonly<Record<string, readonly [Partial<BatchJob.BatchJob>, Partial<BatchJobs.CreateOnceRequest>]>> = {
    "and the files in another order": [{ input_files: ["f2", "f1"] }, { input_files: ["f1", "f2"] }],
    "and a model that the request leaves to the requests": [{ model: "m" }, { model: undefined }],
    "and a model where the request has null": [{ model: "m" }, { model: null }],
    "and a file that the server made of inline requests": [
      { input_files: ["made"] },
      { input_files: undefined, requests: [{ custom_id: "1", body: {} }] }
    ],
    "and other hours": [{}, { timeout_hours: 100 }]
  }
  for (const [name, [earlier, over]] of Object.entries(same)) {
    it.effect(`${name} is the job of the request`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* id({}, over), "earlier")
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(scripted([page([job({ id: "earlier", ...earlier })])]))))
  }

  it.effect("is taken from the error, where a program knows that it is the same", () =>
    Effect.gen(function*() {
      const found = yield* BatchJobs.createOnce(request).pipe(
        Effect.catchTag("JobMismatch", ({ job }) => Effect.succeed(job))
      )
      assert.strictEqual(found.id, "earlier")
    }).pipe(Effect.provide(scripted([page([job({ id: "earlier", input_files: ["f0"] })])]))))

  const ignore = ({ status }: BatchJob.BatchJob) => status === "CANCELLED" || status === "FAILED"

  it.effect("is passed over if the option `ignore` says so, whatever it differs in", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({ ignore }), "running")
      assert.strictEqual(yield* id({ ignore }), "new")
      assert.deepStrictEqual(yield* sent, [search, search, "create"])
    }).pipe(Effect.provide(scripted([
      page([
        job({ id: "c", status: "CANCELLED", model: "m" }),
        job({ id: "running" }),
        job({ id: "f", status: "FAILED" })
      ]),
      page([job({ id: "c", status: "CANCELLED" }), job({ id: "f", status: "FAILED" })]),
      jobAnswer({ id: "new" })
    ]))))

  it.effect("is not passed over if it was created by this call, and has failed since", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({ ignore }), "new")
      assert.deepStrictEqual(yield* sent, [search, "create", search])
    }).pipe(Effect.provide(scripted([
      page([job({ id: "old", status: "FAILED" })]),
      connectionError(),
      page([job({ id: "new", status: "FAILED" }), job({ id: "old", status: "FAILED" })])
    ]))))
})
