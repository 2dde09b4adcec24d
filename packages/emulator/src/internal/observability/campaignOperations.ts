import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import type * as Effect from "effect/Effect"
import { type Handler, handler } from "../endpointRoute.ts"
import { Refusal } from "../refusal.ts"
import { campaignRow, createCampaign, deleteCampaign, selectedEvents, toCampaign } from "./campaignStore.ts"
import type { Database } from "./database.ts"
import { listPage, newestFirst, searched } from "./listing.ts"
import { operation } from "./operation.ts"
import { constant } from "./sql.ts"

const endpoints = ObservabilityEndpoint.campaigns

/** `/v1/observability/campaigns`; `start` sets a campaign going. */
export const campaignOperations = (
  database: Database,
  start: (id: string) => Effect.Effect<void>
): ReadonlyArray<Handler> => [
  handler(operation(endpoints.create, {
    status: 201,
    answer: ({ now, request }) => createCampaign(database, request, now),
    after: ({ id }) => start(id)
  })),
  handler(operation(endpoints.list, {
    answer: (asked) => {
      const campaigns = listPage(database, asked, {
        from: constant("campaigns"),
        conditions: searched(asked.query, "name"),
        order: newestFirst,
        item: toCampaign
      })
      return campaigns instanceof Refusal ? campaigns : { campaigns }
    }
  })),
  handler(operation(endpoints.fetch, {
    answer: ({ parameter }) => {
      const row = campaignRow(database, parameter("campaign_id"))
      return row instanceof Refusal ? row : toCampaign(row)
    }
  })),
  handler(operation(endpoints.delete, {
    status: 204,
    answer: ({ parameter }) => deleteCampaign(database, parameter("campaign_id"))
  })),
  handler(operation(endpoints.fetchStatus, {
    answer: ({ parameter }) => {
      const row = campaignRow(database, parameter("campaign_id"))
      return row instanceof Refusal ? row : { status: String(row["status"]) }
    }
  })),
  handler(operation(endpoints.selectedEvents, {
    answer: (asked) => {
      const completion_events = selectedEvents(database, asked.parameter("campaign_id"), asked)
      return completion_events instanceof Refusal ? completion_events : { completion_events }
    }
  }))
]
