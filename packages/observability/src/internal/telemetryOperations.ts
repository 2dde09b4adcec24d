import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type * as Aggregation from "../Aggregation.ts"
import type { Feed } from "../Page.ts"
import type { FeedRange, FieldOptionsResponse, FieldsResponse, TimeRange } from "../TelemetrySearch.ts"
import type { EndpointCall } from "./endpointCall.ts"
import { paginateFeed } from "./pagination.ts"

type CallOptions = RequestOptions.RequestOptions | undefined

/** The operations of an endpoint that searches by an expression: `page` gives one page, `all` every item. */
export const search = <Body extends object, Response, A>(
  call: EndpointCall,
  endpoint: Endpoint<Body, Response>,
  feedOf: (response: Response) => Feed<A>
) => {
  const page = (request: Body & FeedRange, callOptions?: CallOptions): Effect.Effect<Response, MistralError> => {
    const { cursor, from, page_size, to, ...body } = request
    // The cast is safe: without the keys of `FeedRange`, the body is left.
    return call(endpoint, body as unknown as Body, { query: feedQuery({ cursor, from, page_size, to }) }, callOptions)
  }
  const all = (request: Body & FeedRange, callOptions?: CallOptions): Stream.Stream<A, MistralError> =>
    paginateFeed((cursor) => Effect.map(page({ ...request, cursor }, callOptions), feedOf), request.cursor)
  return { page, all }
}

/** The operation of an endpoint that aggregates a metric. */
export const aggregate = (call: EndpointCall, endpoint: Endpoint<Aggregation.Request, Aggregation.Response>) =>
(
  { from, to, ...request }: Aggregation.Request & TimeRange,
  callOptions?: CallOptions
): Effect.Effect<Aggregation.Response, MistralError> =>
  call(endpoint, request, { query: timeQuery({ from, to }) }, callOptions)

/** The operations of every signal (logs, traces, spans, evaluations) that list its fields and their values. */
export const fields = (call: EndpointCall, endpoints: {
  readonly fields: Endpoint<void, FieldsResponse>
  readonly fieldOptions: Endpoint<void, FieldOptionsResponse>
}) => ({
  fields: (callOptions?: CallOptions) => call(endpoints.fields, undefined, {}, callOptions),
  fieldOptions: (fieldName: string, range?: TimeRange, callOptions?: CallOptions) =>
    call(endpoints.fieldOptions, undefined, { params: { field_name: fieldName }, query: timeQuery(range) }, callOptions)
})

/** A time range as query parameters. */
export const timeQuery = ({ from, to, ...rest }: TimeRange = {}) => ({ ...rest, from: iso(from), to: iso(to) })

/** A time range, a cursor and a page size as query parameters. */
export const feedQuery = ({ cursor, page_size, ...range }: FeedRange = {}) => ({
  ...timeQuery(range),
  page_size,
  cursor
})

const iso = (time: TimeRange["from"]): string | null | undefined =>
  DateTime.isDateTime(time) ? DateTime.formatIso(time) : time
