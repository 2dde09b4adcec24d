import type { MistralError } from "@effect-mistral/core"
import {
  Campaigns,
  ChatCompletionEvents,
  DatasetRecords,
  Datasets,
  Fields,
  type Filter,
  type Judge,
  Judges,
  Logs,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Stream } from "effect"
import { operations } from "./fixtures/operations.ts"
import { campaign, dataset, definition, judge, output, task } from "./fixtures/resources.ts"
import { failure, requests, scripted, type Services } from "./fixtures/services.ts"

describe("a limit", () => {
  for (const { response, beyond, name, path, run, within } of limits()) {
    for (const [what, value] of Object.entries(within)) {
      it.effect(`of ${name} lets ${what} through`, () =>
        Effect.gen(function*() {
          yield* run(value)
          assert.strictEqual((yield* requests).length, 1)
        }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(response)]))))
    }
    for (const [what, value] of Object.entries(beyond)) {
      it.effect(`of ${name} refuses ${what} before anything is sent, and names the place`, () =>
        Effect.gen(function*() {
          const { reason } = yield* failure(run(value))
          const issues = reason._tag === "InvalidRequest" ? reason.issues : []
          // Infinity violates two rules at one path.
          assert.isNotEmpty(issues)
          for (const issue of issues) assert.deepStrictEqual(issue.path, path)
          assert.deepStrictEqual(yield* requests, [])
        }).pipe(Effect.provide(scripted([]))))
    }
  }

  it.effect("that is broken is told without what broke it", () =>
    Effect.gen(function*() {
      const error = yield* failure(Judges.create({ ...definition, name: "n".repeat(51), tools: ["known-to-me-only"] }))
      assert.include(error.message, "name: Expected 5 to 50 characters, got 51")
      assert.notInclude(error.message, "nnn")
      assert.notInclude(JSON.stringify(error), "known-to-me-only")
    }).pipe(Effect.provide(scripted([]))))
})

type Call = Effect.Effect<unknown, MistralError.MistralError, Services>

interface Limit {
  readonly name: string
  readonly run: (value: never) => Call
  readonly within: Readonly<Record<string, never>>
  readonly beyond: Readonly<Record<string, never>>
  readonly path: ReadonlyArray<string | number>
  readonly response: unknown
}

/** One limit, with values of the type that its call takes. */
function limit<Value>(
  name: string,
  path: ReadonlyArray<string | number>,
  response: unknown,
  run: (value: Value) => Call,
  within: Readonly<Record<string, Value>>,
  beyond: Readonly<Record<string, Value>>
): Limit {
  // The casts are safe: `run` is called only with the values of the same limit.
  return { name, path, response, run: run as Limit["run"], within: within as Limit["within"], beyond: beyond as never }
}

function limits(): ReadonlyArray<Limit> {
  const painter = "\u{1F3A8}"
  const count = (length: number) => "x".repeat(length)
  const paint = (length: number) => painter.repeat(length)
  const ids = (length: number) => Array.from({ length }, (_, i) => `id${i}`)
  const texts = (minimum: number, maximum: number) => ({
    within: {
      [`${maximum} letters`]: count(maximum),
      [`${maximum} emoji`]: paint(maximum),
      [`${minimum} letters`]: count(minimum),
      [`${minimum} emoji`]: paint(minimum)
    },
    beyond: {
      [`${maximum + 1} letters`]: count(maximum + 1),
      [`${maximum + 1} emoji`]: paint(maximum + 1),
      ...minimum === 0 ? {} : {
        [`${minimum - 1} letters`]: count(minimum - 1),
        [`${minimum - 1} emoji`]: paint(minimum - 1),
        "nothing": ""
      }
    }
  })
  const text = (
    name: string,
    path: ReadonlyArray<string | number>,
    [minimum, maximum]: readonly [number, number],
    response: unknown,
    run: (value: string) => Call
  ) => {
    const { beyond, within } = texts(minimum, maximum)
    return limit(name, path, response, run, within, beyond)
  }
  const list = (
    name: string,
    path: ReadonlyArray<string | number>,
    [minimum, maximum]: readonly [number, number],
    response: unknown,
    run: (value: ReadonlyArray<string>) => Call
  ) =>
    limit(name, path, response, run, { [`${minimum}`]: ids(minimum), [`${maximum}`]: ids(maximum) }, {
      [`${maximum + 1}`]: ids(maximum + 1),
      ...minimum === 0 ? {} : { "none": [] }
    })

  const judged: Readonly<
    Record<string, readonly [(definition: Judge.Definition) => Call, ReadonlyArray<string>, unknown]>
  > = {
    "a new judge": [Judges.create, [], judge],
    "a judge's update": [(definition) => Judges.update("j1", definition), [], null],
    "a judge for once, of an event": [(one) => ChatCompletionEvents.judge("e1", one), ["judge_definition"], output],
    "a judge for once, of a record": [(one) => DatasetRecords.judge("r1", one), ["judge_definition"], output]
  }
  const ends = { min_description: "Bad", max_description: "Good" }
  const newCampaign = {
    search_params: { filters: null },
    judge_id: "j1",
    name: "Third week",
    description: "",
    max_nb_events: 1
  }
  const pageSizes = { "0": 0, "100": 100 }
  const noPageSizes = { "-1": -1, "101": 101, "1.5": 1.5, "not a number": Number.NaN }

  return [
    ...Object.entries(judged).flatMap(([name, [run, root, response]]) => [
      text(`the name of ${name}`, [...root, "name"], [5, 50], response, (name) => run({ ...definition, name })),
      text(
        `the description of ${name}`,
        [...root, "description"],
        [0, 500],
        response,
        (description) => run({ ...definition, description })
      ),
      text(
        `the model of ${name}`,
        [...root, "model_name"],
        [0, 500],
        response,
        (model_name) => run({ ...definition, model_name })
      ),
      text(
        `the instructions of ${name}`,
        [...root, "instructions"],
        [0, 10_000],
        response,
        (instructions) => run({ ...definition, instructions })
      ),
      limit(
        `the least number of ${name}`,
        [...root, "output", "min"],
        response,
        (min: number) => run({ ...definition, output: { type: "REGRESSION", ...ends, min, max: 5 } }),
        { "0": 0, "4.5": 4.5 },
        { "less than 0": -0.001, "infinity": -Infinity }
      ),
      limit(
        `the greatest number of ${name}`,
        [...root, "output", "max"],
        response,
        (max: number) => run({ ...definition, output: { type: "REGRESSION", ...ends, max } }),
        { "just less than a billion": 999_999_999.999, "0.1": 0.1 },
        { "a billion": 1e9, "infinity": Infinity, "no more than the least": 0 }
      ),
      limit(
        `the least number of ${name} below the default of the greatest, 1,`,
        [...root, "output", "max"],
        response,
        (min: number) => run({ ...definition, output: { type: "REGRESSION", ...ends, min } }),
        { "0.9": 0.9 },
        { "1": 1, "1.5": 1.5 }
      )
    ]),
    text("a campaign's name", ["name"], [5, 50], campaign, (name) => Campaigns.create({ ...newCampaign, name })),
    limit(
      "a campaign's number of events",
      ["max_nb_events"],
      campaign,
      (max_nb_events: number) => Campaigns.create({ ...newCampaign, max_nb_events }),
      { "1": 1, "10,000": 10_000 },
      { "0": 0, "10,001": 10_001, "1.5": 1.5 }
    ),
    text("a dataset's name", ["name"], [5, 50], dataset, (name) => Datasets.create({ name, description: "" })),
    text(
      "a dataset's description",
      ["description"],
      [0, 200],
      dataset,
      (description) => Datasets.create({ name: "Hard questions", description })
    ),
    list(
      "an import of events",
      ["completion_event_ids"],
      [0, 500],
      task,
      (ids) => Datasets.importFromExplorer("d1", ids)
    ),
    list(
      "an import of records",
      ["dataset_record_ids"],
      [1, 10_000],
      task,
      (ids) => Datasets.importFromDataset("d1", ids)
    ),
    list("deleting many records", ["dataset_record_ids"], [1, 500], null, (ids) => DatasetRecords.bulkDelete(ids)),
    limit(
      "an aggregation's rows",
      ["limit"],
      operations["Spans.aggregate"]!.response,
      (limit: number) => Spans.aggregate({ metric: { measure: "duration_ns", aggregation: "avg" }, limit }),
      { "1": 1, "10,000": 10_000 },
      { "0": 0, "10,001": 10_001, "1.5": 1.5 }
    ),
    limit(
      "an aggregation's measure",
      ["metric", "aggregation"],
      operations["Spans.aggregate"]!.response,
      (aggregation: "p99") => Traces.aggregate({ metric: { measure: "duration_ns", aggregation } }),
      { "p99": "p99" },
      { "p42": "p42" as "p99" }
    ),
    ...Object.entries<readonly [(page_size: number) => Call, response: keyof typeof operations]>({
      "events": [
        (page_size) => ChatCompletionEvents.search({ search_params: { filters: null }, page_size }),
        "ChatCompletionEvents.search"
      ],
      "all events": [
        (page_size) => Stream.runDrain(ChatCompletionEvents.searchAll({ search_params: { filters: null }, page_size })),
        "ChatCompletionEvents.search"
      ],
      "judges": [(page_size) => Judges.list({ page_size }), "Judges.list"],
      "all judges": [(page_size) => Stream.runDrain(Judges.listAll({ page_size })), "Judges.list"],
      "campaigns": [(page_size) => Campaigns.list({ page_size }), "Campaigns.list"],
      "a campaign's events": [(page_size) => Campaigns.selectedEvents("c1", { page_size }), "Campaigns.selectedEvents"],
      "datasets": [(page_size) => Datasets.list({ page_size }), "Datasets.list"],
      "records": [(page_size) => Datasets.listRecords("d1", { page_size }), "Datasets.listRecords"],
      "tasks": [(page_size) => Datasets.listTasks("d1", { page_size }), "Datasets.listTasks"],
      "logs": [(page_size) => Logs.search({ page_size }), "Logs.search"],
      "all logs": [(page_size) => Stream.runDrain(Logs.searchAll({ page_size })), "Logs.search"],
      "traces": [(page_size) => Traces.search({ page_size }), "Traces.search"],
      "all traces": [(page_size) => Stream.runDrain(Traces.searchAll({ page_size })), "Traces.search"],
      "all spans of a trace": [(page_size) => Stream.runDrain(Traces.spansAll("t1", { page_size })), "Traces.spans"],
      "spans": [(page_size) => Spans.search({ page_size }), "Spans.search"],
      "all spans": [(page_size) => Stream.runDrain(Spans.searchAll({ page_size })), "Spans.search"],
      "evaluations": [(page_size) => SpanEvaluations.search({ page_size }), "SpanEvaluations.search"],
      "all evaluations": [
        (page_size) => Stream.runDrain(SpanEvaluations.searchAll({ page_size })),
        "SpanEvaluations.search"
      ],
      "latest evaluations": [
        (page_size) => SpanEvaluations.searchLatest({ page_size }),
        "SpanEvaluations.searchLatest"
      ],
      "all latest evaluations": [
        (page_size) => Stream.runDrain(SpanEvaluations.searchLatestAll({ page_size })),
        "SpanEvaluations.searchLatest"
      ],
      "all campaigns": [(page_size) => Stream.runDrain(Campaigns.listAll({ page_size })), "Campaigns.list"],
      "all events of a campaign": [
        (page_size) => Stream.runDrain(Campaigns.selectedEventsAll("c1", { page_size })),
        "Campaigns.selectedEvents"
      ],
      "all datasets": [(page_size) => Stream.runDrain(Datasets.listAll({ page_size })), "Datasets.list"],
      "all records": [
        (page_size) => Stream.runDrain(Datasets.listRecordsAll("d1", { page_size })),
        "Datasets.listRecords"
      ],
      "all tasks": [(page_size) => Stream.runDrain(Datasets.listTasksAll("d1", { page_size })), "Datasets.listTasks"],
      "a trace's spans": [(page_size) => Traces.spans("t1", { page_size }), "Traces.spans"]
    }).map(([name, [run, response]]) =>
      limit(`a page of ${name}`, ["page_size"], operations[response]!.response, run, pageSizes, noPageSizes)
    ),
    ...Object.entries<readonly [(page: number) => Call, response: keyof typeof operations]>({
      "judges": [(page) => Judges.list({ page }), "Judges.list"],
      "all judges": [(page) => Stream.runDrain(Judges.listAll({ page })), "Judges.list"],
      "records": [(page) => Datasets.listRecords("d1", { page }), "Datasets.listRecords"]
    }).map(([name, [run, response]]) =>
      limit(
        `the number of a page of ${name}`,
        ["page"],
        operations[response]!.response,
        run,
        { "1": 1, "1,000": 1000 },
        {
          "0": 0,
          "-1": -1,
          "1.5": 1.5
        }
      )
    ),
    limit(
      "a span of time",
      ["from"],
      operations["Logs.search"]!.response,
      (from: string | DateTime.DateTime) => Logs.search({ from }),
      {
        "an ISO time": "2026-01-15T08:00:00Z",
        "one of a zone": "2026-01-15T08:00:00.5+01:00",
        "a day": "2026-01-15",
        "a DateTime of a zone": DateTime.makeZonedUnsafe("2026-01-15T08:00:00Z", { timeZone: "Europe/Paris" })
      },
      { "a word": "yesterday", "a year": "2026", "nothing": "", "a month that is none": "2026-13-01" }
    ),
    limit(
      "an operator of a field's options",
      ["operator"],
      { options: null },
      (operator: Filter.Operator) => Fields.options("f", operator),
      { "lt": "lt", "len_eq": "len_eq" },
      { "like": "like" as Filter.Operator }
    ),
    limit(
      "the kinds of judges",
      ["type_filter", 0],
      operations["Judges.list"]!.response,
      (type: "REGRESSION") => Judges.list({ type_filter: [type] }),
      { "REGRESSION": "REGRESSION" },
      { "lower case": "regression" as "REGRESSION" }
    )
  ]
}
