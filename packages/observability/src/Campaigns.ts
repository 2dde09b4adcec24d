/**
 * Campaigns: run a judge over the events that a filter matches, and wait until the run has ended.
 *
 * ```ts
 * import { Campaigns, Filter } from "@effect-mistral/observability"
 * import { DateTime, Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const campaign = yield* Campaigns.create({
 *     name: "Support, third week",
 *     description: "How good the answers of the third week were",
 *     judge_id: "019b2bd7-96e7-7219-8c0b-45a73da50088",
 *     search_params: { filters: Filter.gte("timestamp", DateTime.makeUnsafe("2026-01-15")) },
 *     max_nb_events: 5000
 *   })
 *   const status = yield* Campaigns.await(campaign.id)
 *   if (status !== "COMPLETED") return []
 *   return yield* Stream.runCollect(Campaigns.selectedEventsAll(campaign.id))
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/campaigns
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type * as Campaign from "./Campaign.ts"
import type * as ChatCompletionEvent from "./ChatCompletionEvent.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { campaigns as endpoints } from "./internal/endpoints/campaignEndpoints.ts"
import { listOperations } from "./internal/listOperations.ts"
import { pollUntilDone } from "./internal/pollUntilDone.ts"
import type * as Page from "./Page.ts"
import type * as TaskStatus from "./TaskStatus.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Creates a campaign, which starts immediately. */
  readonly create: (
    request: Campaign.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.Campaign, MistralError>
  /** Lists one page of campaigns. */
  readonly list: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.ListResponse, MistralError>
  /** Paginates all campaigns from a page on. A page is requested when the items before it have been consumed. */
  readonly listAll: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Campaign.Campaign, MistralError>
  /** Fetches a campaign. */
  readonly fetch: (
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.Campaign, MistralError>
  /** Deletes a campaign. */
  readonly delete: (campaignId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** Fetches the status of a campaign. */
  readonly fetchStatus: (
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.StatusResponse, MistralError>
  /** Lists one page of the events of a campaign, with the output of its judge. */
  readonly selectedEvents: (
    campaignId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.SelectedEventsResponse, MistralError>
  /**
   * Paginates all events of a campaign from a page on. A page is requested when the items before it have been consumed.
   */
  readonly selectedEventsAll: (
    campaignId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<ChatCompletionEvent.Preview, MistralError>
  /**
   * Polls the status of a campaign until it is final, every 2 seconds or on `schedule`, and returns the last status.
   */
  readonly await: (
    campaignId: string,
    options?: TaskStatus.AwaitOptions<TaskStatus.TaskStatus>
  ) => Effect.Effect<TaskStatus.TaskStatus, MistralError>
}

/**
 * The `Campaigns` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Campaigns.Campaigns)({ await: () => Effect.succeed("COMPLETED") })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Campaigns extends Context.Service<Campaigns, Service>()("@effect-mistral/observability/Campaigns") {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const byId = (campaignId: string) => ({ params: { campaign_id: campaignId } })
    const campaigns = listOperations(call, endpoints.list, (response) => response.campaigns)
    const events = listOperations(call, endpoints.selectedEvents, (response) => response.completion_events)
    const fetchStatus: Service["fetchStatus"] = (campaignId, callOptions) =>
      call(endpoints.fetchStatus, undefined, byId(campaignId), callOptions)
    return Campaigns.of({
      create: (request, callOptions) => call(endpoints.create, request, {}, callOptions),
      list: (query, callOptions) => campaigns.page({}, query, callOptions),
      listAll: (query, callOptions) => campaigns.all({}, query, callOptions),
      fetch: (campaignId, callOptions) => call(endpoints.fetch, undefined, byId(campaignId), callOptions),
      delete: (campaignId, callOptions) =>
        Effect.asVoid(call(endpoints.delete, undefined, byId(campaignId), callOptions)),
      fetchStatus,
      selectedEvents: (campaign_id, query, callOptions) => events.page({ campaign_id }, query, callOptions),
      selectedEventsAll: (campaign_id, query, callOptions) => events.all({ campaign_id }, query, callOptions),
      await: (campaignId, { schedule, ...callOptions } = {}) =>
        pollUntilDone(
          Effect.map(fetchStatus(campaignId, callOptions), ({ status }) => status),
          (status) => status,
          schedule
        )
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Campaigns, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(Campaigns, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Campaigns, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Campaigns, make(options)))

/**
 * Creates a campaign, which starts immediately.
 *
 * *Details*:
 *
 * - The server rejects a filter that matches no event (`CAMPAIGN_NO_MATCHING_EVENTS`).
 * - The operation is not idempotent: a lost connection is not retried.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Campaigns, (service) => service.create)

/**
 * Lists one page of campaigns.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Campaigns, (service) => service.list)

/**
 * Paginates all campaigns from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Campaigns, (service) => service.listAll)

/**
 * Fetches a campaign.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Campaigns, (service) => service.fetch)

const delete_ = Accessor.effect(Campaigns, (service) => service.delete)

export {
  /**
   * Deletes a campaign.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Fetches the status of a campaign.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchStatus = Accessor.effect(Campaigns, (service) => service.fetchStatus)

/**
 * Lists one page of the events of a campaign, with the output of its judge.
 *
 * @category operations
 * @since 0.1.0
 */
export const selectedEvents = Accessor.effect(Campaigns, (service) => service.selectedEvents)

/**
 * Paginates all events of a campaign from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const selectedEventsAll = Accessor.stream(Campaigns, (service) => service.selectedEventsAll)

const await_ = Accessor.effect(Campaigns, (service) => service.await)

export {
  /**
   * Polls the status of a campaign until it is final (`TaskStatus.hasEnded`), every 2 seconds or on `schedule`, and
   * returns the last status.
   *
   * *Details*:
   *
   * - If the schedule ends first, the status may not be final.
   * - Each request is retried by the retry policy, such as after a rate limit or a lost connection.
   *
   * @category operations
   * @since 0.1.0
   */
  await_ as await
}
