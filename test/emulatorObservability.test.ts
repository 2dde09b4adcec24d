/** The emulator's observability responses, compared with Mistral's OpenAPI file, which is kept outside the project. */
import type { Endpoint } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { Filter, type Judge, ObservabilityEndpoint } from "@effect-mistral/observability"
import { assert, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { type OpenApi, withSpecification } from "./openapi/specification.ts"
import { validator } from "./openapi/validator.ts"

const {
  campaigns,
  chatCompletionEvents: events,
  datasetRecords,
  datasets,
  fields,
  judges,
  logs,
  spanEvaluations,
  spans,
  traces
} = ObservabilityEndpoint

withSpecification(check)

function check(document: OpenApi) {
  const fits = validator(document, [])

  layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, demoEvents: 200 }), {
    excludeTestServices: true
  })("the observability API of the emulator", (it) => {
    it.effect("fits Mistral's OpenAPI file, at every endpoint and where it refuses", () =>
      Effect.gen(function*() {
        const asked = new Set<unknown>()
        const call = Effect.fnUntraced(function*(endpoint: Asked, status: number, parts: Parts = {}) {
          asked.add(endpoint)
          const answer = yield* ask(endpoint, parts)
          const name = `${endpoint.name} ${status}`
          assert.strictEqual(answer.status, status, `${name}: ${answer.text}`)
          if (status === 204) return assert.strictEqual(answer.text, "", name)
          const value: unknown = JSON.parse(answer.text)
          const { method, path } = endpoint
          const kind = { name, path, method }
          const problems = fits(kind, { status, contentType: answer.contentType, values: [value] }, value)
          assert.deepStrictEqual(problems, [], name)
          // The cast is safe: the response was just compared with the file, and its keys are read by name below.
          return value as Loose
        })
        const one = (answer: Loose | void): string => String(answer?.["id"])

        const everything = { search_params: { filters: null } }
        const found = yield* call(events.search, 200, {
          query: "page_size=3",
          body: {
            ...everything,
            extra_fields: ["timestamp", "model_name", "is_stream", "metadata", "invoked_tools", "total_time_elapsed"]
          }
        })
        const event = { event_id: String(found?.["completion_events"]?.["results"]?.["0"]?.["event_id"]) }
        yield* call(events.search, 400, { body: { search_params: { filters: Filter.eq("nothing", 1) } } })
        yield* call(events.search, 422, { body: {} })
        yield* call(events.searchIds, 200, { body: everything })
        yield* call(events.fetch, 200, { params: event })
        yield* call(events.fetch, 404, { params: { event_id: "none" } })
        yield* call(events.fetchSimilarEvents, 200, { params: event })
        yield* call(events.judge, 200, { params: event, body: { judge_definition: definition("For once") } })
        yield* call(fields.list, 200)
        yield* call(fields.options, 200, { params: { field_name: "model_name" }, query: "operator=eq" })
        yield* call(fields.optionCounts, 200, { params: { field_name: "model_name" }, body: {} })

        const judge = { judge_id: one(yield* call(judges.create, 201, { body: definition("A judge") })) }
        yield* call(judges.create, 409, { body: definition("A judge") })
        yield* call(judges.list, 200, { query: "type_filter=REGRESSION" })
        yield* call(judges.fetch, 200, { params: judge })
        yield* call(judges.update, 204, { params: judge, body: definition("Renamed") })
        yield* call(judges.judgeConversation, 200, {
          params: judge,
          body: { messages: [{ role: "user", content: "Hi" }] }
        })
        const campaign = {
          campaign_id: one(
            yield* call(campaigns.create, 201, {
              body: { ...everything, ...judge, name: "Campaign", description: "", max_nb_events: 20 }
            })
          )
        }
        yield* call(campaigns.list, 200)
        yield* call(campaigns.fetch, 200, { params: campaign })
        yield* call(campaigns.fetchStatus, 200, { params: campaign }).pipe(
          Effect.repeat({
            until: (answer) => String(answer?.["status"]) === "COMPLETED",
            schedule: Schedule.spaced("5 millis")
          })
        )
        yield* call(campaigns.selectedEvents, 200, { params: campaign })

        const set = {
          dataset_id: one(yield* call(datasets.create, 201, { body: { name: "A set", description: "" } }))
        }
        yield* call(datasets.list, 200)
        yield* call(datasets.fetch, 200, { params: set })
        yield* call(datasets.update, 200, { params: set, body: { name: "Renamed" } })
        const record = {
          dataset_record_id: one(yield* call(datasets.createRecord, 201, { params: set, body: { payload: { a: 1 } } }))
        }
        const task = yield* call(datasets.importFromCampaign, 202, { params: set, body: campaign })
        yield* call(datasets.importFromExplorer, 202, { params: set, body: { completion_event_ids: [event.event_id] } })
        yield* call(datasets.importFromFile, 202, { params: set, body: { file_id: "none" } })
        yield* call(datasets.importFromPlayground, 202, { params: set, body: { conversation_ids: ["none"] } })
        yield* call(datasets.importFromDataset, 202, {
          params: set,
          body: { dataset_record_ids: [record.dataset_record_id] }
        })
        yield* call(datasets.fetchTask, 200, { params: { ...set, task_id: one(task) } }).pipe(
          Effect.repeat({
            until: (answer) => String(answer?.["status"]) === "COMPLETED",
            schedule: Schedule.spaced("5 millis")
          })
        )
        yield* call(datasets.listTasks, 200, { params: set })
        yield* call(datasets.listRecords, 200, { params: set })
        yield* call(datasets.exportToJsonl, 200, { params: set })
        const judging = { params: record, body: { judge_definition: definition("For once") } }
        yield* call(datasetRecords.fetch, 200, { params: record })
        yield* call(datasetRecords.judge, 400, judging)
        const payload = { messages: [{ role: "user", content: "Hi" }] }
        yield* call(datasetRecords.updatePayload, 204, { params: record, body: { payload } })
        yield* call(datasetRecords.updateProperties, 204, { params: record, body: { properties: { a: "b" } } })
        yield* call(datasetRecords.judge, 200, judging)
        yield* call(datasetRecords.bulkDelete, 204, { body: { dataset_record_ids: [record.dataset_record_id] } })
        yield* call(datasetRecords.delete, 404, { params: record })

        const traced = yield* call(traces.search, 200, { query: "from=2020-01-01T00:00:00Z", body: {} })
        const trace = { trace_id: String(traced?.["traces"]?.["results"]?.["0"]?.["trace_id"]) }
        yield* call(traces.search, 400, { body: { search_expression: "nothing = 1" } })
        yield* call(traces.fetch, 200, { params: trace })
        const held = yield* call(traces.spans, 200, { params: trace })
        const span = { span_id: String(held?.["spans"]?.["results"]?.["0"]?.["span_id"]) }
        yield* call(traces.fetchSpan, 200, { params: { ...trace, ...span } })
        yield* call(spans.search, 200, { body: { search_expression: "request_model LIKE 'mistral%'" } })
        yield* call(spanEvaluations.search, 200, { body: {} })
        yield* call(spanEvaluations.searchLatest, 200, { body: {} })
        yield* call(logs.search, 200, { body: { order: "asc" } })
        for (const { aggregate } of [traces, spans]) {
          yield* call(aggregate, 200, {
            body: {
              metric: { measure: "duration_ns", aggregation: "p95" },
              dimensions: ["service_name"],
              time_dimension: { granularity: "month" }
            }
          })
        }
        for (const { fieldOptions, fields } of [traces, spans, spanEvaluations, logs]) {
          yield* call(fields, 200)
          yield* call(fieldOptions, 200, { params: { field_name: "trace_id" } })
        }
        yield* call(campaigns.delete, 204, { params: campaign })
        yield* call(judges.delete, 204, { params: judge })
        yield* call(datasets.delete, 204, { params: set })

        const all = Object.values(ObservabilityEndpoint).flatMap((group): ReadonlyArray<Asked> => Object.values(group))
        assert.deepStrictEqual(all.filter((endpoint) => !asked.has(endpoint)).map(({ name }) => name), [])
      }))
  })

  it("is compared with a file that promises something of it", () => {
    const kind = { name: "a search", path: events.search.path, body: {} }
    const broken = { completion_events: { results: [{ event_id: 1 }] } }
    assert.isNotEmpty(fits(kind, { status: 200, contentType: "application/json", values: [broken] }, broken))
  })
}

type Asked = Pick<Endpoint.Endpoint<unknown, unknown>, "name" | "method" | "path">

// Responses are read by key. A missing key is `undefined`.
type Loose = { readonly [key: string]: Loose | undefined }

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
}

const definition = (name: string): Judge.Definition => ({
  name,
  description: "",
  model_name: "mistral-small-latest",
  output: { type: "REGRESSION", min_description: "useless", max_description: "useful" },
  instructions: "",
  tools: []
})

const ask = ({ method, path }: Asked, { body, params = {}, query = "" }: Parts) =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const at = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "")
      const response = await fetch(`${url}${at}?${query}`, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
        ...(body === undefined ? undefined : { body: JSON.stringify(body) })
      })
      const contentType = response.headers.get("content-type")?.replace(/;.*/, "") ?? ""
      return { status: response.status, contentType, text: await response.text() }
    }))
