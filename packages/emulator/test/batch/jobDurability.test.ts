/** Jobs that outlive the emulator: no request is lost, and none is answered twice. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { DatabaseSync } from "node:sqlite"
import { end, startProgram } from "../fixtures/program.ts"
import { databaseFile } from "../observability/observabilitySupport.ts"
import {
  addLines,
  cancel,
  create,
  ended,
  fetchJob,
  ids,
  memory,
  questions,
  remove,
  type ResultLine,
  resultsOf,
  until
} from "./batchSupport.ts"

describe("a job in a database file", () => {
  it.effect("goes on where it was when the emulator is started again, and ends once", () =>
    Effect.gen(function*() {
      const database = yield* databaseFile
      const slow = memory({ database, batchRequestsPerSecond: 100, batchQueueTime: "10 seconds" })
      const id = yield* Effect.provide(
        Effect.gen(function*() {
          const { id } = yield* create({ input_files: [yield* addLines(questions(1000))] })
          yield* until(id, ({ total_requests }) => total_requests === 1000)
          yield* TestClock.adjust("4 seconds")
          return id
        }),
        slow
      )
      // It is still queued, for the rest of its time.
      for (const done of [250, 600]) {
        yield* Effect.provide(
          Effect.gen(function*() {
            if (done === 250) {
              yield* TestClock.adjust("6 seconds")
              yield* until(id, ({ status }) => status === "RUNNING")
            }
            const before = (yield* fetchJob(id)).completed_requests
            yield* TestClock.adjust((done - before) * 10)
            yield* until(id, ({ completed_requests }) => completed_requests >= done)
          }),
          slow
        )
      }
      yield* Effect.provide(
        Effect.gen(function*() {
          const resumed = yield* fetchJob(id)
          assert.strictEqual(resumed.status, "RUNNING")
          assert.isAtLeast(resumed.completed_requests, 600)
          yield* checkEnd(id, 1000)
        }),
        memory({ database })
      )
      yield* Effect.provide(
        Effect.gen(function*() {
          const job = yield* checkEnd(id, 1000)
          yield* remove(id)
          assert.strictEqual((yield* resultsOf(job)).succeeded.length, 1000)
        }),
        memory({ database })
      )
      assert.deepStrictEqual(rowsLeft(database), { jobs: 0, results: 0, requests: 0, errors: 0 })
    }).pipe(Effect.scoped))

  it.effect("keeps its fault, its cancellation and its timeout", () =>
    Effect.gen(function*() {
      const database = yield* databaseFile
      const slow = memory({ database, batchQueueTime: "1 hour" })
      const made = yield* Effect.provide(
        Effect.gen(function*() {
          const { faults } = yield* Emulator.Emulator
          yield* faults.next(Fault.batchLineErrors({ every: 2 }))
          const faulty = yield* create({ requests: questions(10) })
          yield* faults.next(Fault.batchTimeout(3))
          const short = yield* create({ requests: questions(10) })
          const late = yield* create({ requests: questions(10), timeout_hours: 1 })
          const cancelled = yield* create({ requests: questions(10) })
          yield* cancel(cancelled.id)
          return { faulty, short, late, cancelled }
        }),
        slow
      )
      yield* TestClock.adjust("61 minutes")
      yield* Effect.provide(
        Effect.gen(function*() {
          assert.deepInclude(yield* ended(made.faulty.id), { status: "SUCCESS", failed_requests: 5 })
          assert.deepInclude(yield* ended(made.short.id), { status: "TIMEOUT_EXCEEDED", completed_requests: 3 })
          assert.deepInclude(yield* ended(made.late.id), { status: "TIMEOUT_EXCEEDED", completed_requests: 0 })
          assert.strictEqual((yield* ended(made.cancelled.id)).status, "CANCELLED")
        }),
        slow
      )
    }).pipe(Effect.scoped))

  it.live(
    "survives a SIGKILL in the middle, several times, with every event of its completions",
    () =>
      Effect.gen(function*() {
        const database = yield* databaseFile
        const requests = 3000
        let id: string | undefined
        for (const enough of [1, 1000, 2200]) {
          yield* Effect.scoped(Effect.gen(function*() {
            const { child, url } = yield* start(database)
            id ??= yield* upload(url, requests)
            yield* Effect.repeat(Effect.promise(() => api(url, `/v1/batch/jobs/${id}`)), {
              until: ({ completed_requests }) => Number(completed_requests) >= enough,
              schedule: Schedule.spaced("5 millis")
            })
            yield* end(child, "SIGKILL")
            assert.strictEqual(child.signalCode, "SIGKILL")
          }))
        }
        yield* Effect.provide(
          Effect.gen(function*() {
            assert.isBelow((yield* fetchJob(id!)).completed_requests, requests)
            const job = yield* checkEnd(id!, requests)
            const { succeeded } = yield* resultsOf(job)
            const events = yield* ChatCompletionEvents.searchAll({ search_params: { filters: null }, page_size: 100 })
              .pipe(
                Stream.map(({ correlation_id }) => correlation_id),
                Stream.runCollect
              )
            assert.deepStrictEqual([...events].sort(), succeeded.map(({ id }) => id).sort())
          }),
          Layer.provideMerge(ChatCompletionEvents.layer, memory({ database }))
        )
        assert.deepStrictEqual(rowsLeft(database), { jobs: 1, results: 0, requests: 0, errors: 0 })
      }).pipe(Effect.scoped),
    240_000
  )
})

/** Waits for the end of a job, and checks that each of its requests has one result. */
const checkEnd = Effect.fnUntraced(function*(id: string, count: number) {
  const job = yield* ended(id)
  assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: count, failed_requests: 0, total_requests: count })
  const { succeeded } = yield* resultsOf(job)
  assert.deepStrictEqual(succeeded.map(({ custom_id }) => custom_id), ids(count))
  assert.strictEqual(new Set(succeeded.map((line: ResultLine) => line.id)).size, count)
  return job
})

/** The rows of jobs in a database that nobody has open. */
const rowsLeft = (file: string) => {
  const database = new DatabaseSync(file, { readOnly: true })
  const count = (table: string) => Number(database.prepare(`SELECT count(*) AS number FROM ${table}`).get()?.["number"])
  const rows = {
    jobs: count("batch_jobs"),
    results: count("batch_results"),
    requests: count("batch_requests"),
    errors: count("batch_errors")
  }
  database.close()
  return rows
}

const start = Effect.fnUntraced(function*(database: string) {
  const flags = ["--port", "0", "--database", database, "--batch-requests-per-second", "2000"]
  const { child, output } = yield* startProgram(flags)
  const [, url] = /export MISTRAL_BASE_URL=(\S+)/.exec(output) ?? []
  assert.isDefined(url, output)
  return { child, url: url! }
})

const api = async (url: string, path: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(`${url}${path}`, {
    ...init,
    headers: { authorization: "Bearer emulator-key", ...init.headers }
  })
  const json: Readonly<Record<string, unknown>> = JSON.parse(await response.text())
  assert.strictEqual(response.status, 200, JSON.stringify(json))
  return json
}

/** Uploads a file of requests and creates a job of it; gives the job's id. */
const upload = (url: string, count: number) =>
  Effect.promise(async () => {
    const form = new FormData()
    form.set("purpose", "batch")
    form.set("file", new Blob([questions(count).map((line) => JSON.stringify(line)).join("\n")]), "requests.jsonl")
    const { id: file } = await api(url, "/v1/files", { method: "POST", body: form })
    const { id } = await api(url, "/v1/batch/jobs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        input_files: [file]
      })
    })
    return String(id)
  })
