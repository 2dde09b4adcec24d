import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler } from "../../routing/endpointRoute.ts"
import type { Database } from "../../storage/database.ts"
import { operation } from "../api/observabilityOperation.ts"
import * as Query from "../api/queryParameters.ts"
import { judgeConversation } from "../judges/judgement.ts"
import { eventRow, fetchEvent, messagesOf, searchEvents, searchIds } from "./eventStore.ts"
import { similarEvents } from "./similarEvents.ts"

const endpoints = ObservabilityEndpoint.chatCompletionEvents

/** `/v1/observability/chat-completion-events`. */
export const eventOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.search, {
    respond: ({ query, request, url }) => {
      const pageSize = Query.pageSize(query)
      if (pageSize instanceof ErrorResponse) return pageSize
      const page = searchEvents(database, {
        filters: request.search_params.filters,
        extraFields: request.extra_fields ?? [],
        pageSize,
        cursor: Query.value(query, "cursor")
      })
      if (page instanceof ErrorResponse) return page
      const { cursor, results } = page
      return {
        completion_events: {
          results,
          next: cursor === null ? null : Query.withQuery(url, { cursor }),
          cursor
        }
      }
    }
  })),
  handler(operation(endpoints.searchIds, {
    respond: ({ request }) => {
      const ids = searchIds(database, request.search_params.filters)
      return ids instanceof ErrorResponse ? ids : { completion_event_ids: ids }
    }
  })),
  handler(operation(endpoints.fetch, { respond: ({ parameter }) => fetchEvent(database, parameter("event_id")) })),
  handler(operation(endpoints.fetchSimilarEvents, {
    respond: ({ parameter }) => {
      const results = similarEvents(database, parameter("event_id"))
      return results instanceof ErrorResponse ? results : { completion_events: { results, next: null, cursor: null } }
    }
  })),
  handler(operation(endpoints.judge, {
    respond: ({ parameter, request }) => {
      const row = eventRow(database, parameter("event_id"))
      if (row instanceof ErrorResponse) return row
      const { request_messages, response_messages } = messagesOf(row)
      return judgeConversation(request.judge_definition, {
        messages: [...request_messages, ...response_messages],
        tools: JSON.parse(String(row["enabled_tools"]))
      })
    }
  }))
]
