/** Every operation that paginates by page number: where it begins, which requests follow, and where it ends. */
import type { MistralError } from "@effect-mistral/core"
import * as Observability from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { operations } from "./fixtures/operations.ts"
import { campaign, dataset, judge, preview, record, task } from "./fixtures/resources.ts"
import { requests, scripted, type Services } from "./fixtures/services.ts"

describe("a list", () => {
  for (const [name, [key, item, run]] of Object.entries(lists())) {
    const page = (length: number, count: number) =>
      ScriptedHttpClient.json({ [key]: { results: Array.from({ length }, () => item), count } })

    it.effect(`by ${name} begins at page 1`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(run({}))
        assert.deepStrictEqual(yield* parameters("page", "page_size"), [["1", null], ["2", null]])
      }).pipe(Effect.provide(scripted([page(50, 51), page(1, 51)]))))

    it.effect(`by ${name} begins at the page that it is given, and keeps its page size`, () =>
      Effect.gen(function*() {
        const items = yield* Stream.runCollect(run({ page: 3, page_size: 10 }))
        assert.lengthOf(items, 15)
        assert.deepStrictEqual(yield* parameters("page", "page_size"), [["3", "10"], ["4", "10"]])
      }).pipe(Effect.provide(scripted([page(10, 35), page(5, 35)]))))

    it.effect(`by ${name} from a page on counts 50 items for each page before it, where no page size is set`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(run({ page: 3 }))
        assert.deepStrictEqual(yield* parameters("page", "page_size"), [["3", null], ["4", null]])
      }).pipe(Effect.provide(scripted([page(50, 151), page(1, 151)]))))

    it.effect(`by ${name} from a page on ends with the last of the items that are counted`, () =>
      Effect.gen(function*() {
        yield* Stream.runDrain(run({ page: 3 }))
        assert.deepStrictEqual(yield* parameters("page"), [["3"]])
      }).pipe(Effect.provide(scripted([page(50, 150)]))))
  }

  it("is tested for every operation that has one", () => {
    const all = Object.keys(operations).filter((name) => /\.(list|selectedEvents)\w*All$/.test(name))
    assert.deepStrictEqual(Object.keys(lists()).sort(), all.sort())
  })
})

type Items = Stream.Stream<unknown, MistralError.MistralError, Services>

/** Every operation that paginates by page number: the key of its list, an item, and its call. */
function lists(): Readonly<
  Record<string, readonly [key: string, item: unknown, run: (query: Observability.Page.PageQuery) => Items]>
> {
  return {
    "Judges.listAll": ["judges", judge, Observability.Judges.listAll],
    "Campaigns.listAll": ["campaigns", campaign, Observability.Campaigns.listAll],
    "Campaigns.selectedEventsAll": [
      "completion_events",
      preview,
      (query) => Observability.Campaigns.selectedEventsAll("c1", query)
    ],
    "Datasets.listAll": ["datasets", dataset, Observability.Datasets.listAll],
    "Datasets.listRecordsAll": ["records", record, (query) => Observability.Datasets.listRecordsAll("d1", query)],
    "Datasets.listTasksAll": ["tasks", task, (query) => Observability.Datasets.listTasksAll("d1", query)]
  }
}

/** The values of query parameters, for each request. */
const parameters = (...names: ReadonlyArray<string>) =>
  Effect.map(requests, (seen) =>
    seen.map(({ path }) => {
      const { searchParams } = new URL(path, "https://api.example")
      return names.map((name) => searchParams.get(name))
    }))
