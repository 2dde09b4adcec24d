import * as Aggregation from "../../Aggregation.ts"
import * as Log from "../../Log.ts"
import * as Span from "../../Span.ts"
import * as SpanEvaluation from "../../SpanEvaluation.ts"
import * as TelemetrySearch from "../../TelemetrySearch.ts"
import * as Trace from "../../Trace.ts"
import { getEndpoint, idempotentPostEndpoint } from "./endpointConstructors.ts"

/** The endpoints of every signal (logs, traces, spans, evaluations) that list its fields and their values. */
const fieldsOf = (name: string, root: `/${string}`) => ({
  fields: getEndpoint(`${name}.fields`, `${root}/fields`, TelemetrySearch.FieldsResponse),
  fieldOptions: getEndpoint(
    `${name}.fieldOptions`,
    `${root}/fields/{field_name}/options`,
    TelemetrySearch.FieldOptionsResponse,
    TelemetrySearch.TimeQuery
  )
})

const aggregate = (name: string, root: `/${string}`) =>
  idempotentPostEndpoint(
    `${name}.aggregate`,
    `${root}/aggregate`,
    Aggregation.Request,
    Aggregation.Response,
    TelemetrySearch.TimeQuery
  )

export const logs = {
  search: idempotentPostEndpoint(
    "Logs.search",
    "/logs/search",
    Log.SearchRequest,
    Log.SearchResponse,
    TelemetrySearch.FeedQuery
  ),
  ...fieldsOf("Logs", "/logs")
}

export const traces = {
  search: idempotentPostEndpoint(
    "Traces.search",
    "/traces/search",
    TelemetrySearch.SearchRequest,
    Trace.SearchResponse,
    TelemetrySearch.FeedQuery
  ),
  aggregate: aggregate("Traces", "/traces"),
  fetch: getEndpoint("Traces.fetch", "/traces/{trace_id}", Trace.Trace),
  spans: getEndpoint("Traces.spans", "/traces/{trace_id}/spans", Span.SearchResponse, TelemetrySearch.FeedQuery),
  fetchSpan: getEndpoint(
    "Traces.fetchSpan",
    "/traces/{trace_id}/spans/{span_id}",
    Span.Span,
    TelemetrySearch.TimeQuery
  ),
  ...fieldsOf("Traces", "/traces")
}

export const spans = {
  search: idempotentPostEndpoint(
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
  idempotentPostEndpoint(
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
