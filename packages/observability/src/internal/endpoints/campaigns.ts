import * as Campaign from "../../Campaign.ts"
import * as Page from "../../Page.ts"
import { create, get, remove } from "./kinds.ts"

export const campaigns = {
  create: create("Campaigns.create", "/campaigns", Campaign.CreateRequest, Campaign.Campaign),
  list: get("Campaigns.list", "/campaigns", Campaign.ListResponse, Page.SearchQuery),
  fetch: get("Campaigns.fetch", "/campaigns/{campaign_id}", Campaign.Campaign),
  delete: remove("Campaigns.delete", "/campaigns/{campaign_id}"),
  fetchStatus: get("Campaigns.fetchStatus", "/campaigns/{campaign_id}/status", Campaign.StatusResponse),
  selectedEvents: get(
    "Campaigns.selectedEvents",
    "/campaigns/{campaign_id}/selected-events",
    Campaign.SelectedEventsResponse,
    Page.PageQuery
  )
}
