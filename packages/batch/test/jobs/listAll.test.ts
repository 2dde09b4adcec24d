/** Every job of a list, page by page. */
import { type BatchJob, BatchJobs } from "@effect-mistral/batch"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { count, job, page, refusal, requests, scripted } from "./services.ts"

const jobs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => job({ id: `j${from + index}` }))

const ids = (all: ReadonlyArray<BatchJob.BatchJob>) => all.map(({ id }) => id)

/** The page numbers of the requests. */
const pages = Effect.map(
  requests,
  (seen) => seen.map(({ path }) => new URL(path, "https://api.example").searchParams.get("page"))
)

/** A server of these jobs, which reads `page` and `page_size` from the query. */
const server = (all: ReadonlyArray<BatchJob.BatchJob>, totalOf?: (length: number) => number | null) =>
  scripted(({ path }) => {
    const query = new URL(path, "https://api.example").searchParams
    const size = Number(query.get("page_size") ?? 100)
    const first = Number(query.get("page") ?? 0) * size
    const data = all.slice(first, first + size)
    return page(data, totalOf === undefined ? all.length : totalOf(data.length))
  })

describe("listAll", () => {
  for (const [length, requested] of [[0, 1], [1, 1], [99, 1], [100, 2], [101, 2], [200, 3], [250, 3]] as const) {
    it.effect(`gives ${length} jobs once each, in ${requested} requests`, () =>
      Effect.gen(function*() {
        const all = yield* Stream.runCollect(BatchJobs.listAll())
        assert.deepStrictEqual(ids(all), ids(jobs(0, length)))
        assert.deepStrictEqual(yield* pages, Array.from({ length: requested }, (_, index) => `${index}`))
      }).pipe(Effect.provide(server(jobs(0, length)))))
  }

  it.effect("sends the same query with every page", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(BatchJobs.listAll({ page_size: 2, status: ["RUNNING"], metadata: { run: "r1" } }))
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/batch/jobs?page_size=2&status=RUNNING&run=r1&page=0",
        "/v1/batch/jobs?page_size=2&status=RUNNING&run=r1&page=1"
      ])
    }).pipe(Effect.provide(server(jobs(0, 3)))))

  for (
    const [length, from, size, expected, requested] of [
      [5, 1, 2, ["j2", "j3", "j4"], 2],
      // The last page is short, so that one more is requested.
      [5, 2, 2, ["j4"], 2],
      // So it is after a full page.
      [6, 2, 2, ["j4", "j5"], 2],
      [5, 3, 2, [], 1],
      [5, 0, 2, ["j0", "j1", "j2", "j3", "j4"], 3]
    ] as const
  ) {
    it.effect(`from page ${from} of ${size} on gives ${expected.length} of ${length} jobs`, () =>
      Effect.gen(function*() {
        const all = yield* Stream.runCollect(BatchJobs.listAll({ page: from, page_size: size }))
        assert.deepStrictEqual(ids(all), [...expected])
        assert.strictEqual(yield* count, requested)
      }).pipe(Effect.provide(server(jobs(0, length)))))
  }

  it.effect("reads to an empty page where no total is told, or one that cannot be", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Stream.runCollect(BatchJobs.listAll({ page_size: 2 }))).length, 5)
      assert.deepStrictEqual(yield* pages, ["0", "1", "2", "3"])
    }).pipe(Effect.provide(server(jobs(0, 5), (length) => length === 2 ? 0 : null))))

  it.effect("gives every job where the total counts the jobs of the page", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Stream.runCollect(BatchJobs.listAll({ page_size: 2 }))).length, 5)
      assert.deepStrictEqual(yield* pages, ["0", "1", "2"])
    }).pipe(Effect.provide(server(jobs(0, 5), (length) => length))))

  it.effect("gives the other jobs after pages of one that was the same twice, because others came", () =>
    Effect.gen(function*() {
      const all = yield* Stream.runCollect(BatchJobs.listAll({ page_size: 1 }))
      assert.deepStrictEqual(ids(all), ["j1", "j0"])
    }).pipe(Effect.provide(scripted([
      page([job({ id: "j1" })], 2),
      page([job({ id: "j1" })], 3),
      page([job({ id: "j1" })], 4),
      page([job({ id: "j0" })], 4),
      page([], 4)
    ]))))

  it.effect("gives every job where the server caps the page size", () =>
    Effect.gen(function*() {
      const all = yield* Stream.runCollect(BatchJobs.listAll({ page_size: 1000 }))
      assert.deepStrictEqual(ids(all), ids(jobs(0, 5)))
    }).pipe(Effect.provide(scripted([page(jobs(0, 2), 5), page(jobs(2, 4), 5), page(jobs(4, 5), 5)]))))

  for (
    const [name, answer] of Object.entries({
      "is absent": { total: 9 },
      "is null": { data: null, total: 9 },
      "is empty": { data: [], total: 9 }
    })
  ) {
    it.effect(`ends after a page whose data ${name}, whatever its total`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(ids(yield* Stream.runCollect(BatchJobs.listAll())), ["j0"])
      }).pipe(Effect.provide(scripted([page(jobs(0, 1), 9), ScriptedHttpClient.json(answer)]))))
  }

  it.effect("gives a job once that others, created meanwhile, moved to the next page", () =>
    Effect.gen(function*() {
      const all = yield* Stream.runCollect(BatchJobs.listAll({ page_size: 2 }))
      assert.deepStrictEqual(ids(all), ["j3", "j2", "j1", "j0"])
    }).pipe(Effect.provide(scripted([
      page([job({ id: "j3" }), job({ id: "j2" })], 4),
      // Two new jobs came: the page is the same.
      page([job({ id: "j3" }), job({ id: "j2" })], 6),
      // One more came.
      page([job({ id: "j2" }), job({ id: "j1" })], 7),
      page([job({ id: "j0" })], 7)
    ]))))

  for (
    const [name, answers] of Object.entries({
      "the same page again and again, without a total": () => page(jobs(0, 2), null),
      "the same page again and again, with a large total": () => page(jobs(0, 2), 1_000_000),
      "the same page and a total that grows": (index: number) => page(jobs(0, 2), 10 + index * 10),
      "pages that run in a circle": (index: number) => page(jobs(index % 3, index % 3 + 1), null)
    })
  ) {
    it.effect(`ends where the server gives ${name}`, () =>
      Effect.gen(function*() {
        const all = yield* Stream.runCollect(BatchJobs.listAll())
        assert.strictEqual(new Set(ids(all)).size, all.length)
        assert.isAtMost(yield* count, 6)
      }).pipe(Effect.provide(scripted((_, index) => answers(index)))))
  }

  for (const [taken, requested] of [[0, 0], [1, 1], [3, 1], [4, 2], [7, 3]] as const) {
    it.effect(`requests ${requested} pages of 3 for the first ${taken} jobs`, () =>
      Effect.gen(function*() {
        const all = yield* Stream.runCollect(Stream.take(BatchJobs.listAll({ page_size: 3 }), taken))
        assert.strictEqual(all.length, taken)
        assert.strictEqual(yield* count, requested)
      }).pipe(Effect.provide(server(jobs(0, 100)))))
  }

  it.effect("gives each job once through a rate limit, a lost connection and a cut response", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Stream.runCollect(BatchJobs.listAll()))
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(ids(yield* Fiber.join(fiber)), ["j0", "j1", "j2"])
      assert.deepStrictEqual(yield* pages, ["0", "1", "1", "1", "1"])
    }).pipe(Effect.provide(scripted([
      page(jobs(0, 2), 3),
      refusal(429, "slower", { "retry-after": "20" }),
      ScriptedHttpClient.connectionError(),
      ScriptedHttpClient.bytes([`{"data":[`], { ending: "fail" }),
      page(jobs(2, 3), 3)
    ]))))

  it.effect("sends nothing before it is run, and begins anew with each run", () =>
    Effect.gen(function*() {
      const all = BatchJobs.listAll()
      assert.strictEqual(yield* count, 0)
      assert.strictEqual((yield* Stream.runCollect(all)).length, 2)
      assert.strictEqual((yield* Stream.runCollect(all)).length, 2)
      assert.deepStrictEqual(yield* pages, ["0", "0"])
    }).pipe(Effect.provide(server(jobs(0, 2)))))
})
