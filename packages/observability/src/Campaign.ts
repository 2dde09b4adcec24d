/**
 * Campaigns: background runs of a judge over the events that a filter matches.
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

const createRequest = Schema.Struct({
  search_params: Filter.Payload,
  judge_id: Schema.String,
  name: boundedString(5, 50),
  description: Schema.String,
  max_nb_events: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))
})

/**
 * A request to create a campaign.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof createRequest> {}

/**
 * A request to create a campaign: the judge, and the filter of the events.
 *
 * *Details*:
 *
 * - `name` has 5 to 50 characters.
 * - `max_nb_events` is 1 to 10,000.
 *
 * *Gotchas*: the server rejects a filter that matches no event.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest: Schema.Codec<CreateRequest> = createRequest

const campaign = WireSchema.looseStruct({
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
export interface Campaign extends Schema.Schema.Type<typeof campaign> {}

/**
 * A campaign. `judge` is the judge as it was when the campaign was created.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Campaign: Schema.Codec<Campaign> = campaign

const listResponse = WireSchema.looseStruct({ campaigns: Page.page(Campaign) })

/**
 * One page of campaigns.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof listResponse> {}

/**
 * One page of campaigns.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse: Schema.Codec<ListResponse> = listResponse

const statusResponse = WireSchema.looseStruct({ status: TaskStatus.TaskStatus })

/**
 * The status of a campaign.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusResponse extends Schema.Schema.Type<typeof statusResponse> {}

/**
 * The status of a campaign.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StatusResponse: Schema.Codec<StatusResponse> = statusResponse

const selectedEventsResponse = WireSchema.looseStruct({ completion_events: Page.page(ChatCompletionEvent.Preview) })

/**
 * One page of the events of a campaign.
 *
 * @category models
 * @since 0.1.0
 */
export interface SelectedEventsResponse extends Schema.Schema.Type<typeof selectedEventsResponse> {}

/**
 * One page of the events of a campaign.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SelectedEventsResponse: Schema.Codec<SelectedEventsResponse> = selectedEventsResponse
