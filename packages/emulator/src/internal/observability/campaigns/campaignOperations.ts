import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import type * as Effect from "effect/Effect"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler } from "../../routing/endpointRoute.ts"
import type { Database } from "../../storage/database.ts"
import { constant } from "../../storage/sql.ts"
import { operation } from "../api/observabilityOperation.ts"
import { listPage, newestFirst, searched } from "../api/offsetPage.ts"
import { campaignRow, createCampaign, deleteCampaign, selectedEvents, toCampaign } from "./campaignStore.ts"

const endpoints = ObservabilityEndpoint.campaigns

/** `/v1/observability/campaigns`; `start` starts a campaign. */
export const campaignOperations = (
  database: Database,
  start: (id: string) => Effect.Effect<void>
): ReadonlyArray<Handler> => [
  handler(operation(endpoints.create, {
    status: 201,
    respond: ({ now, request }) => createCampaign(database, request, now),
    after: ({ id }) => start(id)
  })),
  handler(operation(endpoints.list, {
    respond: (input) => {
      const campaigns = listPage(database, input, {
        from: constant("campaigns"),
        conditions: searched(input.query, "name"),
        order: newestFirst,
        item: toCampaign
      })
      return campaigns instanceof ErrorResponse ? campaigns : { campaigns }
    }
  })),
  handler(operation(endpoints.fetch, {
    respond: ({ parameter }) => {
      const row = campaignRow(database, parameter("campaign_id"))
      return row instanceof ErrorResponse ? row : toCampaign(row)
    }
  })),
  handler(operation(endpoints.delete, {
    status: 204,
    respond: ({ parameter }) => deleteCampaign(database, parameter("campaign_id"))
  })),
  handler(operation(endpoints.fetchStatus, {
    respond: ({ parameter }) => {
      const row = campaignRow(database, parameter("campaign_id"))
      return row instanceof ErrorResponse ? row : { status: String(row["status"]) }
    }
  })),
  handler(operation(endpoints.selectedEvents, {
    respond: (input) => {
      const completion_events = selectedEvents(database, input.parameter("campaign_id"), input)
      return completion_events instanceof ErrorResponse ? completion_events : { completion_events }
    }
  }))
]
