/** Pagination of feeds and lists: the requests, and the end of every stream. */
import type { MistralError } from "@effect-mistral/core"
import {
  Campaigns,
  ChatCompletionEvents,
  Datasets,
  Judges,
  Logs,
  type Page,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { collectGarbage, heap } from "./fixtures/memory.ts"
import { operations } from "./fixtures/operations.ts"
import { evaluation, judge, log, preview, record, span, trace } from "./fixtures/resources.ts"
import { failure, requests, scripted, type Services, withResponses } from "./fixtures/services.ts"

const everything = { search_params: { filters: null } }

describe("a feed", () => {
  const endings: Readonly<Record<string, Omit<Page.Feed<never>, "results">>> = {
    "a cursor that is null": { cursor: null, next: null },
    "no cursor": {},
    "a cursor that is empty": { cursor: "" },
    "the cursor it was asked by": { cursor: "1" },
    "the cursor before": { cursor: "0" },
    "a next that is a URL with an empty cursor": {
      cursor: null,
      next: "https://api.example/search?cursor=&page_size=1"
    }
  }
  for (const [name, ending] of Object.entries(endings)) {
    it.effect(`ends after ${name}`, () =>
      Effect.gen(function*() {
        const events = yield* Stream.runCollect(
          ChatCompletionEvents.searchAll({ ...everything, cursor: "0", page_size: 2 })
        )
        assert.deepStrictEqual(events.map(({ event_id }) => event_id), ["a", "b", "c"])
        assert.deepStrictEqual(yield* cursors, ["0", "1"])
      }).pipe(Effect.provide(scripted([feed(["a", "b"], { cursor: "1" }), feed(["c"], ending)]))))
  }

  for (const [name, results] of Object.entries({ "an empty list": [], "null": null, "nothing at all": undefined })) {
    it.effect(`ends after a part whose results are ${name}, whatever its cursor`, () =>
      Effect.gen(function*() {
        const events = yield* Stream.runCollect(ChatCompletionEvents.searchAll(everything))
        assert.deepStrictEqual(events.map(({ event_id }) => event_id), ["a"])
        assert.deepStrictEqual(yield* cursors, [null, "1"])
      }).pipe(Effect.provide(scripted([
        feed(["a"], { cursor: "1" }),
        ScriptedHttpClient.json({ completion_events: { results, cursor: "2" } })
      ]))))
  }

  it.effect("is read on by what `next` quotes where it has no cursor", () =>
    Effect.gen(function*() {
      const events = yield* Stream.runCollect(ChatCompletionEvents.searchAll(everything))
      assert.deepStrictEqual(events.map(({ event_id }) => event_id), ["a", "b", "c", "d"])
      assert.deepStrictEqual(yield* cursors, [null, "x y&z", "second", "bare"])
    }).pipe(Effect.provide(scripted([
      feed(["a"], { next: "https://api.example/search?page_size=1&cursor=x%20y%26z" }),
      feed(["b"], { cursor: null, next: "/search?cursor=second#top" }),
      feed(["c"], { cursor: null, next: "bare" }),
      feed(["d"], {})
    ]))))

  it.effect("is read on by its cursor where it has both", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(ChatCompletionEvents.searchAll(everything))
      assert.deepStrictEqual(yield* cursors, [null, "right"])
    }).pipe(Effect.provide(scripted([
      feed(["a"], { cursor: "right", next: "https://api.example/search?cursor=wrong" }),
      feed(["b"], {})
    ]))))

  it.effect("is asked by the same body and page size for every part", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(Logs.searchAll({ search_expression: "x", order: "asc", from: "2026-01-01", page_size: 1 }))
      const body = { search_expression: "x", order: "asc" }
      assert.deepStrictEqual(
        (yield* requests).map(({ body, path }) => ({ body, path })),
        ["", "&cursor=1", "&cursor=2"].map((cursor) => ({
          body,
          path: `/v1/observability/logs/search?from=2026-01-01&page_size=1${cursor}`
        }))
      )
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json({ logs: { results: [log], cursor: "1" } }),
      ScriptedHttpClient.json({ logs: { results: [log], cursor: "2" } }),
      ScriptedHttpClient.json({ logs: { results: [log] } })
    ]))))

  for (const length of [1, 2, 3, 256, 257, 1000]) {
    it.effect(`ends where its cursors run in a circle of ${length}`, () =>
      Effect.gen(function*() {
        const events = yield* Stream.runCollect(Traces.spansAll("t1"))
        const asked = yield* cursors
        // Two cursors before the loop, the loop, and for a long loop a few more rounds.
        assert.isAtLeast(asked.length, 3 + length - 1)
        assert.isAtMost(asked.length, length <= 256 ? 3 + length : 4 * (length + 3))
        assert.strictEqual(events.length, asked.length)
      }).pipe(Effect.provide(scripted((_, index) =>
        ScriptedHttpClient.json({
          spans: { results: [span], cursor: index < 2 ? `before ${index}` : `round ${(index - 2) % length}` }
        })
      ))))
  }

  it.effect("is read in memory that does not grow with the number of its parts", () => {
    // 100 MB of distinct cursors.
    const parts = 5000
    const tail = "x".repeat(20_000)
    let asked = 0
    const server = withResponses(() => ({
      completion_events: {
        results: [preview],
        cursor: asked++ < parts ? Buffer.from(`${asked}${tail}`).toString() : null
      }
    }))
    return Effect.gen(function*() {
      const before = heap()
      const growth = yield* Stream.runFold(
        ChatCompletionEvents.searchAll(everything),
        () => 0,
        (most) => asked % 1000 === 0 ? Math.max(most, heap() - before) : most
      )
      assert.strictEqual(asked, parts + 1)
      assert.isBelow(growth, 30_000_000)
    }).pipe(Effect.provide(server))
  })

  it("can be measured: what is kept is seen", () => {
    const before = heap()
    const kept = Array.from({ length: 2500 }, (_, i) => Buffer.from(`${i}${"x".repeat(20_000)}`).toString())
    assert.isAbove(heap() - before, 45_000_000)
    assert.strictEqual(kept.length, 2500)
    collectGarbage()
  })

  for (const [taken, parts] of [[0, 0], [1, 1], [2, 1], [3, 1], [4, 2], [6, 2], [7, 3]] as const) {
    it.effect(`is asked for ${parts} parts of 3 by who takes ${taken}`, () =>
      Effect.gen(function*() {
        const events = yield* Stream.runCollect(Stream.take(ChatCompletionEvents.searchAll(everything), taken))
        assert.strictEqual(events.length, taken)
        assert.strictEqual((yield* requests).length, parts)
      }).pipe(Effect.provide(scripted((_, index) => feed(["a", "b", "c"], { cursor: `${index + 1}` })))))
  }

  it.effect("is asked for no part before it is run, and anew by each run", () =>
    Effect.gen(function*() {
      const all = ChatCompletionEvents.searchAll(everything)
      assert.deepStrictEqual(yield* requests, [])
      const first = yield* Stream.runCollect(all)
      const second = yield* Stream.runCollect(all)
      assert.deepStrictEqual(first, second)
      assert.deepStrictEqual(yield* cursors, [null, "1", null, "1"])
    }).pipe(Effect.provide(scripted((_, index) => feed(["a"], index % 2 === 0 ? { cursor: "1" } : {})))))

  it.effect("gives each item once through a rate limit, a lost connection and a cut answer in its middle", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Stream.runCollect(ChatCompletionEvents.searchAll(everything)))
      yield* TestClock.adjust("5 minutes")
      const events = yield* Fiber.join(fiber)
      assert.deepStrictEqual(events.map(({ event_id }) => event_id), ["a", "b", "c", "d", "e"])
      assert.deepStrictEqual(yield* cursors, [null, "1", "1", "2", "2", "2"])
    }).pipe(Effect.provide(scripted([
      feed(["a", "b"], { cursor: "1" }),
      ScriptedHttpClient.json({ message: "slower" }, { status: 429, headers: { "retry-after": "20" } }),
      feed(["c", "d"], { cursor: "2" }),
      ScriptedHttpClient.connectionError(),
      ScriptedHttpClient.bytes([`{"completion_events":{"results":[`], { ending: "fail" }),
      feed(["e"], {})
    ]))))

  it.effect("that fails in the middle has given what came before", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const error = yield* failure(
        ChatCompletionEvents.searchAll(everything).pipe(
          Stream.runForEach(({ event_id }) => Effect.sync(() => seen.push(event_id)))
        )
      )
      assert.strictEqual(error.reason._tag, "ObservabilityError")
      assert.deepStrictEqual(seen, ["a", "b"])
    }).pipe(Effect.provide(scripted([
      feed(["a", "b"], { cursor: "1" }),
      ScriptedHttpClient.json({ detail: { message: "gone", error_code: "SEARCH_NOT_FOUND" } }, { status: 404 })
    ]))))
})

describe("every feed", () => {
  for (const [name, [key, item, run]] of Object.entries(feeds())) {
    const part = (length: number, cursor: string | null) =>
      ScriptedHttpClient.json({ [key]: { results: Array.from({ length }, () => item), cursor } })

    it.effect(`by ${name} begins at the cursor that it is given, and keeps its page size`, () =>
      Effect.gen(function*() {
        const items = yield* Stream.runCollect(run({ cursor: "c1", page_size: 2 }))
        assert.deepStrictEqual(items, [item, item, item])
        assert.deepStrictEqual(
          (yield* requests).map(({ path }) => [parameter(path, "cursor"), parameter(path, "page_size")]),
          [["c1", "2"], ["c2", "2"]]
        )
      }).pipe(Effect.provide(scripted([part(2, "c2"), part(1, null)]))))

    it.effect(`by ${name} begins at the beginning without a cursor`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(run({}))
        assert.deepStrictEqual(
          (yield* requests).map(({ path }) => [parameter(path, "cursor"), parameter(path, "page_size")]),
          [[null, null], ["c1", null]]
        )
      }).pipe(Effect.provide(scripted([part(1, "c1"), part(1, null)]))))

    it.effect(`by ${name} ends where the server repeats the cursor that it began at`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(run({ cursor: "c1" }))
        assert.deepStrictEqual(yield* cursors, ["c1", "c2"])
      }).pipe(Effect.provide(scripted([part(1, "c2"), part(1, "c1")]))))
  }

  it("is tested for every operation that has one", () => {
    const all = Object.keys(operations).filter((name) => /\.(search|spans)\w*All$/.test(name))
    assert.deepStrictEqual(Object.keys(feeds()).sort(), all.sort())
  })
})

describe("a list", () => {
  const next = (number: number) => `https://api.example/judges?page=${number}`
  const lists: Readonly<Record<string, readonly [pages: ReadonlyArray<unknown>, asked: Array<string | null>]>> = {
    "after a page that says nothing follows": [
      [page(2, { count: 3, next: next(2) }), page(1, { count: 3, next: null })],
      ["1", "2"]
    ],
    "after a page that says so, whatever its count": [[page(1, { count: 9, next: null })], ["1"]],
    "after an empty page, whatever it says of the next": [
      [page(2, { count: 9, next: next(2) }), page(0, { count: 9, next: next(3) })],
      ["1", "2"]
    ],
    "where as many came as there are, if no page says what follows": [
      [page(2, { count: 3 }), page(1, { count: 3 })],
      ["1", "2"]
    ],
    "after a page whose next one has no name": [[page(2, { count: 9, next: "" })], ["1"]],
    "after a page that tells neither": [[page(2, {})], ["1"]],
    "after a page that has null for all of it": [[page(2, { count: null, next: null, previous: null })], ["1"]],
    "after a page without results": [[{ judges: { count: 9, next: next(2) } }], ["1"]],
    "after a page whose results are null": [[{ judges: { results: null, next: next(2) } }], ["1"]],
    "where the next page is always the same one: its server knows no numbers": [
      [page(2, { next: next(2) }), page(2, { next: next(2) })],
      ["1", "2"]
    ],
    "where the next pages run in a circle": [
      [page(1, { next: "a" }), page(1, { next: "b" }), page(1, { next: "c" }), page(1, { next: "a" })],
      ["1", "2", "3", "4"]
    ],
    "where its server knows no numbers, and tells only the count": [
      [page(2, { count: 5 }), page(2, { count: 5 }), page(2, { count: 5 })],
      ["1", "2", "3"]
    ]
  }
  for (const [name, [pages, asked]] of Object.entries(lists)) {
    it.effect(`ends ${name}`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(Judges.listAll())
        assert.deepStrictEqual(yield* numbers, asked)
      }).pipe(Effect.provide(scripted(pages.map((page) => ScriptedHttpClient.json(page))))))
  }

  it.effect("from a page on counts the pages before it, where only the count is told", () =>
    Effect.gen(function*() {
      const judges = yield* Stream.runCollect(Judges.listAll({ page: 3, page_size: 2, q: "x" }))
      assert.strictEqual(judges.length, 3)
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/observability/judges?page=3&page_size=2&q=x",
        "/v1/observability/judges?page=4&page_size=2&q=x"
      ])
    }).pipe(
      Effect.provide(
        scripted([page(2, { count: 7 }), page(1, { count: 7 })].map((one) => ScriptedHttpClient.json(one)))
      )
    ))

  it.effect("from a page on takes a page for one of 50, where none is set", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(Judges.listAll({ page: 2 }))
      assert.deepStrictEqual(yield* numbers, ["2"])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(page(3, { count: 53 }))]))))

  for (const [taken, pages] of [[0, 0], [2, 1], [3, 2], [4, 2], [5, 3]] as const) {
    it.effect(`is asked for ${pages} pages of 2 by who takes ${taken}`, () =>
      Effect.gen(function*() {
        const events = yield* Stream.runCollect(Stream.take(Campaigns.selectedEventsAll("c1"), taken))
        assert.strictEqual(events.length, taken)
        assert.strictEqual((yield* requests).length, pages)
      }).pipe(Effect.provide(scripted((_, index) =>
        ScriptedHttpClient.json({
          completion_events: { results: [preview, preview], count: 1000, next: `page ${index + 2}` }
        })
      ))))
  }

  it.effect("of records and of tasks is read as that of judges is", () =>
    Effect.gen(function*() {
      const records = yield* Stream.runCollect(Datasets.listRecordsAll("d1", { page_size: 1 }))
      assert.deepStrictEqual(records.map(({ id }) => id), ["r1", "r2"])
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/observability/datasets/d1/records?page_size=1&page=1",
        "/v1/observability/datasets/d1/records?page_size=1&page=2"
      ])
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json({ records: { results: [record], count: 2 } }),
      ScriptedHttpClient.json({ records: { results: [{ ...record, id: "r2" }], count: 2 } })
    ]))))
})

type Items = Stream.Stream<unknown, MistralError.MistralError, Services>

/** Every operation that paginates by cursor: the key of its feed, an item, and its call. */
function feeds(): Readonly<
  Record<string, readonly [key: string, item: unknown, run: (query: Page.FeedQuery) => Items]>
> {
  return {
    "ChatCompletionEvents.searchAll": [
      "completion_events",
      preview,
      (query) => ChatCompletionEvents.searchAll({ search_params: { filters: null }, ...query })
    ],
    "Logs.searchAll": ["logs", log, Logs.searchAll],
    "Traces.searchAll": ["traces", trace, Traces.searchAll],
    "Traces.spansAll": ["spans", span, (query) => Traces.spansAll("t1", query)],
    "Spans.searchAll": ["spans", span, Spans.searchAll],
    "SpanEvaluations.searchAll": ["span_evaluations", evaluation, SpanEvaluations.searchAll],
    "SpanEvaluations.searchLatestAll": ["span_evaluations", evaluation, SpanEvaluations.searchLatestAll]
  }
}

/** The cursors of the requests, in order. */
const cursors = Effect.map(requests, (seen) => seen.map(({ path }) => parameter(path, "cursor")))

/** The page numbers of the requests, in order. */
const numbers = Effect.map(requests, (seen) => seen.map(({ path }) => parameter(path, "page")))

const parameter = (path: string, name: string) => new URL(path, "https://api.example").searchParams.get(name)

function feed(ids: ReadonlyArray<string>, rest: Omit<Page.Feed<never>, "results">): ScriptedHttpClient.Answer {
  return ScriptedHttpClient.json({
    completion_events: { results: ids.map((event_id) => ({ ...preview, event_id })), ...rest }
  })
}

function page(length: number, rest: Omit<Page.Page<never>, "results">): unknown {
  return { judges: { results: Array.from({ length }, () => judge), ...rest } }
}
