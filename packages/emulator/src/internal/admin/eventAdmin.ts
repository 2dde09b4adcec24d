import * as Filter from "@effect-mistral/observability/Filter"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { strictDecoder } from "../json/strictDecoder.ts"
import { fetchEvent, searchEvents } from "../observability/events/eventStore.ts"
import { fields } from "../observability/filter/eventField.ts"
import type { Database } from "../storage/database.ts"
import type { AdminRoute } from "./adminRoute.ts"
import { queryParameter } from "./queryParameter.ts"

/** A search: a filter as the observability API has it, and the cursor of the page before. */
const readSearch = strictDecoder(Schema.Struct({
  filters: Schema.NullOr(Filter.Filter),
  cursor: Schema.optionalKey(Schema.String)
}))

const pageSize = 50

/**
 * `/_emulator/events/search` and `/_emulator/event?id=`: the stored events.
 *
 * *Details*: they are those of the observability API. Here they are read without being a request of their own: a search of
 * the page is in no log, uses no armed fault, and counts for no limit.
 */
export const eventAdmin = (database: Database): ReadonlyArray<AdminRoute> => [
  {
    method: "POST",
    path: "events/search",
    respond: Effect.gen(function*() {
      const body = parseBody(yield* (yield* HttpServerRequest.HttpServerRequest).text)
      if (body instanceof ErrorResponse) return yield* body
      const search = readSearch(body.value)
      if (Result.isFailure(search)) return yield* badRequest({ message: search.failure, type: "invalid_search" })
      const { cursor, filters } = search.success
      const page = searchEvents(database, {
        filters,
        cursor,
        pageSize,
        extraFields: fields.map(({ name }) => name)
      })
      return page instanceof ErrorResponse ? yield* page : HttpServerResponse.jsonUnsafe(page)
    })
  },
  {
    method: "GET",
    path: "event",
    respond: Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) => {
      const event = fetchEvent(database, queryParameter(url, "id") ?? "")
      return event instanceof ErrorResponse ? event : Effect.succeed(HttpServerResponse.jsonUnsafe(event))
    })
  }
]
