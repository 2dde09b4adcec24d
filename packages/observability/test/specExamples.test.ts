import {
  Aggregation,
  Campaign,
  ChatCompletionEvent,
  Dataset,
  DatasetRecord,
  Field,
  Judge,
  Log,
  TelemetrySearch
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import {
  any,
  bodiesOf,
  type Entry,
  objectPaths,
  type Path,
  type Table,
  testRoundTrips,
  testStrictness
} from "../../core/test/fixtures/exampleBodies.ts"
import { withExamples } from "../../core/test/fixtures/examples.ts"

withExamples((examples) => {
  const bodies = () => bodiesOf(examples, table)

  describe("every documented body", () => {
    testRoundTrips(bodies())

    it("has exactly one schema here", () => {
      for (const name of examples.names.filter((name) => name.startsWith("observability-"))) {
        assert.strictEqual(table.filter(([pattern]) => pattern.test(name)).length, 1, name)
      }
      assert.isAbove(bodies().length, 30)
    })
  })

  describe("a request with one key more", () => {
    testStrictness(bodies(), isFree)

    it("is refused at levels of all kinds", () => {
      const levels = new Set(
        bodies().filter(({ strict }) => strict).flatMap(({ body }) =>
          objectPaths(body).filter((path) => !isFree(path)).map((path) =>
            path.filter((step) => typeof step === "string").join(".")
          )
        )
      )
      for (
        const level of [
          "",
          "search_params",
          "search_params.filters",
          "search_params.filters.AND",
          "search_params.filters.AND.OR",
          "filter_params.filters",
          "output",
          "output.options",
          "judge_definition",
          "metric",
          "time_dimension",
          "order_by"
        ]
      ) assert.isTrue(levels.has(level), level)
    })
  })
})

function request<A>(schema: Parameters<typeof any<A>>[0]): Entry {
  return { schema: any(schema), strict: true }
}

function response<A>(schema: Parameters<typeof any<A>>[0]): Entry {
  return { schema: any(schema) }
}

const table: Table = [
  [/^observability-campaign-create\.json$/, request(Campaign.CreateRequest)],
  [/^observability-campaign-selected-events\.json$/, response(Campaign.SelectedEventsResponse)],
  [/^observability-campaign-status\.json$/, response(Campaign.StatusResponse)],
  [/^observability-campaign\.json$/, response(Campaign.Campaign)],
  [/^observability-dataset-create\.json$/, request(Dataset.CreateRequest)],
  [/^observability-dataset-export\.json$/, response(Dataset.ExportResponse)],
  [/^observability-dataset-import-from-explorer\.json$/, request(Dataset.FromExplorer)],
  [/^observability-dataset-import-task\.json$/, response(Dataset.ImportTask)],
  [/^observability-dataset-record-create\.json$/, request(DatasetRecord.CreateRequest)],
  [/^observability-dataset\.json$/, response(Dataset.Dataset)],
  [/^observability-event\.json$/, response(ChatCompletionEvent.ChatCompletionEvent)],
  [/^observability-field-options-counts-request\.json$/, request(Field.OptionCountsRequest)],
  [/^observability-field-options-counts-response\.json$/, response(Field.OptionCountsResponse)],
  [/^observability-field-options(-null)?\.json$/, response(Field.OptionsResponse)],
  [/^observability-fields\.json$/, response(Field.ListResponse)],
  [/^observability-judge-conversation-request\.json$/, request(Judge.ConversationRequest)],
  [/^observability-judge-create-\w+\.json$/, request(Judge.Definition)],
  [/^observability-judge-event-request\.json$/, request(Judge.LiveJudgingRequest)],
  [/^observability-judge-output-[\w-]+\.json$/, response(Judge.Output)],
  [/^observability-judge\.json$/, response(Judge.Judge)],
  [/^observability-judges-list\.json$/, response(Judge.ListResponse)],
  [/^observability-logs-search-request\.json$/, request(Log.SearchRequest)],
  [/^observability-search-ids-request\.json$/, request(ChatCompletionEvent.SearchRequest)],
  [/^observability-search-ids-response\.json$/, response(ChatCompletionEvent.SearchIdsResponse)],
  [/^observability-search-request-\w+\.json$/, request(ChatCompletionEvent.SearchRequest)],
  [/^observability-search-response(-[\w-]+)?\.json$/, response(ChatCompletionEvent.SearchResponse)],
  [/^observability-spans-aggregate-request\.json$/, request(Aggregation.Request)],
  [/^observability-spans-aggregate-response\.json$/, response(Aggregation.Response)],
  [/^observability-traces-search-request\.json$/, request(TelemetrySearch.SearchRequest)]
]

/** Payloads, properties and messages may contain any keys. */
function isFree([first]: Path): boolean {
  return first === "payload" || first === "properties" || first === "messages"
}
