import {
  Campaigns,
  ChatCompletionEvents,
  Datasets,
  Judges,
  Logs,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { local } from "../support.ts"
import { addConversations, often } from "./observabilitySupport.ts"

describe("what comes in pages", () => {
  it.live("is read to its end, each item once, whatever it is", () =>
    Effect.gen(function*() {
      const ids = yield* addConversations(7)
      const newest = ids.toReversed()
      const events = yield* Stream.runCollect(ChatCompletionEvents.fetchAll(newest, { concurrency: 3 }))
      assert.deepStrictEqual(events.map(({ event_id }) => event_id), newest)

      const spans = yield* Stream.runCollect(Spans.searchAll({ page_size: 3 }))
      const traces = yield* Stream.runCollect(Traces.searchAll({ page_size: 3 }))
      const traceIds = traces.map(({ trace_id }) => trace_id)
      assert.strictEqual(new Set(traceIds).size, 7)
      assert.deepStrictEqual(spans.map(({ trace_id }) => trace_id), traceIds)
      const held = yield* Stream.runCollect(Traces.spansAll(traceIds[2]!))
      assert.deepStrictEqual(held, [spans[2]!])
      assert.deepStrictEqual(yield* Stream.runCollect(Logs.searchAll({})), [])

      const campaigns = yield* Effect.forEach(["First", "Second", "Third"], (name) =>
        Effect.flatMap(
          Judges.create({
            name: `${name} judge`,
            description: "",
            model_name: "m",
            output: { type: "CLASSIFICATION", options: [{ value: "good", description: "" }] },
            instructions: "",
            tools: []
          }),
          (judge) =>
            Campaigns.create({
              name: `${name} campaign`,
              description: "",
              judge_id: judge.id,
              search_params: { filters: null },
              max_nb_events: 2
            })
        ))
      for (const { id } of campaigns) assert.strictEqual(yield* Campaigns.await(id, often), "COMPLETED")
      const listed = yield* Stream.runCollect(Campaigns.listAll({ page_size: 2 }))
      assert.deepStrictEqual(listed.map(({ name }) => name), ["Third campaign", "Second campaign", "First campaign"])

      const evaluations = yield* Stream.runCollect(SpanEvaluations.searchAll({ page_size: 4 }))
      assert.strictEqual(
        new Set(evaluations.map(({ evaluation_name, span_id }) => `${span_id} ${evaluation_name}`)).size,
        6
      )
      assert.isTrue(evaluations.every(({ score_label }) => score_label === "good"))
      assert.deepStrictEqual(
        yield* Stream.runCollect(SpanEvaluations.searchLatestAll({ page_size: 1 })),
        evaluations
      )

      const sets = yield* Effect.forEach([1, 2, 3], (n) => Datasets.create({ name: `Set ${n}`, description: "" }))
      const found = yield* Stream.runCollect(Datasets.listAll({ page_size: 1 }))
      assert.deepStrictEqual(found, sets.toReversed())
      const set = sets[0]!.id
      const tasks = yield* Effect.forEach(ids.slice(0, 3), (id) => Datasets.importFromExplorer(set, [id]))
      for (const { id } of tasks) yield* Datasets.awaitTask(set, id, often)
      const imports = yield* Stream.runCollect(Datasets.listTasksAll(set, { page_size: 2 }))
      assert.deepStrictEqual(imports.map(({ id }) => id), tasks.map(({ id }) => id).toReversed())
    }).pipe(Effect.provide(local())))
})

describe("fields of telemetry", () => {
  it.effect("are there for every signal, each with its operators, and can be aggregated", () =>
    Effect.gen(function*() {
      yield* addConversations(4)
      for (
        const [fields, some] of [
          [Traces.fields(), "llm_call_count"],
          [Spans.fields(), "request_temperature"],
          [SpanEvaluations.fields(), "score_value"],
          [Logs.fields(), "severity_text"]
        ] as const
      ) {
        const { field_definitions } = yield* fields
        assert.include(field_definitions.map(({ name }) => name), some)
        for (const { name, supported_operators } of field_definitions) assert.isNotEmpty(supported_operators, name)
      }
      assert.deepStrictEqual(yield* Traces.fieldOptions("service_name"), { options: ["mistral-emulator"] })
      assert.deepStrictEqual(yield* SpanEvaluations.fieldOptions("evaluation_name"), { options: [] })
      assert.deepStrictEqual(yield* Logs.fieldOptions("service_name"), { options: [] })
      const { data } = yield* Traces.aggregate({ metric: { measure: "span_count", aggregation: "sum" } })
      assert.deepStrictEqual(data.map(({ metric_name, metric_value }) => [metric_name, metric_value]), [
        ["sum_span_count", 4]
      ])
    }).pipe(Effect.provide(local())))
})
