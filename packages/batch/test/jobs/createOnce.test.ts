/** A job that is found by its metadata, or created: once, whatever is lost on the way. */
import { BatchJob, BatchJobs } from "@effect-mistral/batch"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { count, job, jobAnswer, page, refusal, requests, scripted, withoutRetries } from "./services.ts"

const { bytes, connectionError, json, text } = ScriptedHttpClient

const request: BatchJobs.CreateOnceRequest = {
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  input_files: ["f1"],
  metadata: { run: "r1" }
}

/** Runs `createOnce` until it ends, for an hour at most, and returns its result. */
const run = (options?: BatchJobs.CreateOnceOptions, over: Partial<BatchJobs.CreateOnceRequest> = {}) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.result(BatchJobs.createOnce({ ...request, ...over }, options)))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

/** Runs `createOnce`, which must succeed, and returns the id of the job. */
const id = (options?: BatchJobs.CreateOnceOptions, over?: Partial<BatchJobs.CreateOnceRequest>) =>
  Effect.map(run(options, over), (result) => result._tag === "Success" ? result.success.id : String(result.failure))

/** Runs `createOnce`, which must fail, and returns its error. */
const failure = (options?: BatchJobs.CreateOnceOptions, over?: Partial<BatchJobs.CreateOnceRequest>) =>
  Effect.flatMap(
    run(options, over),
    (result) => result._tag === "Failure" ? Effect.succeed(result.failure) : Effect.die("it succeeded")
  )

/** The requests as words: `list` with its query, `create`. */
const sent = Effect.map(
  requests,
  (all) =>
    all.map(({ method, path }) => method === "POST" ? "create" : `list${new URL(path, "https://api.example").search}`)
)

const search = "list?order_by=-created&run=r1&page=0"

const none = page([])

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

describe("a creation whose response is lost", () => {
  const lost: Readonly<Record<string, ScriptedHttpClient.Answer>> = {
    "a connection that failed": connectionError(),
    "a response that was cut": bytes([`{"id":"j`], { ending: "fail" }),
    "a response that ends too early": bytes([`{"id":"j`], { headers: { "content-type": "application/json" } }),
    "a response that does not come": bytes([], { ending: "hang" }),
    "a response that stops": bytes([`{"id":"j`], { ending: "hang" }),
    "a 500 without a body": text("", { status: 500 }),
    "a 502": text("<html>bad gateway</html>", { status: 502 }),
    "a 503 that does not say why": text("", { status: 503 }),
    "a 504": refusal(504, "upstream timed out"),
    "a 408": refusal(408, "too slow"),
    "a page of HTML": text("<html>", { headers: { "content-type": "text/html" } }),
    "a body that is no job": json({ id: "j1" })
  }
  for (const [name, answer] of Object.entries(lost)) {
    it.effect(`is searched for, and found: ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* id(), "created")
        assert.deepStrictEqual(yield* sent, [search, "create", search])
      }).pipe(Effect.provide(withoutRetries([none, answer, page([job({ id: "created" })])]))))
  }

  it.effect("is searched for after 1, 2, 4 and 8 seconds, then sent again", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(BatchJobs.createOnce(request))
      const counts: Array<number> = []
      for (let second = 0; second <= 15; second++) {
        yield* TestClock.adjust(second === 0 ? 0 : "1 second")
        counts.push(yield* count)
      }
      assert.deepStrictEqual(counts, [2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 7])
      assert.strictEqual((yield* Fiber.join(fiber)).id, "second")
    }).pipe(Effect.provide(scripted([none, connectionError(), none, none, none, none, jobAnswer({ id: "second" })]))))

  it.effect("is found late, as long as the searches go on", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({ searches: Schedule.spaced("1 minute") }), "late")
      assert.strictEqual(yield* count, 22)
    }).pipe(Effect.provide(scripted((_, index) =>
      index === 1 ? connectionError() : index < 21 ? none : page([job({ id: "late" })])
    ))))

  for (const [attempts, creations] of [[undefined, 3], [1, 1], [2, 2], [5, 5]] as const) {
    it.effect(`each time is sent ${creations} times at most with attempts ${attempts}, and its error names it`, () =>
      Effect.gen(function*() {
        const error = yield* failure({ attempts })
        if (error._tag !== "MistralError") return assert.fail(error.message)
        assert.strictEqual(error.operation, "BatchJobs.create")
        assert.strictEqual(error.reason._tag, "ServerError")
        assert.include(error.message, `creation ${creations}`)
        assert.strictEqual(error.requestId, "request-500")
        // It has searched after the last one, too.
        assert.deepStrictEqual(yield* sent, [
          search,
          ...Array.from({ length: creations }, () => ["create", search, search, search, search]).flat()
        ])
      }).pipe(
        Effect.provide(
          withoutRetries(({ method }, index) =>
            method === "POST" ? refusal(500, `creation ${1 + (index - 1) / 5}`) : none
          )
        )
      ))
  }

  it.effect("is not sent again where no search could read the list", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag === "MistralError" && error.operation, "BatchJobs.create")
      assert.deepStrictEqual(yield* sent, [search, "create", search, search, search, search])
    }).pipe(Effect.provide(withoutRetries((_, index) => index === 0 ? none : refusal(503, "down")))))

  it.effect("is not sent again where the last search could not read the list", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag === "MistralError" && error.reason._tag, "ConnectionFailed")
      assert.deepStrictEqual(yield* sent, [search, "create", search, search, search, search])
    }).pipe(Effect.provide(withoutRetries([
      none,
      connectionError(),
      none,
      none,
      none,
      bytes([], { ending: "hang" })
    ]))))

  it.effect("is sent again where only the last search could read the list", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "j1")
      assert.strictEqual(yield* count, 7)
    }).pipe(Effect.provide(withoutRetries([
      none,
      connectionError(),
      refusal(429, "slower"),
      refusal(503, "down"),
      connectionError(),
      none,
      jobAnswer()
    ]))))

  it.effect("is not sent again where nothing searches", () =>
    Effect.gen(function*() {
      const error = yield* failure({ searches: Schedule.recurs(0) })
      assert.strictEqual(error._tag === "MistralError" && error.operation, "BatchJobs.create")
      assert.deepStrictEqual(yield* sent, [search, "create"])
    }).pipe(Effect.provide(scripted([none, connectionError()]))))

  it.effect("and whose search is refused fails with the refusal", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      if (error._tag !== "MistralError") return assert.fail(error.message)
      assert.strictEqual(error.operation, "BatchJobs.list")
      assert.strictEqual(error.reason._tag, "Authentication")
    }).pipe(Effect.provide(scripted([none, connectionError(), refusal(401, "no")]))))

  it.effect("is a mismatch where another program has used the metadata meanwhile", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag, "JobMismatch")
    }).pipe(Effect.provide(scripted([none, connectionError(), page([job({ model: "m" })])]))))

  it.effect("is found by the next run of a program that was killed before it knew", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(BatchJobs.createOnce(request))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* id(), "created")
      assert.deepStrictEqual(yield* sent, [search, "create", search])
    }).pipe(Effect.provide(scripted([none, bytes([], { ending: "hang" }), page([job({ id: "created" })])]))))
})

describe("a creation that is refused", () => {
  const refused = [
    [400, "BadRequest"],
    [401, "Authentication"],
    [403, "PermissionDenied"],
    [409, "Conflict"],
    [422, "Validation"],
    [429, "RateLimited"],
    [501, "ServerError"]
  ] as const
  for (const [status, reason] of refused) {
    it.effect(`with ${status} is not searched for and not sent again`, () =>
      Effect.gen(function*() {
        const error = yield* failure()
        assert.strictEqual(error._tag === "MistralError" && error.reason._tag, reason)
        assert.deepStrictEqual(yield* sent, [search, "create"])
      }).pipe(Effect.provide(withoutRetries([none, refusal(status, "no")]))))
  }

  it.effect("with a rate limit is sent again by the policy of the client", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "j1")
      assert.deepStrictEqual(yield* sent, [search, "create", "create"])
    }).pipe(Effect.provide(scripted([none, refusal(429, "slower"), jobAnswer()]))))

  const messages = [
    [404, "File f1 not found"],
    [404, "Resource not found"],
    [404, ""],
    [400, "Input file f1 could not be found."],
    [422, "file does not exist"],
    [400, "No such file: f1"]
  ] as const
  for (const [status, message] of messages) {
    it.effect(`with ${status} "${message}", as a server answers right after an upload, is sent again for a minute`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* id(), "j1")
        assert.deepStrictEqual(yield* sent, [search, ...Array(6).fill("create")])
      }).pipe(Effect.provide(scripted([
        none,
        ...Array.from({ length: 5 }, () => refusal(status, message)),
        jobAnswer()
      ]))))
  }

  for (
    const [fileTimeout, creations] of [[undefined, 10], [0, 1], ["999 millis", 1], ["1 second", 2], [
      "5 minutes",
      40
    ]] as const
  ) {
    it.effect(`because a file is missing is sent ${creations} times with a fileTimeout of ${fileTimeout}`, () =>
      Effect.gen(function*() {
        const error = yield* failure({ fileTimeout })
        assert.strictEqual(error._tag === "MistralError" && error.reason._tag, "NotFound")
        assert.strictEqual((yield* sent).filter((one) => one === "create").length, creations)
        assert.strictEqual(yield* count, creations + 1)
      }).pipe(Effect.provide(scripted((_, index) => index === 0 ? none : refusal(404, "file not found")))))
  }

  for (
    const [status, message] of [[404, "Model m not found"], [404, "No such agent"], [400, "file is too large"], [
      422,
      "model not found"
    ]] as const
  ) {
    it.effect(`with ${status} "${message}" is not about a missing file, and not sent again`, () =>
      Effect.gen(function*() {
        yield* failure()
        assert.deepStrictEqual(yield* sent, [search, "create"])
      }).pipe(Effect.provide(scripted([none, refusal(status, message)]))))
  }

  it.effect("with a 404 is not sent again where the request names no file", () =>
    Effect.gen(function*() {
      yield* failure({}, { input_files: undefined, requests: [{ custom_id: "1", body: {} }] })
      assert.deepStrictEqual(yield* sent, [search, "create"])
    }).pipe(Effect.provide(scripted([none, refusal(404, "file not found")]))))

  it.effect("because of a missing file, and then lost, is found all the same", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "created")
      assert.deepStrictEqual(yield* sent, [search, "create", "create", search])
    }).pipe(Effect.provide(scripted([
      none,
      refusal(404, "file not found"),
      connectionError(),
      page([job({ id: "created" })])
    ]))))
})

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
