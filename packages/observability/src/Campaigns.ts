/**
 * Campaigns: have a judge go through the events a filter finds, and wait until it is done.
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
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Makes a campaign, which begins at once. */
  readonly create: (
    request: Campaign.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.Campaign, MistralError>
  /** One page of the campaigns. */
  readonly list: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.ListResponse, MistralError>
  /** All the campaigns from a page on. A page is asked for when the ones before it have been taken. */
  readonly listAll: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Campaign.Campaign, MistralError>
  /** One campaign. */
  readonly fetch: (
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.Campaign, MistralError>
  /** Deletes a campaign. */
  readonly delete: (campaignId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** How far a campaign is. */
  readonly fetchStatus: (
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.StatusResponse, MistralError>
  /** One page of the events that a campaign goes through, with what its judge has said of them. */
  readonly selectedEvents: (
    campaignId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Campaign.SelectedEventsResponse, MistralError>
  /**
   * All the events that a campaign goes through, from a page on. A page is asked for when the ones before it have been
   * taken.
   */
  readonly selectedEventsAll: (
    campaignId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<ChatCompletionEvent.Preview, MistralError>
  /**
   * Asks for a campaign's status, every 2 seconds unless `schedule` says otherwise, until it has ended, and gives the
   * last one.
   */
  readonly await: (
    campaignId: string,
    options?: TaskStatus.AwaitOptions<TaskStatus.TaskStatus>
  ) => Effect.Effect<TaskStatus.TaskStatus, MistralError>
}

/**
 * The service. In tests: `Layer.mock(Campaigns.Campaigns)({ await: () => Effect.succeed("COMPLETED") })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Campaigns extends Context.Service<Campaigns, Service>()("@effect-mistral/observability/Campaigns") {}

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) hold for all its calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const one = (campaignId: string) => ({ params: { campaign_id: campaignId } })
    const campaigns = listOperations(call, endpoints.list, (response) => response.campaigns)
    const events = listOperations(call, endpoints.selectedEvents, (response) => response.completion_events)
    const fetchStatus: Service["fetchStatus"] = (campaignId, callOptions) =>
      call(endpoints.fetchStatus, undefined, one(campaignId), callOptions)
    return Campaigns.of({
      create: (request, callOptions) => call(endpoints.create, request, {}, callOptions),
      list: (query, callOptions) => campaigns.page({}, query, callOptions),
      listAll: (query, callOptions) => campaigns.all({}, query, callOptions),
      fetch: (campaignId, callOptions) => call(endpoints.fetch, undefined, one(campaignId), callOptions),
      delete: (campaignId, callOptions) =>
        Effect.asVoid(call(endpoints.delete, undefined, one(campaignId), callOptions)),
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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Campaigns, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(Campaigns, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Campaigns, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Campaigns, make(options)))

/**
 * Makes a campaign, which begins at once. A filter that finds nothing is refused (`CAMPAIGN_NO_MATCHING_EVENTS`); a
 * connection that is lost does not make it again.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Campaigns, (service) => service.create)

/**
 * One page of the campaigns.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Campaigns, (service) => service.list)

/**
 * All the campaigns from a page on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Campaigns, (service) => service.listAll)

/**
 * One campaign.
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
 * How far a campaign is.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchStatus = Accessor.effect(Campaigns, (service) => service.fetchStatus)

/**
 * One page of the events that a campaign goes through, with what its judge has said of them.
 *
 * @category operations
 * @since 0.1.0
 */
export const selectedEvents = Accessor.effect(Campaigns, (service) => service.selectedEvents)

/**
 * All the events that a campaign goes through, from a page on. A page is asked for when the ones before it have been
 * taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const selectedEventsAll = Accessor.stream(Campaigns, (service) => service.selectedEventsAll)

const await_ = Accessor.effect(Campaigns, (service) => service.await)

export {
  /**
   * Asks for a campaign's status, every 2 seconds unless `schedule` says otherwise, until it has ended
   * (`TaskStatus.hasEnded`), and gives the last one. A schedule that ends sooner gives the status it came to. What
   * passes (a rate limit, a lost connection) is retried within each question by the client's own policy.
   *
   * @category operations
   * @since 0.1.0
   */
  await_ as await
}
