import * as Aggregation from "../../Aggregation.ts"
import * as Log from "../../Log.ts"
import * as Span from "../../Span.ts"
import * as SpanEvaluation from "../../SpanEvaluation.ts"
import * as TelemetrySearch from "../../TelemetrySearch.ts"
import * as Trace from "../../Trace.ts"
import { ask, get } from "./kinds.ts"

/** What every signal offers about its fields. */
const fieldsOf = (name: string, root: `/${string}`) => ({
  fields: get(`${name}.fields`, `${root}/fields`, TelemetrySearch.FieldsResponse),
  fieldOptions: get(
    `${name}.fieldOptions`,
    `${root}/fields/{field_name}/options`,
    TelemetrySearch.FieldOptionsResponse,
    TelemetrySearch.TimeQuery
  )
})

const aggregate = (name: string, root: `/${string}`) =>
  ask(`${name}.aggregate`, `${root}/aggregate`, Aggregation.Request, Aggregation.Response, TelemetrySearch.TimeQuery)

export const logs = {
  search: ask("Logs.search", "/logs/search", Log.SearchRequest, Log.SearchResponse, TelemetrySearch.FeedQuery),
  ...fieldsOf("Logs", "/logs")
}

export const traces = {
  search: ask(
    "Traces.search",
    "/traces/search",
    TelemetrySearch.SearchRequest,
    Trace.SearchResponse,
    TelemetrySearch.FeedQuery
  ),
  aggregate: aggregate("Traces", "/traces"),
  fetch: get("Traces.fetch", "/traces/{trace_id}", Trace.Trace),
  spans: get("Traces.spans", "/traces/{trace_id}/spans", Span.SearchResponse, TelemetrySearch.FeedQuery),
  fetchSpan: get("Traces.fetchSpan", "/traces/{trace_id}/spans/{span_id}", Span.Span, TelemetrySearch.TimeQuery),
  ...fieldsOf("Traces", "/traces")
}

export const spans = {
  search: ask(
    "Spans.search",
    "/spans/search",
    TelemetrySearch.SearchRequest,
    Span.SearchResponse,
    TelemetrySearch.FeedQuery
  ),
  aggregate: aggregate("Spans", "/spans"),
  ...fieldsOf("Spans", "/spans")
}

const searchEvaluations = (name: string, path: `/${string}`) =>
  ask(
    name,
    path,
    TelemetrySearch.SearchRequest,
    SpanEvaluation.SearchResponse,
    TelemetrySearch.FeedQuery
  )

export const spanEvaluations = {
  search: searchEvaluations("SpanEvaluations.search", "/spans/evaluations/search"),
  searchLatest: searchEvaluations("SpanEvaluations.searchLatest", "/spans/evaluations/search/latest"),
  ...fieldsOf("SpanEvaluations", "/spans/evaluations")
}
