import type * as Schema from "effect/Schema"
import * as Aggregation from "../../Aggregation.ts"
import * as Log from "../../Log.ts"
import * as Span from "../../Span.ts"
import * as SpanEvaluation from "../../SpanEvaluation.ts"
import * as TelemetrySearch from "../../TelemetrySearch.ts"
import * as Trace from "../../Trace.ts"
import { getEndpoint, idempotentPostEndpoint } from "./endpointConstructors.ts"

const search = <Response>(name: string, path: `/${string}`, response: Schema.Codec<Response, unknown>) =>
  idempotentPostEndpoint(name, path, TelemetrySearch.SearchRequest, response, TelemetrySearch.FeedQuery)

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
  search: search("Traces.search", "/traces/search", Trace.SearchResponse),
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
  search: search("Spans.search", "/spans/search", Span.SearchResponse),
  aggregate: aggregate("Spans", "/spans"),
  ...fieldsOf("Spans", "/spans")
}

export const spanEvaluations = {
  search: search("SpanEvaluations.search", "/spans/evaluations/search", SpanEvaluation.SearchResponse),
  searchLatest: search(
    "SpanEvaluations.searchLatest",
    "/spans/evaluations/search/latest",
    SpanEvaluation.SearchResponse
  ),
  ...fieldsOf("SpanEvaluations", "/spans/evaluations")
}
