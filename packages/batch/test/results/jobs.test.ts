/** What a job and its files look like, and the results that it gives. */
import { Endpoint, MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { type BatchJob, BatchResult } from "../../src/index.ts"
import { answered, asked, job, lines, over, read, refused, type Server, short, shorts } from "./memoryServer.ts"

const chat = Endpoint.chat.complete

/** The results of a job in short, and the requests that were made for them. */
const resultsOf = (server: Server, source: BatchJob.BatchJob | string) => {
  const { requests, results } = over(server)
  return Effect.map(
    Stream.runCollect(results(source, chat)),
    (read) => ({ results: shorts(read), requests, problems: read.flatMap(({ result }) => problemsOf(result)) })
  )
}

const problemsOf = (result: Result.Result<unknown, BatchResult.Failure>): ReadonlyArray<BatchResult.NotProcessed> =>
  Result.isFailure(result) && result.failure._tag === "NotProcessed" ? [result.failure] : []

describe("a job that ended well", () => {
  it.effect("gives its successes, then its failures, and reads no other file", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("b"), answered("a")), bad: lines(refused("c")) }
      const { requests, results } = yield* resultsOf({ files }, job({ error_file: "bad", total_requests: 3 }))
      assert.deepStrictEqual(results, ["b: answer b", "a: answer a", "c: RateLimited"])
      assert.deepStrictEqual(requests, ["out", "bad"])
    }))

  it.effect("of failures only gives failures, not an empty success", () =>
    Effect.gen(function*() {
      const files = { bad: lines(refused("a"), refused("b", 500)) }
      const { requests, results } = yield* resultsOf(
        { files },
        job({ output_file: null, error_file: "bad", succeeded_requests: 0, failed_requests: 2 })
      )
      assert.deepStrictEqual(results, ["a: RateLimited", "b: ServerError"])
      assert.deepStrictEqual(requests, ["bad"])
    }))

  it.effect("with the same file for both reads it once", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a"), refused("b")) }
      const { results } = yield* resultsOf({ files }, job({ error_file: "out" }))
      assert.deepStrictEqual(results, ["a: answer a", "b: RateLimited"])
    }))

  it.effect("is fetched first where its id is given", () =>
    Effect.gen(function*() {
      const server = { files: { out: lines(answered("a"), answered("b")) }, jobs: [job()] }
      const { requests, results } = yield* resultsOf(server, "job-1")
      assert.deepStrictEqual(results, ["a: answer a", "b: answer b"])
      assert.deepStrictEqual(requests, ["job-1", "out"])
    }))

  it.effect("gives a result twice where the server does, and names the request that it left out", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a"), answered("a", "again")), in: lines(asked("a"), asked("b")) }
      const { results } = yield* resultsOf({ files }, job())
      assert.deepStrictEqual(results, ["a: answer a", "a: again", "b: NotProcessed"])
    }))

  it.effect("names the request whose line cannot be read", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a"), "<html>"), in: lines(asked("a"), asked("b")) }
      const { results } = yield* resultsOf({ files }, job())
      assert.deepStrictEqual(results, ["a: answer a", "null: InvalidResponse", "b: NotProcessed"])
    }))

  it.effect("names the request whose result has lost its id", () =>
    Effect.gen(function*() {
      const nameless = JSON.stringify({ response: { status_code: 429 } })
      const files = { out: lines(answered("a"), nameless), in: lines(asked("a"), asked("b")) }
      const { results } = yield* resultsOf({ files }, job())
      assert.deepStrictEqual(results, ["a: answer a", "null: RateLimited", "b: NotProcessed"])
    }))

  it.effect("with requests that have no id, or share one, has no missing request", () =>
    Effect.gen(function*() {
      const anonymous = JSON.stringify({ body: {} })
      const files = {
        out: lines(answered("a"), JSON.stringify({ response: { status_code: 429 } }), answered("a")),
        in: lines(asked("a"), anonymous, asked("a"))
      }
      const { results } = yield* resultsOf({ files }, job({ total_requests: 3 }))
      assert.deepStrictEqual(results, ["a: answer a", "null: RateLimited", "a: answer a"])
    }))

  it.effect("names one of two requests that share an id and have one result", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a")), in: lines(asked("a"), asked("a")) }
      const { results } = yield* resultsOf({ files }, job())
      assert.deepStrictEqual(results, ["a: answer a", "a: NotProcessed"])
    }))

  it.effect("of an empty file has no results", () =>
    Effect.gen(function*() {
      const { results } = yield* resultsOf(
        { files: { in: "" } },
        job({ output_file: null, total_requests: 0, completed_requests: 0, succeeded_requests: 0 })
      )
      assert.deepStrictEqual(results, [])
    }))
})

/** A job that failed before it did anything. */
const nothing = {
  status: "FAILED",
  output_file: null,
  total_requests: 0,
  completed_requests: 0,
  succeeded_requests: 0
} as const

describe("a job that did not end well", () => {
  for (const status of ["TIMEOUT_EXCEEDED", "CANCELLED", "FAILED"]) {
    it.effect(`with ${status} gives what was done, then names the rest`, () =>
      Effect.gen(function*() {
        const files = {
          out: lines(answered("c")),
          bad: lines(refused("a")),
          in: lines(asked("a"), asked("b")),
          in2: lines(asked("c"), asked("d"))
        }
        const { problems, requests, results } = yield* resultsOf(
          { files },
          job({ status, error_file: "bad", input_files: ["in", "in2"], total_requests: 4 })
        )
        assert.deepStrictEqual(results, ["c: answer c", "a: RateLimited", "b: NotProcessed", "d: NotProcessed"])
        assert.deepStrictEqual(requests, ["out", "bad", "in", "in2"])
        assert.deepStrictEqual(problems.map((one) => [one.custom_id, one.jobId, one.status, one.requests]), [
          ["b", "job-1", status, 1],
          ["d", "job-1", status, 1]
        ])
      }))
  }

  it.effect("because its file is not valid gives a failure for each request, with the job's own sentences", () =>
    Effect.gen(function*() {
      const errors = [
        { message: "Unknown model.", count: 2 },
        { message: "Line 1 is bad: {\"body\": \"a secret prompt\"}" },
        { message: "error" }
      ]
      const { problems, results } = yield* resultsOf(
        { files: { in: lines(asked("a"), "not JSON", asked("b")) } },
        job({ ...nothing, errors })
      )
      assert.deepStrictEqual(results, ["a: NotProcessed", "null: NotProcessed", "b: NotProcessed"])
      for (const problem of problems) {
        assert.deepStrictEqual(problem.problems, ["Unknown model. (2 requests)", "Line 1 is bad:"])
        assert.include(problem.message, "FAILED (Unknown model. (2 requests); Line 1 is bad:)")
      }
    }))

  it.effect("and has not counted its requests names the rest all the same", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a")), in: lines(asked("a"), asked("b")) }
      const { results } = yield* resultsOf({ files }, job({ status: "CANCELLED", total_requests: 0 }))
      assert.deepStrictEqual(results, ["a: answer a", "b: NotProcessed"])
    }))

  it.effect("with a status that is not known and the time of its end names its requests", () =>
    Effect.gen(function*() {
      const { results } = yield* resultsOf({ files: { in: lines(asked("a")) } }, job({ ...nothing, status: "EXPIRED" }))
      assert.deepStrictEqual(results, ["a: NotProcessed"])
    }))

  it.effect("shows the first of many problems", () =>
    Effect.gen(function*() {
      const errors = Array.from({ length: 9 }, (_, index) => ({ message: `Problem ${index}` }))
      const { problems } = yield* resultsOf(
        { files: { in: lines(asked("a")) } },
        job({ ...nothing, errors })
      )
      assert.deepStrictEqual(problems[0]!.problems, [
        ...[0, 1, 2, 3, 4].map((index) => `Problem ${index}`),
        "and 4 more"
      ])
    }))

  it.effect("and whose input file is gone counts the requests that it cannot name", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("c")), in2: lines(asked("c"), asked("d")) }
      const { problems, results } = yield* resultsOf(
        { files },
        job({ status: "TIMEOUT_EXCEEDED", input_files: ["in", "in2"], total_requests: 7 })
      )
      assert.deepStrictEqual(results, ["c: answer c", "d: NotProcessed", "null: NotProcessed"])
      assert.deepStrictEqual(problems.map(({ requests }) => requests), [1, 5])
    }))

  const unknown: Record<string, readonly [job: Partial<BatchJob.BatchJob>, requests: number]> = {
    "whose input file is gone": [{}, 1],
    "whose input file is empty": [{ input_files: ["empty"] }, 1],
    "without an input file": [{ input_files: [] }, 1],
    "that counts its problems": [{ errors: [{ message: "Bad", count: 3 }, { message: "Worse", count: 4 }] }, 7],
    "that counts its requests": [{ total_requests: 9 }, 9],
    "that was cancelled": [{ status: "CANCELLED" }, 1],
    "that is said to have ended well": [{ status: "SUCCESS", input_files: [] }, 1],
    "that is said to have ended well, whose input file is gone": [{ status: "SUCCESS" }, 1]
  }
  for (const [name, [changes, requests]] of Object.entries(unknown)) {
    it.effect(`${name} and of which nothing is known is a failure, not an empty success`, () =>
      Effect.gen(function*() {
        const failed = job({ ...nothing, ...changes })
        const { problems, results } = yield* resultsOf({ files: { empty: "" }, jobs: [failed] }, failed)
        assert.deepStrictEqual(results, ["null: NotProcessed"])
        assert.strictEqual(problems[0]!.requests, requests)
        assert.strictEqual(problems[0]!.status, failed.status)
      }))
  }

  it.effect("fails where its files cannot be read for another reason than that they are gone", () =>
    Effect.gen(function*() {
      const lost = MistralError.make(chat, new MistralError.ConnectionLost({ description: "reset", chunks: 0 }))
      for (const name of ["out", "in"]) {
        const files = { out: lines(answered("a")), in: lines(asked("b")), [name]: Stream.fail(lost) }
        const error = yield* Effect.flip(read({ files }, job({ status: "CANCELLED" })))
        assert.strictEqual(error, lost)
      }
      const error = yield* Effect.flip(read({}, job()))
      assert.strictEqual(error.reason._tag, "NotFound")
    }))
})

describe("the ids of the requests", () => {
  const cancelled = job({ status: "CANCELLED", total_requests: 3 })
  const server = { files: { out: lines(answered("a")), in: lines(asked("x")) } }
  const expected = ["a: answer a", "b: NotProcessed", "c: NotProcessed"]

  it.effect("are those that are given, and no input file is read then", () =>
    Effect.gen(function*() {
      for (const customIds of [["a", "b", "c"], new Set(["a", "b", "c"]), Stream.make("a", "b", "c")]) {
        const { requests, results } = over(server)
        const all = yield* Stream.runCollect(results(cancelled, chat, { customIds }))
        assert.deepStrictEqual(shorts(all), expected)
        assert.deepStrictEqual(requests, ["out"])
      }
    }))

  it.effect("are not read where no result is missing", () =>
    Effect.gen(function*() {
      const customIds = Stream.die("read")
      const files = { out: lines(answered("a"), answered("b")) }
      assert.deepStrictEqual(shorts(yield* read({ files }, job(), { customIds })), ["a: answer a", "b: answer b"])
    }))

  it.effect("that are too few leave the other requests counted", () =>
    Effect.gen(function*() {
      const results = yield* read(server, cancelled, { customIds: ["b"] })
      assert.deepStrictEqual(shorts(results), ["a: answer a", "b: NotProcessed", "null: NotProcessed"])
    }))

  it.effect("that fail to come fail the results with the caller's own error", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(read(server, cancelled, { customIds: Stream.fail("mine" as const) }))
      assert.strictEqual(error, "mine")
    }))
})

describe("a job whose requests were sent inline", () => {
  const inline = job({ input_files: [], output_file: null })
  const outputs = [answered("a"), refused("b")].map((line) => JSON.parse(line))

  it.effect("is fetched with its outputs", () =>
    Effect.gen(function*() {
      for (const count of [2, 0]) {
        const source = { ...inline, completed_requests: count, succeeded_requests: count }
        const { requests, results } = yield* resultsOf({ jobs: [{ ...inline, outputs }] }, source)
        assert.deepStrictEqual(results, ["a: answer a", "b: RateLimited"])
        assert.deepStrictEqual(requests, ["job-1 inline"])
      }
    }))

  it.effect("is not fetched where it was fetched with its outputs", () =>
    Effect.gen(function*() {
      const { requests, results } = yield* resultsOf({}, { ...inline, outputs })
      assert.deepStrictEqual(results, ["a: answer a", "b: RateLimited"])
      assert.deepStrictEqual(requests, [])
    }))

  it.effect("is read from its files where it has them", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a"), answered("b")) }
      for (const source of [{ ...inline, output_file: "out" }, "job-1"]) {
        const jobs = [{ ...inline, output_file: "out", outputs }]
        const { requests, results } = yield* resultsOf({ files, jobs }, source)
        assert.deepStrictEqual(results, ["a: answer a", "b: answer b"])
        assert.notInclude(requests, "job-1 inline")
      }
    }))

  it.effect("counts the requests that it cannot name, and names an output that is none", () =>
    Effect.gen(function*() {
      const jobs = [{ ...inline, outputs: [...outputs, { hello: 1 }], status: "TIMEOUT_EXCEEDED", total_requests: 5 }]
      const all = yield* read({ jobs }, inline)
      assert.deepStrictEqual(shorts(all), [
        "a: answer a",
        "b: RateLimited",
        "null: InvalidResponse",
        "null: NotProcessed"
      ])
      assert.include(messageOf(all[2]!), "output 3 of batch job job-1 is not the result of a request")
      assert.include(messageOf(all[3]!), "3 requests of batch job job-1")
      assert.include(messageOf(all[3]!), "Give `customIds`")
    }))

  it.effect("is fetched again where it has files that a job which did something does not show", () =>
    Effect.gen(function*() {
      const server = { files: { out: lines(answered("a"), answered("b")) }, jobs: [job()] }
      const { requests, results } = yield* resultsOf(server, job({ output_file: null }))
      assert.deepStrictEqual(results, ["a: answer a", "b: answer b"])
      assert.deepStrictEqual(requests, ["job-1 inline", "out"])
    }))
})

describe("a job that cannot be read", () => {
  it.effect("because it has not ended fails with its status, and says to await it", () =>
    Effect.gen(function*() {
      for (const status of ["QUEUED", "RUNNING", "CANCELLATION_REQUESTED", "PAUSED"]) {
        const running = job({ status, output_file: null, completed_at: null })
        const { requests, results } = over({ jobs: [running] })
        const error = yield* Effect.flip(Stream.runCollect(results(running, chat)))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, `batch job job-1 is ${status}: await its end`)
        assert.deepStrictEqual(requests, ["job-1"])
      }
    }))

  it.effect("is read where it has ended since it was fetched", () =>
    Effect.gen(function*() {
      const server = { files: { out: lines(answered("a"), answered("b")) }, jobs: [job()] }
      const { requests, results } = yield* resultsOf(server, job({ status: "RUNNING", output_file: null }))
      assert.deepStrictEqual(results, ["a: answer a", "b: answer b"])
      assert.deepStrictEqual(requests, ["job-1", "out"])
    }))

  it.effect("is read where its status is not known, but it has a file or the time of its end", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a")), in: lines(asked("a"), asked("b")) }
      for (const changes of [{ completed_at: null }, {}]) {
        const { problems, results } = yield* resultsOf({ files }, job({ status: "PARTLY_DONE", ...changes }))
        assert.deepStrictEqual(results, ["a: answer a", "b: NotProcessed"])
        assert.strictEqual(problems[0]!.status, "PARTLY_DONE")
      }
    }))

  it.effect("because it is of another endpoint fails with both endpoints, and reads nothing", () =>
    Effect.gen(function*() {
      const { requests, results } = over({ jobs: [job()] })
      for (const source of [job(), "job-1"]) {
        const error = yield* Effect.flip(Stream.runCollect(results(source, Endpoint.createEmbeddings)))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, "/v1/chat/completions, but Embeddings.create is /v1/embeddings")
      }
      assert.deepStrictEqual(requests, ["job-1"])
    }))

  it.effect("is none where the server writes the path of its endpoint in another form", () =>
    Effect.gen(function*() {
      const files = { out: lines(answered("a"), answered("b")) }
      const { results } = yield* resultsOf({ files }, job({ endpoint: "v1/chat/completions/" }))
      assert.lengthOf(results, 2)
    }))

  it.effect("because it does not exist fails with the error of the server", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(read({}, "job-9"))
      assert.strictEqual(error.reason._tag, "NotFound")
    }))
})

describe("failures", () => {
  it.effect("are those of all files, and the requests without a result", () =>
    Effect.gen(function*() {
      const failed = JSON.stringify({ custom_id: "f", response: { status_code: 200, body: { error: "No" } } })
      const files = {
        out: lines(answered("a"), failed),
        bad: lines(refused("c"), refused("d", 422)),
        in: lines(...["a", "f", "c", "d", "e"].map(asked))
      }
      const source = job({ status: "CANCELLED", error_file: "bad", total_requests: 5 })
      const failures = yield* Stream.runCollect(over({ files }).failures(source, chat))
      assert.deepStrictEqual(failures.map(short), [
        "f: BadRequest",
        "c: RateLimited",
        "d: Validation",
        "e: NotProcessed"
      ])
      assert.deepStrictEqual(failures.filter(BatchResult.isRetryable).map(({ custom_id }) => custom_id), ["c", "e"])
    }))
})

const messageOf = ({ result }: BatchResult.BatchResult<unknown>): string =>
  Result.isFailure(result) ? result.failure.message : "no failure"
