import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { type Handler, handler } from "../endpointRoute.ts"
import { Refusal } from "../refusal.ts"
import type { Database } from "./database.ts"
import { eventRow, fetchEvent, messagesOf, searchEvents, searchIds } from "./eventStore.ts"
import { judgeAnswer } from "./judgeAnswer.ts"
import { operation } from "./operation.ts"
import * as Query from "./query.ts"
import { similarEvents } from "./similarEvents.ts"

const endpoints = ObservabilityEndpoint.chatCompletionEvents

/** `/v1/observability/chat-completion-events`. */
export const eventOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.search, {
    answer: ({ query, request, url }) => {
      const pageSize = Query.pageSize(query)
      if (pageSize instanceof Refusal) return pageSize
      const page = searchEvents(database, {
        filters: request.search_params.filters,
        extraFields: request.extra_fields ?? [],
        pageSize,
        cursor: Query.value(query, "cursor")
      })
      if (page instanceof Refusal) return page
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
    answer: ({ request }) => {
      const ids = searchIds(database, request.search_params.filters)
      return ids instanceof Refusal ? ids : { completion_event_ids: ids }
    }
  })),
  handler(operation(endpoints.fetch, { answer: ({ parameter }) => fetchEvent(database, parameter("event_id")) })),
  handler(operation(endpoints.fetchSimilarEvents, {
    answer: ({ parameter }) => {
      const results = similarEvents(database, parameter("event_id"))
      return results instanceof Refusal ? results : { completion_events: { results, next: null, cursor: null } }
    }
  })),
  handler(operation(endpoints.judge, {
    answer: ({ parameter, request }) => {
      const row = eventRow(database, parameter("event_id"))
      if (row instanceof Refusal) return row
      const { request_messages, response_messages } = messagesOf(row)
      return judgeAnswer(request.judge_definition, {
        messages: [...request_messages, ...response_messages],
        tools: JSON.parse(String(row["enabled_tools"]))
      })
    }
  }))
]
