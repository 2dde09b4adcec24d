/**
 * Campaigns: a judge that goes through the events a filter finds, in the background.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/campaigns
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as ChatCompletionEvent from "./ChatCompletionEvent.ts"
import * as Filter from "./Filter.ts"
import { boundedString } from "./internal/boundedSchemas.ts"
import * as Judge from "./Judge.ts"
import * as Page from "./Page.ts"
import * as TaskStatus from "./TaskStatus.ts"

/**
 * Which judge is to go through which events. `name` has 5 to 50 characters; `max_nb_events` is 1 to 10,000. A filter that
 * finds nothing is refused by the server.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest = Schema.Struct({
  search_params: Filter.Payload,
  judge_id: Schema.String,
  name: boundedString(5, 50),
  description: Schema.String,
  max_nb_events: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))
})

/**
 * Which judge is to go through which events.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof CreateRequest> {}

/**
 * A campaign, with its judge as it was when the campaign began.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Campaign = WireSchema.looseStruct({
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  name: Schema.String,
  owner_id: Schema.String,
  workspace_id: Schema.String,
  description: Schema.String,
  max_nb_events: Schema.Number,
  search_params: Filter.ReceivedPayload,
  judge: Judge.Judge
})

/**
 * A campaign.
 *
 * @category models
 * @since 0.1.0
 */
export interface Campaign extends Schema.Schema.Type<typeof Campaign> {}

/**
 * One page of campaigns.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = WireSchema.looseStruct({ campaigns: Page.page(Campaign) })

/**
 * One page of campaigns.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * How far a campaign is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StatusResponse = WireSchema.looseStruct({ status: TaskStatus.TaskStatus })

/**
 * How far a campaign is.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusResponse extends Schema.Schema.Type<typeof StatusResponse> {}

/**
 * One page of the events that a campaign goes through.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SelectedEventsResponse = WireSchema.looseStruct({
  completion_events: Page.page(ChatCompletionEvent.Preview)
})

/**
 * One page of the events that a campaign goes through.
 *
 * @category models
 * @since 0.1.0
 */
export interface SelectedEventsResponse extends Schema.Schema.Type<typeof SelectedEventsResponse> {}
