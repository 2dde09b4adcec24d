import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type * as Aggregation from "../Aggregation.ts"
import type { Feed } from "../Page.ts"
import type { FeedRange, FieldOptionsResponse, FieldsResponse, TimeRange } from "../TelemetrySearch.ts"
import { readFeed } from "./pages.ts"
import type { Call } from "./service.ts"

type CallOptions = RequestOptions.RequestOptions | undefined

/** One page of what an endpoint finds by an expression, and all of it. */
export const search = <Body extends object, Response, A>(
  call: Call,
  endpoint: Endpoint<Body, Response>,
  feed: (response: Response) => Feed<A>
) => {
  const one = (request: Body & FeedRange, callOptions?: CallOptions): Effect.Effect<Response, MistralError> => {
    const { cursor, from, page_size, to, ...body } = request
    // Without the keys of `FeedRange`, the body is left.
    return call(endpoint, body as unknown as Body, { query: feedQuery({ cursor, from, page_size, to }) }, callOptions)
  }
  const all = (request: Body & FeedRange, callOptions?: CallOptions): Stream.Stream<A, MistralError> =>
    readFeed((cursor) => Effect.map(one({ ...request, cursor }, callOptions), feed), request.cursor)
  return { one, all }
}

/** A metric of what an expression finds. */
export const aggregate = (call: Call, endpoint: Endpoint<Aggregation.Request, Aggregation.Response>) =>
(
  { from, to, ...request }: Aggregation.Request & TimeRange,
  callOptions?: CallOptions
): Effect.Effect<Aggregation.Response, MistralError> =>
  call(endpoint, request, { query: timeQuery({ from, to }) }, callOptions)

/** What every signal tells of its fields. */
export const fields = (call: Call, endpoints: {
  readonly fields: Endpoint<void, FieldsResponse>
  readonly fieldOptions: Endpoint<void, FieldOptionsResponse>
}) => ({
  fields: (callOptions?: CallOptions) => call(endpoints.fields, undefined, {}, callOptions),
  fieldOptions: (fieldName: string, range?: TimeRange, callOptions?: CallOptions) =>
    call(endpoints.fieldOptions, undefined, { params: { field_name: fieldName }, query: timeQuery(range) }, callOptions)
})

/** A span of time as it stands in a query. */
export const timeQuery = ({ from, to, ...rest }: TimeRange = {}) => ({ ...rest, from: iso(from), to: iso(to) })

/** A span of time, and where to read on in it, as they stand in a query. */
export const feedQuery = ({ cursor, page_size, ...range }: FeedRange = {}) => ({
  ...timeQuery(range),
  page_size,
  cursor
})

const iso = (time: TimeRange["from"]): string | null | undefined =>
  DateTime.isDateTime(time) ? DateTime.formatIso(time) : time
