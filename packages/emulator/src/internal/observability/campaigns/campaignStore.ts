import type * as Campaign from "@effect-mistral/observability/Campaign"
import type * as ChatCompletionEvent from "@effect-mistral/observability/ChatCompletionEvent"
import type * as Page from "@effect-mistral/observability/Page"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Incoming } from "../../routing/endpointRoute.ts"
import type { Database, Row } from "../../storage/database.ts"
import { newResource, owner, resourceFields } from "../../storage/resourceFields.ts"
import { bind, constant, sql } from "../../storage/sql.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { listPage } from "../api/offsetPage.ts"
import { previewsFrom } from "../events/eventStore.ts"
import { filterSql } from "../filter/filterSql.ts"
import { judgeRow, toJudge } from "../judges/judgeStore.ts"

/** The row of a campaign, or a 404 response. */
export const campaignRow = (database: Database, id: string): Row | ErrorResponse =>
  database.get("SELECT * FROM campaigns WHERE id = ?", id) ??
    observabilityError(404, "CAMPAIGN_NOT_FOUND", `There is no campaign ${id}`)

/** Converts a row to a campaign of the API. */
export const toCampaign = (row: Row): Campaign.Campaign => ({
  ...resourceFields(row),
  ...owner,
  name: String(row["name"]),
  description: String(row["description"]),
  max_nb_events: Number(row["max_nb_events"]),
  search_params: JSON.parse(String(row["search_params"])),
  judge: JSON.parse(String(row["judge"]))
})

/** Creates a campaign with the newest events that its filter selects now, and a copy of the judge. */
export const createCampaign = (
  database: Database,
  request: Campaign.CreateRequest,
  now: number
): Campaign.Campaign | ErrorResponse => {
  const { description, judge_id, max_nb_events, name, search_params } = request
  const judge = judgeRow(database, judge_id)
  if (judge instanceof ErrorResponse) return judge
  const condition = filterSql(database, search_params.filters)
  if (condition instanceof ErrorResponse) return condition
  const { id, time } = newResource(now)
  return database.transaction(() => {
    const found = sql`SELECT seq FROM events WHERE ${condition} ORDER BY timestamp DESC, seq DESC LIMIT ${
      bind(max_nb_events)
    }`
    const events = database.all(found.text, ...found.values).map(({ seq }) => seq)
    if (events.length === 0) return observabilityError(400, "CAMPAIGN_NO_MATCHING_EVENTS", "The filter finds no event")
    database.run(
      `INSERT INTO campaigns
         (id, created_at, updated_at, name, description, max_nb_events, search_params, judge_id, judge, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'RUNNING')`,
      id,
      time,
      time,
      name,
      description,
      max_nb_events,
      JSON.stringify(search_params),
      judge_id,
      JSON.stringify(toJudge(judge))
    )
    database.run(
      "INSERT INTO campaign_events (campaign, position, event) SELECT last_insert_rowid(), key, value FROM json_each(?)",
      JSON.stringify(events)
    )
    const row = campaignRow(database, id)
    return row instanceof ErrorResponse ? row : toCampaign(row)
  })
}

/** Reads a page of a campaign's events, newest first. */
export const selectedEvents = (
  database: Database,
  id: string,
  incoming: Incoming
): Page.Page<ChatCompletionEvent.Preview> | ErrorResponse => {
  const row = campaignRow(database, id)
  if (row instanceof ErrorResponse) return row
  const campaign = bind(Number(row["seq"]))
  const page = listPage(database, incoming, {
    from: constant("campaign_events"),
    conditions: [sql`campaign = ${campaign}`],
    order: constant("position"),
    item: ({ event }) => event
  })
  if (page instanceof ErrorResponse) return page
  const events = bind(JSON.stringify(page.results))
  return {
    ...page,
    results: previewsFrom(
      database,
      sql`JOIN json_each(${events}) AS wanted ON wanted.value = events.seq ORDER BY wanted.key`
    )
  }
}

/** Deletes a campaign, which stops it. The judge's annotations stay. */
export const deleteCampaign = (database: Database, id: string): undefined | ErrorResponse => {
  const row = campaignRow(database, id)
  if (row instanceof ErrorResponse) return row
  database.run("DELETE FROM campaigns WHERE id = ?", id)
  return undefined
}
