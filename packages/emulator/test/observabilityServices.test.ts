/**
 * Each member of each observability service, called through the service and answered over a socket. What the members are is
 * the types' word: a table that lacks one does not compile, and a service that has another one fails below.
 */
import type * as Endpoint from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import { Emulator } from "@effect-mistral/emulator"
import {
  type Campaign,
  Campaigns,
  ChatCompletionEvents,
  type Dataset,
  DatasetRecords,
  Datasets,
  ErrorCode,
  Fields,
  Filter,
  type Judge,
  Judges,
  Logs,
  ObservabilityEndpoint,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { codeOf, often } from "./observabilitySupport.ts"
import { local, settled } from "./support.ts"

const tags = {
  Campaigns: Campaigns.Campaigns,
  ChatCompletionEvents: ChatCompletionEvents.ChatCompletionEvents,
  DatasetRecords: DatasetRecords.DatasetRecords,
  Datasets: Datasets.Datasets,
  Fields: Fields.Fields,
  Judges: Judges.Judges,
  Logs: Logs.Logs,
  SpanEvaluations: SpanEvaluations.SpanEvaluations,
  Spans: Spans.Spans,
  Traces: Traces.Traces
}

const definition: Judge.Definition = {
  name: "Kindness",
  description: "What kind of answer it is",
  model_name: "mistral-small-latest",
  output: {
    type: "CLASSIFICATION",
    options: [{ value: "grateful", description: "says thank you" }, { value: "patient", description: "asks to wait" }]
  },
  instructions: "What kind of answer is this? {{ assistant_message }}",
  tools: []
}

const campaignOf = ({ id }: Judge.Judge): Campaign.CreateRequest => ({
  name: "All of the events",
  description: "",
  judge_id: id,
  search_params: { filters: null },
  max_nb_events: 100
})

/** When the events were, the oldest first. */
const day = (at: number): string => `2026-01-0${at + 1}T00:00:00.000Z`

/** The services, and what the emulator holds: five events, which a campaign has judged, and a dataset with two records. */
const world = Effect.gen(function*() {
  const { addEvents, addFile } = yield* Emulator.Emulator
  const {
    Campaigns: campaigns,
    ChatCompletionEvents: events,
    DatasetRecords: datasetRecords,
    Datasets: datasets,
    Fields: fields,
    Judges: judges,
    Logs: logs,
    SpanEvaluations: evaluations,
    Spans: spans,
    Traces: traces
  } = yield* Effect.all(tags)
  const ids = yield* addEvents(Array.from({ length: 5 }, (_, at) => ({
    event_id: `event ${at}/é?`,
    created_at: day(at),
    model_name: at % 2 === 0 ? "small" : "large",
    input_tokens: 10 * (at + 1),
    request_messages: [{ role: "user", content: `Where is my parcel ${at}?` }],
    response_messages: [{ role: "assistant", content: at % 2 === 0 ? "Thank you" : "Please wait" }]
  })))
  const file = yield* addFile("{\"payload\":{},\"properties\":{\"event_id\":\"from a file\"}}")
  const judge = yield* judges.create(definition)
  const campaign = yield* campaigns.create(campaignOf(judge))
  yield* campaigns.await(campaign.id, often)
  const dataset = yield* datasets.create({ name: "The first set", description: "Of thanks" })
  const payload = { messages: [{ role: "assistant", content: "Thank you" }] }
  const records = [
    yield* datasets.createRecord(dataset.id, { payload, properties: { event_id: "first" } }),
    yield* datasets.createRecord(dataset.id, { payload: { n: 2 }, properties: { event_id: "second" } })
  ]
  const [newest] = (yield* traces.search({ page_size: 1 })).traces.results ?? []
  return {
    campaign,
    campaigns,
    dataset,
    datasetRecords,
    datasets,
    evaluations,
    events,
    fields,
    file,
    ids,
    judge,
    judges,
    logs,
    records,
    spans,
    traceId: newest!.trace_id,
    traces
  }
})

type World = Effect.Success<typeof world>

type Check = (world: World) => Effect.Effect<unknown, unknown>

/** Imports something into a new dataset, and checks which events it has then. */
const imports = Effect.fnUntraced(function*(
  { datasets }: World,
  start: (to: string) => Effect.Effect<Dataset.ImportTask, MistralError>,
  eventIds: ReadonlyArray<string | undefined>
) {
  const { id: to } = yield* datasets.create({ name: "Another set", description: "" })
  const task = yield* start(to)
  assert.deepInclude(task, { dataset_id: to, status: "RUNNING" })
  assert.strictEqual((yield* datasets.awaitTask(to, task.id, often)).status, "COMPLETED")
  const records = yield* Stream.runCollect(datasets.listRecordsAll(to))
  assert.deepStrictEqual<unknown>(records.map(({ properties }) => properties?.["event_id"]), eventIds)
})

/** A check for each member of each service. */
type Checks = {
  readonly [Name in keyof typeof tags]: {
    readonly [Member in keyof (typeof tags)[Name]["Service"]]: Check
  }
}

const checks: Checks = {
  ChatCompletionEvents: {
    search: Effect.fnUntraced(function*({ events, ids }) {
      const request = { search_params: { filters: Filter.gt("input_tokens", 10) }, page_size: 2 }
      const first = yield* events.search({ ...request, extra_fields: ["input_tokens"] })
      const { cursor = null, results } = first.completion_events
      assert.deepStrictEqual(results?.map(({ event_id, extra_fields }) => [event_id, extra_fields["input_tokens"]]), [
        [ids[4], 50],
        [ids[3], 40]
      ])
      const { completion_events } = yield* events.search({ ...request, cursor })
      assert.deepStrictEqual(completion_events.results?.map(({ event_id }) => event_id), [ids[2], ids[1]])
      assert.isNull(completion_events.cursor)
    }),
    searchAll: Effect.fnUntraced(function*({ events, ids }) {
      const found = yield* Stream.runCollect(events.searchAll({ search_params: { filters: null }, page_size: 2 }))
      assert.deepStrictEqual(found.map(({ event_id }) => event_id), ids.toReversed())
    }),
    searchIds: Effect.fnUntraced(function*({ events, ids }) {
      const found = yield* events.searchIds({ search_params: { filters: Filter.eq("model_name", "large") } })
      assert.deepStrictEqual(found.completion_event_ids, [ids[3]!, ids[1]!])
    }),
    fetch: Effect.fnUntraced(function*({ events, ids }) {
      const event = yield* events.fetch(ids[1]!)
      assert.deepStrictEqual(event.request_messages, [{ role: "user", content: "Where is my parcel 1?" }])
      assert.deepStrictEqual(event.response_messages, [{ role: "assistant", content: "Please wait" }])
    }),
    fetchAll: Effect.fnUntraced(function*({ events, ids }) {
      const found = yield* Stream.runCollect(events.fetchAll(Stream.fromIterable(ids), { concurrency: 2 }))
      assert.deepStrictEqual(found.map(({ event_id }) => event_id), ids)
      assert.strictEqual(yield* codeOf(Stream.runDrain(events.fetchAll([ids[0]!, "none"]))), "SEARCH_NOT_FOUND")
    }),
    fetchSimilarEvents: Effect.fnUntraced(function*({ events, ids }) {
      const { completion_events } = yield* events.fetchSimilarEvents(ids[0]!)
      assert.sameMembers(completion_events.results!.map(({ event_id }) => event_id), ids.slice(1))
    }),
    judge: Effect.fnUntraced(function*({ events, ids }) {
      assert.strictEqual((yield* events.judge(ids[0]!, definition)).answer, "grateful")
      assert.strictEqual((yield* events.judge(ids[1]!, definition)).answer, "patient")
    }),
    judgeAll: Effect.fnUntraced(function*({ events, ids }) {
      const judged = yield* Stream.runCollect(events.judgeAll([ids[0]!, "none", ids[1]!], definition))
      const said = judged.map(({ eventId, result }) => [
        eventId,
        Result.match(result, { onSuccess: ({ answer }) => answer, onFailure: ErrorCode.of })
      ])
      assert.deepStrictEqual(said, [[ids[0], "grateful"], ["none", "SEARCH_NOT_FOUND"], [ids[1], "patient"]])
    })
  },
  Fields: {
    list: Effect.fnUntraced(function*({ fields }) {
      const { field_definitions } = yield* fields.list()
      const model = field_definitions.find(({ name }) => name === "model_name")
      assert.isTrue(model?.supported_operators.includes("icontains"))
    }),
    options: Effect.fnUntraced(function*({ fields }) {
      assert.deepStrictEqual(yield* fields.options("model_name", "eq"), { options: ["small", "large"] })
    }),
    optionCounts: Effect.fnUntraced(function*({ fields }) {
      const filters = Filter.lt("input_tokens", 30)
      const { counts } = yield* fields.optionCounts("model_name", { filter_params: { filters } })
      assert.deepStrictEqual(counts, [{ value: "large", count: 1 }, { value: "small", count: 1 }])
    })
  },
  Judges: {
    create: Effect.fnUntraced(function*({ judges }) {
      const judge = yield* judges.create({ ...definition, name: "Another one" })
      assert.deepStrictEqual<unknown>({ ...judge, ...definition, name: "Another one" }, judge)
    }),
    list: Effect.fnUntraced(function*({ judge, judges }) {
      const list = (type_filter: "CLASSIFICATION" | "REGRESSION") => judges.list({ type_filter: [type_filter] })
      assert.deepStrictEqual((yield* list("CLASSIFICATION")).judges.results, [judge])
      assert.deepStrictEqual((yield* list("REGRESSION")).judges.results, [])
    }),
    listAll: Effect.fnUntraced(function*({ judge, judges }) {
      const another = yield* judges.create({ ...definition, name: "Another one" })
      assert.deepStrictEqual(yield* Stream.runCollect(judges.listAll({ page_size: 1 })), [another, judge])
    }),
    fetch: Effect.fnUntraced(function*({ judge, judges }) {
      assert.deepStrictEqual(yield* judges.fetch(judge.id), judge)
    }),
    update: Effect.fnUntraced(function*({ judges }) {
      const { id } = yield* judges.create({ ...definition, name: "Another one" })
      assert.isUndefined(yield* judges.update(id, { ...definition, name: "Renamed one" }))
      assert.strictEqual((yield* judges.fetch(id)).name, "Renamed one")
    }),
    delete: Effect.fnUntraced(function*({ judge, judges }) {
      assert.isUndefined(yield* judges.delete(judge.id))
      assert.strictEqual(yield* codeOf(judges.fetch(judge.id)), "JUDGE_NOT_FOUND")
    }),
    judgeConversation: Effect.fnUntraced(function*({ judge, judges }) {
      const messages = [{ role: "user", content: "Hi" }, { role: "assistant", content: "Thank you so much" }]
      assert.strictEqual((yield* judges.judgeConversation(judge.id, { messages })).answer, "grateful")
    })
  },
  Campaigns: {
    create: Effect.fnUntraced(function*({ campaigns, judge }) {
      const request = { ...campaignOf(judge), search_params: { filters: Filter.eq("model_name", "large") } }
      const campaign = yield* campaigns.create(request)
      assert.deepInclude(campaign, { name: request.name, search_params: request.search_params, judge })
    }),
    list: Effect.fnUntraced(function*({ campaign, campaigns }) {
      assert.deepInclude((yield* campaigns.list({ q: "all of" })).campaigns, { count: 1, next: null })
      assert.strictEqual((yield* campaigns.list()).campaigns.results?.[0]?.id, campaign.id)
      assert.deepStrictEqual((yield* campaigns.list({ q: "none" })).campaigns.results, [])
    }),
    listAll: Effect.fnUntraced(function*({ campaign, campaigns, judge }) {
      const another = yield* campaigns.create(campaignOf(judge))
      const all = yield* Stream.runCollect(campaigns.listAll({ page_size: 1 }))
      assert.deepStrictEqual(all.map(({ id }) => id), [another.id, campaign.id])
    }),
    fetch: Effect.fnUntraced(function*({ campaign, campaigns }) {
      assert.deepInclude(yield* campaigns.fetch(campaign.id), { id: campaign.id, judge: campaign.judge })
    }),
    delete: Effect.fnUntraced(function*({ campaign, campaigns }) {
      assert.isUndefined(yield* campaigns.delete(campaign.id))
      assert.strictEqual(yield* codeOf(campaigns.fetch(campaign.id)), "CAMPAIGN_NOT_FOUND")
    }),
    fetchStatus: Effect.fnUntraced(function*({ campaign, campaigns }) {
      assert.deepStrictEqual(yield* campaigns.fetchStatus(campaign.id), { status: "COMPLETED" })
    }),
    selectedEvents: Effect.fnUntraced(function*({ campaign, campaigns, ids, judge }) {
      const { completion_events } = yield* campaigns.selectedEvents(campaign.id, { page: 2, page_size: 3 })
      assert.strictEqual(completion_events.count, 5)
      const said = completion_events.results?.map((
        event
      ) => [event.event_id, event.extra_fields[`__judge_${judge.id}`]])
      assert.deepStrictEqual(said, [[ids[1], "patient"], [ids[0], "grateful"]])
    }),
    selectedEventsAll: Effect.fnUntraced(function*({ campaign, campaigns, ids }) {
      const all = yield* Stream.runCollect(campaigns.selectedEventsAll(campaign.id, { page_size: 2 }))
      assert.deepStrictEqual(all.map(({ event_id }) => event_id), ids.toReversed())
    }),
    await: Effect.fnUntraced(function*({ campaigns, judge }) {
      const { id } = yield* campaigns.create(campaignOf(judge))
      assert.strictEqual(yield* campaigns.await(id, often), "COMPLETED")
      assert.strictEqual(yield* codeOf(campaigns.await("none", often)), "CAMPAIGN_NOT_FOUND")
    })
  },
  Datasets: {
    create: Effect.fnUntraced(function*({ datasets }) {
      const { description, name } = yield* datasets.create({ name: "Another set", description: "Of words" })
      assert.deepStrictEqual([name, description], ["Another set", "Of words"])
    }),
    list: Effect.fnUntraced(function*({ dataset, datasets }) {
      assert.deepStrictEqual((yield* datasets.list({ q: "first" })).datasets.results, [dataset])
      assert.deepInclude((yield* datasets.list({ page: 2 })).datasets, { results: [], count: 1, next: null })
    }),
    listAll: Effect.fnUntraced(function*({ dataset, datasets }) {
      const another = yield* datasets.create({ name: "Another set", description: "" })
      assert.deepStrictEqual(yield* Stream.runCollect(datasets.listAll({ page_size: 1 })), [another, dataset])
    }),
    fetch: Effect.fnUntraced(function*({ dataset, datasets }) {
      assert.deepStrictEqual(yield* datasets.fetch(dataset.id), dataset)
    }),
    update: Effect.fnUntraced(function*({ dataset, datasets }) {
      const changed = yield* datasets.update(dataset.id, { description: "Changed" })
      assert.deepStrictEqual({ ...changed, updated_at: "" }, { ...dataset, description: "Changed", updated_at: "" })
    }),
    delete: Effect.fnUntraced(function*({ dataset, datasets }) {
      assert.isUndefined(yield* datasets.delete(dataset.id))
      assert.strictEqual(yield* codeOf(datasets.fetch(dataset.id)), "DATASET_NOT_FOUND")
    }),
    listRecords: Effect.fnUntraced(function*({ dataset, datasets, records }) {
      const page = yield* datasets.listRecords(dataset.id, { page: 2, page_size: 1 })
      assert.deepInclude(page.records, { results: [records[1]!], count: 2, next: null })
    }),
    listRecordsAll: Effect.fnUntraced(function*({ dataset, datasets, records }) {
      const all = yield* Stream.runCollect(datasets.listRecordsAll(dataset.id, { page_size: 1 }))
      assert.deepStrictEqual(all, records)
    }),
    createRecord: Effect.fnUntraced(function*({ dataset, datasets }) {
      const record = { payload: { n: 3 }, properties: { kind: "new" } }
      assert.deepInclude(yield* datasets.createRecord(dataset.id, record), { ...record, source: "DIRECT_INPUT" })
    }),
    importFromCampaign: (world) =>
      imports(world, (to) => world.datasets.importFromCampaign(to, world.campaign.id), world.ids.toReversed()),
    importFromExplorer: (world) =>
      imports(world, (to) => world.datasets.importFromExplorer(to, world.ids.slice(2)), world.ids.slice(2)),
    importFromFile: (world) => imports(world, (to) => world.datasets.importFromFile(to, world.file), ["from a file"]),
    importFromPlayground: (world) =>
      imports(world, (to) => world.datasets.importFromPlayground(to, [world.ids[3]!]), [world.ids[3]]),
    importFromDataset: (world) =>
      imports(world, (to) => world.datasets.importFromDataset(to, [world.records[1]!.id]), ["second"]),
    exportToJsonl: Effect.fnUntraced(function*({ dataset, datasets, records }) {
      const { file_url } = yield* datasets.exportToJsonl(dataset.id)
      const text = yield* Effect.promise(async () => (await fetch(file_url)).text())
      const lines = records.map(({ payload, properties }) => `${JSON.stringify({ payload, properties })}\n`)
      assert.strictEqual(text, lines.join(""))
    }),
    fetchTask: Effect.fnUntraced(function*({ dataset, datasets, ids }) {
      const { id } = yield* datasets.importFromExplorer(dataset.id, ids)
      yield* datasets.awaitTask(dataset.id, id, often)
      const task = yield* datasets.fetchTask(dataset.id, id)
      assert.deepInclude(task, { id, dataset_id: dataset.id, status: "COMPLETED", progress: 100 })
    }),
    listTasks: Effect.fnUntraced(function*({ dataset, datasets, ids }) {
      const { id } = yield* datasets.importFromExplorer(dataset.id, ids)
      const { tasks } = yield* datasets.listTasks(dataset.id, { page_size: 10 })
      assert.deepStrictEqual([tasks.count, tasks.results?.[0]?.id], [1, id])
    }),
    listTasksAll: Effect.fnUntraced(function*({ dataset, datasets, ids }) {
      const first = yield* datasets.importFromExplorer(dataset.id, ids)
      const second = yield* datasets.importFromPlayground(dataset.id, ids)
      const all = yield* Stream.runCollect(datasets.listTasksAll(dataset.id, { page_size: 1 }))
      assert.deepStrictEqual(all.map(({ id }) => id), [second.id, first.id])
    }),
    awaitTask: Effect.fnUntraced(function*({ dataset, datasets }) {
      const { id } = yield* datasets.importFromFile(dataset.id, "none")
      const { message, status } = yield* datasets.awaitTask(dataset.id, id, often)
      assert.deepStrictEqual([status, message], ["FAILED", "There is no file none"])
    })
  },
  DatasetRecords: {
    fetch: Effect.fnUntraced(function*({ datasetRecords, records }) {
      assert.deepStrictEqual(yield* datasetRecords.fetch(records[0]!.id), records[0])
    }),
    delete: Effect.fnUntraced(function*({ dataset, datasetRecords, datasets, records }) {
      assert.isUndefined(yield* datasetRecords.delete(records[0]!.id))
      assert.deepStrictEqual((yield* datasets.listRecords(dataset.id)).records.results, [records[1]!])
    }),
    bulkDelete: Effect.fnUntraced(function*({ dataset, datasetRecords, datasets, records }) {
      assert.isUndefined(yield* datasetRecords.bulkDelete(records.map(({ id }) => id)))
      assert.deepStrictEqual((yield* datasets.listRecords(dataset.id)).records.results, [])
    }),
    judge: Effect.fnUntraced(function*({ datasetRecords, records }) {
      assert.strictEqual((yield* datasetRecords.judge(records[0]!.id, definition)).answer, "grateful")
    }),
    updatePayload: Effect.fnUntraced(function*({ datasetRecords, records }) {
      assert.isUndefined(yield* datasetRecords.updatePayload(records[0]!.id, { n: null }))
      const { payload, properties } = yield* datasetRecords.fetch(records[0]!.id)
      assert.deepStrictEqual([payload, properties], [{ n: null }, records[0]?.properties])
    }),
    updateProperties: Effect.fnUntraced(function*({ datasetRecords, records }) {
      assert.isUndefined(yield* datasetRecords.updateProperties(records[0]!.id, { n: null }))
      const { payload, properties } = yield* datasetRecords.fetch(records[0]!.id)
      assert.deepStrictEqual([payload, properties], [records[0]?.payload, { n: null }])
    })
  },
  Logs: {
    search: Effect.fnUntraced(function*({ logs }) {
      const found = yield* logs.search({ search_expression: "severity_text = 'ERROR'", order: "asc", page_size: 10 })
      assert.deepStrictEqual(found, { logs: { results: [], next: null, cursor: null } })
    }),
    searchAll: Effect.fnUntraced(function*({ logs }) {
      assert.deepStrictEqual(yield* Stream.runCollect(logs.searchAll({ from: "2026-01-01" })), [])
    }),
    fields: Effect.fnUntraced(function*({ logs }) {
      assert.include((yield* logs.fields()).field_definitions.map(({ name }) => name), "severity_text")
    }),
    fieldOptions: Effect.fnUntraced(function*({ logs }) {
      assert.deepStrictEqual(yield* logs.fieldOptions("severity_text"), { options: [] })
    })
  },
  Traces: {
    search: Effect.fnUntraced(function*({ traces }) {
      const found = yield* traces.search({ search_expression: "input_tokens > 20", from: day(1), to: day(4) })
      assert.deepStrictEqual(found.traces.results?.map(({ input_tokens }) => input_tokens), [40, 30])
    }),
    searchAll: Effect.fnUntraced(function*({ traces }) {
      const all = yield* Stream.runCollect(traces.searchAll({ page_size: 2 }))
      assert.deepStrictEqual(all.map(({ input_tokens }) => input_tokens), [50, 40, 30, 20, 10])
    }),
    aggregate: Effect.fnUntraced(function*({ traces }) {
      const { data } = yield* traces.aggregate({ metric: { measure: "input_tokens", aggregation: "sum" } })
      assert.deepStrictEqual(data.map(({ metric_value }) => metric_value), [150])
    }),
    fetch: Effect.fnUntraced(function*({ traceId, traces }) {
      assert.deepInclude(yield* traces.fetch(traceId), { trace_id: traceId, span_count: 1, input_tokens: 50 })
    }),
    spans: Effect.fnUntraced(function*({ traceId, traces }) {
      const { spans } = yield* traces.spans(traceId, { page_size: 10, from: day(4) })
      assert.deepStrictEqual(spans.results?.map(({ trace_id }) => trace_id), [traceId])
    }),
    spansAll: Effect.fnUntraced(function*({ traceId, traces }) {
      const all = yield* Stream.runCollect(traces.spansAll(traceId, { page_size: 1 }))
      assert.deepStrictEqual(all.map(({ trace_id }) => trace_id), [traceId])
    }),
    fetchSpan: Effect.fnUntraced(function*({ traceId, traces }) {
      const [span] = (yield* traces.spans(traceId)).spans.results ?? []
      assert.deepStrictEqual(yield* traces.fetchSpan(traceId, span!.span_id), span)
    }),
    fields: Effect.fnUntraced(function*({ traces }) {
      assert.include((yield* traces.fields()).field_definitions.map(({ name }) => name), "llm_call_count")
    }),
    fieldOptions: Effect.fnUntraced(function*({ traces }) {
      assert.deepStrictEqual(yield* traces.fieldOptions("service_name"), { options: ["mistral-emulator"] })
    })
  },
  Spans: {
    search: Effect.fnUntraced(function*({ spans }) {
      const found = yield* spans.search({ search_expression: "request_model LIKE 'l%'" })
      assert.deepStrictEqual(found.spans.results?.map((span) => span.usage_input_tokens), [40, 20])
    }),
    searchAll: Effect.fnUntraced(function*({ spans }) {
      const all = yield* Stream.runCollect(spans.searchAll({ page_size: 3 }))
      assert.deepStrictEqual(all.map((span) => span.usage_input_tokens), [50, 40, 30, 20, 10])
    }),
    aggregate: Effect.fnUntraced(function*({ spans }) {
      const { data } = yield* spans.aggregate({
        metric: { measure: "usage_input_tokens", aggregation: "max" },
        dimensions: ["request_model"],
        order_by: [{ field: "metric_value" }]
      })
      assert.deepStrictEqual(data.map((row) => [row.dimensions?.["request_model"], row.metric_value]), [
        ["large", 40],
        ["small", 50]
      ])
    }),
    fields: Effect.fnUntraced(function*({ spans }) {
      assert.include((yield* spans.fields()).field_definitions.map(({ name }) => name), "request_temperature")
    }),
    fieldOptions: Effect.fnUntraced(function*({ spans }) {
      assert.deepStrictEqual(yield* spans.fieldOptions("request_model", { from: day(2) }), {
        options: ["small", "large"]
      })
      assert.deepStrictEqual(yield* spans.fieldOptions("request_model", { to: day(1) }), { options: ["small"] })
    })
  },
  SpanEvaluations: {
    search: Effect.fnUntraced(function*({ evaluations, judge }) {
      const found = yield* evaluations.search({ search_expression: "score_label = 'grateful'", page_size: 2 })
      assert.deepStrictEqual(
        found.span_evaluations.results?.map((one) => [one.evaluation_name, one.score_label]),
        [[judge.name, "grateful"], [judge.name, "grateful"]]
      )
      assert.isString(found.span_evaluations.cursor)
    }),
    searchAll: Effect.fnUntraced(function*({ evaluations }) {
      const all = yield* Stream.runCollect(evaluations.searchAll({ page_size: 2 }))
      assert.strictEqual(new Set(all.map(({ span_id }) => span_id)).size, 5)
    }),
    searchLatest: Effect.fnUntraced(function*({ evaluations }) {
      const found = yield* evaluations.searchLatest({ search_expression: "score_label = 'patient'" })
      assert.strictEqual(found.span_evaluations.results?.length, 2)
    }),
    searchLatestAll: Effect.fnUntraced(function*({ evaluations }) {
      const all = yield* Stream.runCollect(evaluations.searchLatestAll({ page_size: 2 }))
      assert.deepStrictEqual(all, yield* Stream.runCollect(evaluations.searchAll({})))
    }),
    fields: Effect.fnUntraced(function*({ evaluations }) {
      assert.include((yield* evaluations.fields()).field_definitions.map(({ name }) => name), "score_value")
    }),
    fieldOptions: Effect.fnUntraced(function*({ evaluations }) {
      assert.deepStrictEqual(yield* evaluations.fieldOptions("score_label"), { options: ["grateful", "patient"] })
    })
  }
}

/** The endpoint that a member calls: the one of its name, or of the page that it reads on. */
const calls: Readonly<Record<string, string>> = {
  "ChatCompletionEvents.fetchAll": "ChatCompletionEvents.fetch",
  "ChatCompletionEvents.judgeAll": "ChatCompletionEvents.judge",
  "Campaigns.await": "Campaigns.fetchStatus",
  "Datasets.awaitTask": "Datasets.fetchTask"
}

const endpoints = new Map<string, Pick<Endpoint.Endpoint<never, unknown>, "method" | "path">>(
  Object.values(ObservabilityEndpoint)
    .flatMap((resource) => Object.values(resource))
    .map(({ method, name, path }) => [name, { method, path }])
)

const endpointOf = (operation: string): string => calls[operation] ?? operation.replace(/All$/, "")

describe("over a socket", () => {
  for (const [name, members] of Object.entries(checks)) {
    for (const [member, check] of Object.entries<Check>(members)) {
      it.live(`${name}.${member} does what it says`, () =>
        Effect.gen(function*() {
          const emulator = yield* Emulator.Emulator
          const given = yield* world
          const before = (yield* emulator.requests).length
          yield* check(given)
          const { method, path } = endpoints.get(endpointOf(`${name}.${member}`))!
          const route = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/?]+")}(\\?|$)`)
          const asked = (yield* emulator.requests).slice(before)
          assert.isTrue(asked.some((one) => one.method === method && route.test(one.path)))
          yield* settled
        }).pipe(Effect.provide(local())))
    }
  }

  it.effect("there is no member of a service, and no endpoint, that is not called", () =>
    Effect.gen(function*() {
      const names = Object.entries(checks).flatMap(([name, members]) =>
        Object.keys(members).map((member) => `${name}.${member}`)
      )
      const members = new Array<string>()
      for (const [name, service] of Object.entries(yield* Effect.all(tags))) {
        members.push(...Object.keys(service).map((member) => `${name}.${member}`))
      }
      assert.deepStrictEqual(names.sort(), members.sort())
      assert.deepStrictEqual([...new Set(names.map(endpointOf))].sort(), [...endpoints.keys()].sort())
    }).pipe(Effect.provide(local())))
})
