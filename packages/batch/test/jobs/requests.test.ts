/** The requests of each operation, what is refused before it is sent, and the errors of the server. */
import { BatchJob, BatchJobs } from "@effect-mistral/batch"
import { type MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { apiKey, count, job, jobAnswer, page, refusal, requests, scripted, withoutRetries } from "./services.ts"

const fromFiles: BatchJob.CreateRequest = {
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  input_files: ["f1", "f2"],
  metadata: { run: "r1" },
  timeout_hours: 48
}

const inline = (ids: ReadonlyArray<string | null | undefined>): BatchJob.CreateRequest => ({
  endpoint: "/v1/embeddings",
  model: "mistral-embed",
  requests: ids.map((custom_id) => ({ custom_id, body: { input: "a secret text" } }))
})

describe("each operation sends its request", () => {
  const operations: ReadonlyArray<
    readonly [
      name: string,
      call: Effect.Effect<unknown, MistralError.MistralError, BatchJobs.BatchJobs>,
      answer: ScriptedHttpClient.Answer,
      request: { method: string; path: string; body: unknown }
    ]
  > = [
    ["create, of files", BatchJobs.create(fromFiles), jobAnswer(), {
      method: "POST",
      path: "/v1/batch/jobs",
      body: fromFiles
    }],
    ["create, of requests inline, also without ids", BatchJobs.create(inline(["1", "2", null, null])), jobAnswer(), {
      method: "POST",
      path: "/v1/batch/jobs",
      body: {
        endpoint: "/v1/embeddings",
        model: "mistral-embed",
        requests: ["1", "2", null, null].map((custom_id) => ({ custom_id, body: { input: "a secret text" } }))
      }
    }],
    ["list", BatchJobs.list(), page([job()]), { method: "GET", path: "/v1/batch/jobs", body: undefined }],
    [
      "list, with every parameter",
      BatchJobs.list({
        page: 2,
        page_size: 10,
        model: "m",
        agent_id: "a",
        metadata: { run: "r 1", part: "2&3" },
        created_after: "2026-01-02T03:04:05Z",
        created_by_me: true,
        status: ["QUEUED", "A_NEW_STATUS"],
        order_by: "created"
      }),
      page([]),
      {
        method: "GET",
        path: "/v1/batch/jobs?page=2&page_size=10&model=m&agent_id=a&run=r+1&part=2%263" +
          "&created_after=2026-01-02T03%3A04%3A05Z&created_by_me=true&status=QUEUED&status=A_NEW_STATUS&order_by=created",
        body: undefined
      }
    ],
    ["fetch", BatchJobs.fetch("j/1"), jobAnswer(), {
      method: "GET",
      path: "/v1/batch/jobs/j%2F1",
      body: undefined
    }],
    ["fetch, with the results", BatchJobs.fetch("j1", { inline: true }), jobAnswer({ outputs: [{ custom_id: "1" }] }), {
      method: "GET",
      path: "/v1/batch/jobs/j1?inline=true",
      body: undefined
    }],
    ["cancel", BatchJobs.cancel("j1"), jobAnswer(), {
      method: "POST",
      path: "/v1/batch/jobs/j1/cancel",
      body: undefined
    }],
    ["delete", BatchJobs.delete("j1"), ScriptedHttpClient.json({ id: "j1", object: "batch", deleted: true }), {
      method: "DELETE",
      path: "/v1/batch/jobs/j1",
      body: undefined
    }],
    ["await", BatchJobs.await("j1"), jobAnswer({ status: "SUCCESS" }), {
      method: "GET",
      path: "/v1/batch/jobs/j1",
      body: undefined
    }]
  ]
  for (const [name, call, answer, request] of operations) {
    it.effect(name, () =>
      Effect.gen(function*() {
        assert.ok(yield* call)
        assert.deepStrictEqual(yield* requests, [request])
      }).pipe(Effect.provide(scripted([answer]))))
  }

  it.effect("and gives the whole response, with keys that this version does not know", () =>
    Effect.gen(function*() {
      const created = yield* BatchJobs.create(fromFiles)
      assert.deepStrictEqual(created, { ...job(), a_new_key: [1] } as BatchJob.BatchJob)
      assert.deepStrictEqual(yield* BatchJobs.delete("j1"), { id: "j1" })
      // The OpenAPI file gives `data` a default of [].
      assert.deepStrictEqual(yield* BatchJobs.list(), { total: 0 })
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json({ ...job(), a_new_key: [1] }),
      ScriptedHttpClient.json({ id: "j1" }),
      ScriptedHttpClient.json({ total: 0 })
    ]))))

  it.effect("with the options of the layer, which those of the call override", () =>
    Effect.gen(function*() {
      yield* BatchJobs.list(undefined, { headers: { "x-two": "call" } })
      yield* BatchJobs.await("j1", { headers: { "x-two": "await" } })
      const seen = yield* Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests)
      assert.deepStrictEqual(seen.map(({ headers }) => [headers["x-one"], headers["x-two"]]), [
        ["layer", "call"],
        ["layer", "await"]
      ])
    }).pipe(Effect.provide(
      Layer.provideMerge(
        BatchJobs.layerOptions({ headers: { "x-one": "layer", "x-two": "layer" } }),
        scripted([page([]), jobAnswer({ status: "FAILED" })])
      )
    )))
})

describe("create refuses, before anything is sent,", () => {
  const both = { ...fromFiles, requests: inline(["1"]).requests! }
  const refused: Readonly<Record<string, readonly [request: unknown, paths: ReadonlyArray<string>, words: string]>> = {
    "a request with neither files nor requests": [
      { endpoint: "/v1/embeddings" },
      ["input_files"],
      "or `requests`"
    ],
    "a request with null for both": [
      { endpoint: "/v1/embeddings", input_files: null, requests: null },
      ["input_files"],
      "or `requests`"
    ],
    "a request with both": [both, ["requests"], "not both"],
    "no files": [{ ...fromFiles, input_files: [] }, ["input_files"], "at least one file"],
    "no requests": [inline([]), ["requests"], "at least one request"],
    "a file that occurs twice": [
      { ...fromFiles, input_files: ["f1", "f2", "f1"] },
      ["input_files.2"],
      "input_files[0] is the same"
    ],
    "an id that occurs twice": [
      inline(["a", "b", "a"]),
      ["requests.2.custom_id"],
      "requests[0].custom_id is the same"
    ],
    "each id that occurs before, also the empty one": [
      inline(["a", "", "a", "b", "", "a"]),
      ["requests.2.custom_id", "requests.4.custom_id", "requests.5.custom_id"],
      "requests[1].custom_id is the same"
    ],
    "what its schema refuses, beside what it does not": [
      { ...inline(["a", "a"]), timeout_hours: 169, metadata: { run: "" } },
      ["requests.1.custom_id", "metadata.run", "timeout_hours"],
      "requests[0].custom_id is the same"
    ],
    "more than 10,000 requests": [
      inline(Array.from({ length: 10_001 }, (_, index) => `${index}`)),
      ["requests"],
      "10000"
    ],
    "a key that it does not know": [{ ...fromFiles, input_file: "f1" }, ["input_file"], "input_file"],
    "null for the hours, which the API does not take": [
      { ...fromFiles, timeout_hours: null },
      ["timeout_hours"],
      "timeout_hours"
    ],
    "values of other types": [{ endpoint: 1, input_files: "f1" }, ["endpoint", "input_files"], "string"],
    "nothing at all": [undefined, ["input_files", ""], "object"]
  }
  for (const [name, [request, paths, words]] of Object.entries(refused)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        // The cast is safe: the test is about values that do not fit.
        const error = yield* Effect.flip(BatchJobs.create(request as BatchJob.CreateRequest))
        assert.strictEqual(error.operation, "BatchJobs.create")
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.sameMembers(issuesOf(error).map(({ path }) => path.join(".")), [...paths])
        assert.include(error.message, words)
        assert.notInclude(JSON.stringify(error), "secret")
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(scripted([]))))
  }

  it.effect("and takes one request, 10,000 requests, and requests without ids", () =>
    Effect.gen(function*() {
      yield* BatchJobs.create(inline(["a"]))
      yield* BatchJobs.create(inline(Array.from({ length: 10_000 }, (_, index) => `${index}`)))
      yield* BatchJobs.create(inline([undefined, null, undefined, null]))
      assert.strictEqual(yield* count, 3)
    }).pipe(Effect.provide(scripted([jobAnswer(), jobAnswer(), jobAnswer()]))))
})

describe("list refuses, before anything is sent,", () => {
  const names = ["page", "page_size", "model", "agent_id", "created_after", "created_by_me", "status", "order_by"]
  for (const key of [...names, "metadata"]) {
    it.effect(`metadata with the key ${key}, which is a query parameter`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(BatchJobs.list({ metadata: { run: "r1", [key]: "7" } }))
        assert.deepStrictEqual(issuesOf(error).map(({ path }) => path), [["metadata", key]])
        assert.include(error.message, "the query has a parameter of this name")
        assert.isFalse(BatchJob.isFilterable(key))
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(scripted([]))))
  }

  it("no other key, such as one that every object has", () => {
    for (const key of ["run", "toString", "constructor", "Page", "search"]) assert.isTrue(BatchJob.isFilterable(key))
    assert.sameMembers(Object.keys(BatchJob.ListQuery.fields), [...names, "metadata"])
  })

  it.effect("null for a parameter that the API does not take as null", () =>
    Effect.gen(function*() {
      for (const key of ["page", "page_size", "created_by_me", "order_by"]) {
        // The cast is safe: the test is about values that do not fit.
        const error = yield* Effect.flip(BatchJobs.list({ [key]: null } as BatchJob.ListQuery))
        assert.deepStrictEqual(issuesOf(error).map(({ path }) => path), [[key]])
      }
      assert.strictEqual(yield* count, 0)
    }).pipe(Effect.provide(scripted([]))))
})

describe("an error", () => {
  const calls = {
    "BatchJobs.create": BatchJobs.create(fromFiles),
    "BatchJobs.list": BatchJobs.list(),
    "BatchJobs.fetch": BatchJobs.fetch("j1"),
    "BatchJobs.cancel": BatchJobs.cancel("j1"),
    "BatchJobs.delete": BatchJobs.delete("j1")
  }
  for (const [name, call] of Object.entries(calls)) {
    it.effect(`of ${name} names the operation, and has the server's sentence and the request id`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.asVoid<unknown, MistralError.MistralError, BatchJobs.BatchJobs>(call))
        assert.strictEqual(error.operation, name)
        assert.strictEqual(error.reason._tag, "PermissionDenied")
        assert.strictEqual(error.requestId, "request-403")
        assert.include(error.message, "not yours")
        assert.notInclude(JSON.stringify(error), apiKey)
      }).pipe(Effect.provide(scripted([refusal(403, "not yours")]))))
  }

  it.effect("of a list in the middle of its pages comes after the jobs before it", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(BatchJobs.listAll(), ({ id }) => Effect.sync(() => seen.push(id)))
      )
      assert.strictEqual(error.operation, "BatchJobs.list")
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.deepStrictEqual(seen, ["j1"])
    }).pipe(Effect.provide(scripted([page([job()], 2), refusal(401, "no")]))))
})

describe("a creation", () => {
  it.effect("is sent again after a rate limit and where the capacity is exceeded", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(BatchJobs.create(fromFiles))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber)).id, "j1")
      assert.strictEqual(yield* count, 4)
    }).pipe(Effect.provide(scripted([
      refusal(429, "slower"),
      refusal(503, "Service tier capacity exceeded for this model."),
      refusal(429, "slower", { "retry-after": "7" }),
      jobAnswer()
    ]))))

  const lost: Readonly<Record<string, ScriptedHttpClient.Answer>> = {
    "a connection that failed": ScriptedHttpClient.connectionError(),
    "a response that was cut": ScriptedHttpClient.bytes([`{"id":"j`], { ending: "fail" }),
    "a response that does not come": ScriptedHttpClient.bytes([], { ending: "hang" }),
    "a server error": refusal(500, "internal"),
    "a 503 that does not say why": ScriptedHttpClient.text("", { status: 503 }),
    "a gateway that timed out": ScriptedHttpClient.text("<html>", { status: 504 }),
    "a page of HTML": ScriptedHttpClient.text("<html>", { headers: { "content-type": "text/html" } })
  }
  for (const [name, answer] of Object.entries(lost)) {
    it.effect(`is sent once where its response is lost: ${name}`, () =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(Effect.flip(BatchJobs.create(fromFiles)))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* Fiber.join(fiber)).operation, "BatchJobs.create")
        assert.strictEqual(yield* count, 1)
      }).pipe(Effect.provide(scripted([answer]))))
  }

  it.effect("is not sent again with a policy that never retries", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(BatchJobs.create(fromFiles, { retry: RetryPolicy.none }))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(withoutRetries([refusal(429, "slower")]))))
})

const issuesOf = (error: MistralError.MistralError): ReadonlyArray<MistralError.Issue> =>
  error.reason._tag === "InvalidRequest" ? error.reason.issues : []
