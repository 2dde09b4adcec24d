import * as Campaign from "../../Campaign.ts"
import * as Page from "../../Page.ts"
import { createEndpoint, deleteEndpoint, getEndpoint } from "./endpointConstructors.ts"

export const campaigns = {
  create: createEndpoint("Campaigns.create", "/campaigns", Campaign.CreateRequest, Campaign.Campaign),
  list: getEndpoint("Campaigns.list", "/campaigns", Campaign.ListResponse, Page.SearchQuery),
  fetch: getEndpoint("Campaigns.fetch", "/campaigns/{campaign_id}", Campaign.Campaign),
  delete: deleteEndpoint("Campaigns.delete", "/campaigns/{campaign_id}"),
  fetchStatus: getEndpoint("Campaigns.fetchStatus", "/campaigns/{campaign_id}/status", Campaign.StatusResponse),
  selectedEvents: getEndpoint(
    "Campaigns.selectedEvents",
    "/campaigns/{campaign_id}/selected-events",
    Campaign.SelectedEventsResponse,
    Page.PageQuery
  )
}
