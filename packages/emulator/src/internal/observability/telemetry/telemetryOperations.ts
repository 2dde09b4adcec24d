import type * as Aggregation from "@effect-mistral/observability/Aggregation"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler, type Incoming, type Route } from "../../routing/endpointRoute.ts"
import type { Database } from "../../storage/database.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { operation } from "../api/observabilityOperation.ts"
import * as Query from "../api/queryParameters.ts"
import { aggregate, aggregationsOf } from "./aggregation.ts"
import { operatorsOf } from "./expressionCondition.ts"
import { evaluationSignal, logSignal, type Signal, spanSignal, traceSignal } from "./telemetrySignal.ts"
import { type Item, itemsOf, searchSignal, signalOptions, type TimeRange } from "./telemetryStore.ts"

const { logs, spanEvaluations, spans, traces } = ObservabilityEndpoint

/**
 * `/v1/observability/{traces,spans,logs}`: the telemetry that the served completions would have sent by OpenTelemetry.
 */
export const telemetryOperations = (database: Database): ReadonlyArray<Handler> => [
  searchOperation(database, traces.search, traceSignal, "traces"),
  searchOperation(database, spans.search, spanSignal, "spans"),
  searchOperation(database, spanEvaluations.search, evaluationSignal, "span_evaluations"),
  // A judge evaluates a span once, so its only evaluation is the latest.
  searchOperation(database, spanEvaluations.searchLatest, evaluationSignal, "span_evaluations"),
  searchOperation(database, logs.search, logSignal, "logs"),
  aggregateOperation(database, traces.aggregate, traceSignal),
  aggregateOperation(database, spans.aggregate, spanSignal),
  handler(operation(traces.fetch, {
    respond: ({ parameter }) => traceOf(database, parameter("trace_id"))
  })),
  handler(operation(traces.spans, {
    respond: ({ parameter }) => {
      const trace = traceOf(database, parameter("trace_id"))
      if (trace instanceof ErrorResponse) return trace
      const results = itemsOf(database, spanSignal, "trace_id", parameter("trace_id"))
      return { spans: { results, next: null, cursor: null } }
    }
  })),
  handler(operation(traces.fetchSpan, {
    respond: ({ parameter }) => {
      const trace = traceOf(database, parameter("trace_id"))
      if (trace instanceof ErrorResponse) return trace
      const id = parameter("span_id")
      return itemsOf(database, spanSignal, "trace_id", parameter("trace_id")).find(({ span_id }) => span_id === id) ??
        observabilityError(404, "SPAN_NOT_FOUND", `There is no span ${id}`)
    }
  })),
  ...fieldsOperations(database, traces, traceSignal),
  ...fieldsOperations(database, spans, spanSignal),
  ...fieldsOperations(database, spanEvaluations, evaluationSignal),
  ...fieldsOperations(database, logs, logSignal)
]

const traceOf = (database: Database, id: string): Item | ErrorResponse =>
  itemsOf(database, traceSignal, "trace_id", id)[0] ??
    observabilityError(404, "TRACE_NOT_FOUND", `There is no trace ${id}`)

const rangeOf = (query: Incoming["query"]): TimeRange => ({
  from: Query.value(query, "from"),
  to: Query.value(query, "to")
})

const searchOperation = <Request extends { readonly search_expression?: string | null | undefined }>(
  database: Database,
  route: Route<Request>,
  signal: Signal,
  name: string
): Handler =>
  handler(operation(route, {
    respond: ({ query, request, url }) => {
      const pageSize = Query.pageSize(query)
      if (pageSize instanceof ErrorResponse) return pageSize
      const page = searchSignal(database, signal, {
        ...rangeOf(query),
        expression: request.search_expression,
        pageSize,
        cursor: Query.value(query, "cursor")
      })
      if (page instanceof ErrorResponse) return page
      const { cursor, results } = page
      return { [name]: { results, next: cursor === null ? null : Query.withQuery(url, { cursor }), cursor } }
    }
  }))

const aggregateOperation = (database: Database, route: Route<Aggregation.Request>, signal: Signal): Handler =>
  handler(operation(route, {
    respond: ({ now, query, request }) => aggregate(database, signal, request, rangeOf(query), now)
  }))

const fieldsOperations = (
  database: Database,
  routes: { readonly fields: Route<void>; readonly fieldOptions: Route<void> },
  signal: Signal
): ReadonlyArray<Handler> => [
  handler(operation(routes.fields, {
    respond: () => ({
      field_definitions: signal.fields.map(({ name, type }) => ({
        name,
        label: name.replaceAll("_", " "),
        type,
        group: null,
        supported_operators: operatorsOf(type),
        supported_aggregations: aggregationsOf(type)
      }))
    })
  })),
  handler(operation(routes.fieldOptions, {
    respond: ({ parameter, query }) => {
      const name = parameter("field_name")
      const field = signal.fields.find((field) => field.name === name)
      if (field === undefined) return observabilityError(404, "FIELDS_NOT_FOUND", `There is no field ${name}`)
      const options = signalOptions(database, signal, field, rangeOf(query))
      return options instanceof ErrorResponse ? options : { options }
    }
  }))
]
