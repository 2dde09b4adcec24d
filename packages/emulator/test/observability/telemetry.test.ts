import { Emulator } from "@effect-mistral/emulator"
import {
  type Aggregation,
  Campaigns,
  Judges,
  Logs,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { ask, local, post } from "../support.ts"
import { addConversations, codeOf, often } from "./observabilitySupport.ts"

describe("a span", () => {
  it.effect("is what a completion did, and its trace the one that holds it", () =>
    Effect.gen(function*() {
      const answer = yield* post(ask("Hi", { temperature: 0.5, max_tokens: 40, stop: "zzz", random_seed: 7 }))
      const body = JSON.parse(answer.text)
      const [span] = (yield* Spans.search({})).spans.results ?? []
      assert.deepInclude(span, {
        span_name: "chat mistral-small-latest",
        operation_name: "chat",
        provider_name: "mistral_ai",
        request_model: "mistral-small-latest",
        response_id: body.id,
        request_temperature: 0.5,
        request_top_p: null,
        request_max_tokens: 40,
        request_seed: 7,
        request_choice_count: 1,
        request_stop_sequences: ["zzz"],
        response_finish_reasons: [body.choices[0].finish_reason],
        usage_input_tokens: body.usage.prompt_tokens,
        usage_output_tokens: body.usage.completion_tokens,
        input_messages: JSON.stringify(ask("Hi").messages),
        output_messages: JSON.stringify([body.choices[0].message]),
        parent_span_id: ""
      })
      assert.deepInclude(span?.span_attributes, {
        "mistral_ai.correlation_id": answer.headers.get("mistral-correlation-id") ?? ""
      })
      assert.match(span?.trace_id ?? "", /^[0-9a-f]{32}$/)
      assert.match(span?.span_id ?? "", /^[0-9a-f]{16}$/)
      const { span_id = "", trace_id = "" } = span ?? {}
      const trace = yield* Traces.fetch(trace_id)
      assert.deepInclude(trace, {
        trace_id,
        root_span_id: span_id,
        span_count: 1,
        models_used: ["mistral-small-latest"],
        input_tokens: body.usage.prompt_tokens,
        last_turn_last_input_message: "Hi"
      })
      assert.strictEqual(trace.start_time, span?.start_time ?? "")
      assert.deepStrictEqual((yield* Traces.spans(trace_id)).spans.results, [span!])
      assert.deepStrictEqual(yield* Traces.fetchSpan(trace_id, span_id), span!)
      assert.strictEqual(yield* codeOf(Traces.fetch("none")), "TRACE_NOT_FOUND")
      assert.strictEqual(yield* codeOf(Traces.spans("none")), "TRACE_NOT_FOUND")
      assert.strictEqual(yield* codeOf(Traces.fetchSpan(trace_id, "none")), "SPAN_NOT_FOUND")
    }).pipe(Effect.provide(local())))

  it.effect("has the evaluations that campaigns leave", () =>
    Effect.gen(function*() {
      yield* addConversations(3)
      const judge = yield* Judges.create({
        name: "Usefulness",
        description: "",
        model_name: "m",
        output: { type: "REGRESSION", min: 1, max: 2, min_description: "useless", max_description: "useful" },
        instructions: "",
        tools: []
      })
      const campaign = yield* Campaigns.create({
        name: "Campaign",
        description: "",
        judge_id: judge.id,
        search_params: { filters: null },
        max_nb_events: 2
      })
      yield* Campaigns.await(campaign.id, often)
      const evaluations = (yield* SpanEvaluations.search({ page_size: 5 })).span_evaluations.results ?? []
      assert.strictEqual(evaluations.length, 2)
      for (const { evaluation_name, explanation, score_label, score_value } of evaluations) {
        assert.deepStrictEqual([evaluation_name, score_label], ["Usefulness", ""])
        assert.isAtLeast(score_value ?? 0, 1)
        assert.include(explanation, "Usefulness")
      }
      const found = yield* SpanEvaluations.searchLatest({ search_expression: "score_value > 2" })
      assert.deepStrictEqual(found.span_evaluations.results, [])
      const traces = yield* Traces.search({ search_expression: "evaluation_count = 1" })
      assert.sameMembers(
        (traces.traces.results ?? []).map(({ trace_id }) => trace_id),
        evaluations.map(({ trace_id }) => trace_id)
      )
    }).pipe(Effect.provide(local())))
})

describe("a search expression", () => {
  const table: ReadonlyArray<readonly [expression: string, found: string]> = [
    ["", "abcd"],
    ["request_model = 'small'", "ac"],
    ["request_model != 'small'", "bd"],
    ["request_model <> 'small' AND usage_input_tokens >= 30", "d"],
    ["usage_input_tokens < 20 OR usage_input_tokens > 35", "ad"],
    ["usage_input_tokens <= 10 OR NOT (request_model = 'small' OR usage_input_tokens = 40)", "ab"],
    ["usage_input_tokens BETWEEN 20 AND 30", "bc"],
    ["usage_input_tokens NOT BETWEEN 20 AND 30", "ad"],
    ["request_model IN ('small', 'other')", "ac"],
    ["request_model not in ('small')", "bd"],
    ["request_model LIKE 's%l'", "ac"],
    ["request_model LIKE '_arge'", "b"],
    ["request_model LIKE '_a_ge'", "b"],
    ["request_model LIKE 'S%'", ""],
    ["request_model ILIKE 'S%'", "ac"],
    ["request_model NOT ILIKE 'S%'", "bd"],
    ["request_model LIKE 'l.rge'", ""],
    ["system_instructions CONTAINS 'it''s'", "d"],
    ["request_model REGEXP '^(small|la)'", "abc"],
    ["request_model NOT REGEXP 'a'", "d"],
    ["agent_id EXISTS", "b"],
    ["agent_id NOT EXISTS AND request_temperature NOT EXISTS", "acd"],
    ["request_temperature < 1", "b"],
    ["NOT request_temperature < 1", ""],
    ["span_attributes['gen_ai.request.model'] = 'large'", "b"],
    ["span_attributes['no such key'] EXISTS", ""],
    ["has(request_stop_sequences, 'x')", "bc"],
    ["hasAny(request_stop_sequences, ['y', 'z'])", "c"],
    ["HASALL(request_stop_sequences, ['x', 'y'])", "c"],
    ["request_stop_sequences CONTAINS 'x' AND NOT has(request_stop_sequences, 'y')", "b"],
    ["start_time >= '2026-01-02' AND start_time < '2026-01-04T00:00:00Z'", "bc"],
    [Array.from({ length: 2000 }, () => "request_model = 'small'").join(" AND "), "ac"]
  ]

  it.layer(four())("finds", (it) => {
    for (const [expression, found] of table) {
      it.effect(`what it means: ${expression.slice(0, 100)}`, () =>
        Effect.gen(function*() {
          const { spans } = yield* Spans.search({ search_expression: expression })
          const names = (spans.results ?? []).map(({ response_id }) => response_id).toReversed().join("")
          assert.strictEqual(names, found)
        }))
    }

    for (
      const expression of [
        "request_model",
        "request_model =",
        "request_model = small",
        "request_model = 'small",
        "= 'small'",
        "(request_model = 'small'",
        "request_model = 'small')",
        "request_model = 'a' AND",
        "nothing = 1",
        "request_model > 5",
        "usage_input_tokens = 'many'",
        "usage_input_tokens LIKE '1%'",
        "request_model NOT = 'small'",
        "request_model REGEXP '('",
        "span_attributes = 'a'",
        "request_model['a'] = 'b'",
        "start_time > 'yesterday'",
        "usage_input_tokens BETWEEN 1",
        "hasAny(request_stop_sequences, 'y')",
        "request_model = 'a'; DROP TABLE events",
        `${"(".repeat(200)}request_model = 'a'${")".repeat(200)}`
      ]
    ) {
      it.effect(`no meaning in: ${expression.slice(0, 60)}`, () =>
        Effect.gen(function*() {
          assert.strictEqual(
            yield* codeOf(Spans.search({ search_expression: expression })),
            "TRACES_FILTER_QUERY_PARSE_ERROR"
          )
        }))
    }

    it.effect("pages of a span of time, newest first", () =>
      Effect.gen(function*() {
        const range = { from: "2026-01-02T00:00:00Z", to: "2026-01-04T00:00:00Z" }
        const names = yield* Spans.searchAll({ ...range, page_size: 1 }).pipe(
          Stream.map(({ response_id }) => response_id),
          Stream.runCollect
        )
        assert.deepStrictEqual(names, ["c", "b"])
        const { traces } = yield* Traces.search({ from: "2026-01-04T00:00:00Z" })
        assert.strictEqual(traces.results?.length, 1)
        assert.strictEqual(yield* codeOf(Spans.search({ cursor: "none" })), "SEARCH_BAD_REQUEST")
      }))

    it.effect("the fields and options that there are, and no logs", () =>
      Effect.gen(function*() {
        const { field_definitions } = yield* Spans.fields()
        const model = field_definitions.find(({ name }) => name === "request_model")
        assert.include(model?.supported_operators ?? [], "ilike")
        assert.deepStrictEqual(model?.supported_aggregations, ["count", "count_distinct"])
        assert.deepStrictEqual(yield* Spans.fieldOptions("request_model"), { options: ["small", "large", "tiny"] })
        assert.deepStrictEqual(yield* Spans.fieldOptions("duration_ns"), { options: null })
        assert.strictEqual(yield* codeOf(Spans.fieldOptions("nothing")), "FIELDS_NOT_FOUND")
        const { logs } = yield* Logs.search({ search_expression: "service_name CONTAINS 'sdk'" })
        assert.deepStrictEqual(logs, { results: [], next: null, cursor: null })
      }))

    it.effect("what an aggregation gathers", () =>
      Effect.gen(function*() {
        const values = (request: Aggregation.Request) =>
          Effect.map(Spans.aggregate(request), ({ data }) =>
            data.map(({ dimensions, metric_value, time_bucket }) => [
              ...(time_bucket == null ? [] : [time_bucket.slice(0, 10)]),
              ...Object.values(dimensions ?? {}),
              metric_value
            ]))
        const tokens = (aggregation: Aggregation.Request["metric"]["aggregation"]) =>
          values({ metric: { measure: "usage_input_tokens", aggregation } })
        assert.deepStrictEqual(yield* tokens("count"), [[4]])
        assert.deepStrictEqual(yield* tokens("sum"), [[100]])
        assert.deepStrictEqual(yield* tokens("avg"), [[25]])
        assert.deepStrictEqual(yield* tokens("min"), [[10]])
        assert.deepStrictEqual(yield* tokens("max"), [[40]])
        assert.deepStrictEqual(yield* tokens("p50"), [[25]])
        assert.deepStrictEqual(yield* tokens("p90"), [[37]])
        assert.deepStrictEqual(
          yield* values({ metric: { measure: "request_model", aggregation: "count_distinct" } }),
          [[3]]
        )
        assert.deepStrictEqual(
          yield* values({
            metric: { measure: "usage_input_tokens", aggregation: "sum" },
            dimensions: ["request_model"],
            order_by: [{ field: "metric_value", direction: "desc" }, { field: "request_model" }],
            limit: 2
          }),
          [["small", 40], ["tiny", 40]]
        )
        assert.deepStrictEqual(
          yield* values({
            metric: { measure: "usage_input_tokens", aggregation: "sum" },
            time_dimension: { granularity: "week" },
            search_expression: "usage_input_tokens > 10"
          }),
          [["2025-12-29", 90]]
        )
        const { data, meta } = yield* Spans.aggregate({
          metric: { measure: "duration_ns", aggregation: "max" },
          time_dimension: {},
          from: "2026-01-01T00:00:00.000Z",
          to: "2026-01-03T00:00:00.000Z"
        })
        assert.deepStrictEqual(meta, {
          from_timestamp: "2026-01-01T00:00:00.000Z",
          to_timestamp: "2026-01-03T00:00:00.000Z",
          granularity_seconds: 3600
        })
        assert.deepStrictEqual(data.map((row) => [row.time_bucket, row.metric_name, row.metric_value]), [
          ["2026-01-01T00:00:00.000Z", "max_duration_ns", 1_500_000_000],
          ["2026-01-02T00:00:00.000Z", "max_duration_ns", 0]
        ])
        const code = (measure: string, aggregation: Aggregation.Request["metric"]["aggregation"]) =>
          codeOf(Spans.aggregate({ metric: { measure, aggregation } }))
        assert.strictEqual(yield* code("nothing", "count"), "FIELDS_BAD_REQUEST")
        assert.strictEqual(yield* code("request_model", "sum"), "FIELDS_BAD_REQUEST")
      }))
  })
})

/** Four completions, each on another day. */
function four() {
  const events: ReadonlyArray<Emulator.NewEvent> = [
    { response_id: "a", model_name: "small", input_tokens: 10, total_time_elapsed: 1.5 },
    {
      response_id: "b",
      model_name: "large",
      input_tokens: 20,
      api_agent_id: "ag",
      parameters: { temperature: 0.2, stop: "x" }
    },
    { response_id: "c", model_name: "small", input_tokens: 30, parameters: { stop: ["x", "y"] } },
    {
      response_id: "d",
      model_name: "tiny",
      input_tokens: 40,
      request_messages: [{ role: "system", content: "Say what it's about" }]
    }
  ]
  return Layer.effectDiscard(
    Effect.flatMap(
      Emulator.Emulator,
      ({ addEvents }) =>
        addEvents(events.map((event, at) => ({ ...event, created_at: `2026-01-0${at + 1}T00:00:00.000Z` })))
    )
  ).pipe(Layer.provideMerge(local()))
}
