/**
 * Mistral models on Azure AI: chat.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { AzureAi } from "@effect-mistral/core"
 * import { Layer, Redacted } from "effect"
 *
 * export const ChatLive = Chat.layer.pipe(
 *   Layer.provide(AzureAi.layer({
 *     endpoint: "https://my-resource.services.ai.azure.com",
 *     apiKey: Redacted.make("...")
 *   }))
 * )
 * ```
 *
 * @see https://docs.mistral.ai/deployment/cloud/azure
 * @since 0.1.0
 */
import type { HttpClient } from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as Deployment from "./Deployment.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * The options of a client for Azure AI: those of `MistralClient`, and the endpoint of the resource.
 *
 * *Details*: the default of `apiVersion` is `2024-05-01-preview`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<MistralClient.Options, "baseUrl" | "deployment"> {
  readonly endpoint: string
  readonly apiVersion?: string | undefined
}

/**
 * Makes the deployment of a resource of Azure AI.
 *
 * *Details*: requests are sent to `/models/chat/completions` with the query parameter `api-version`. A request with
 * `prompt_cache_key` or `service_tier`, which Azure AI does not take, fails with `InvalidRequest`.
 *
 * *Gotchas*: an endpoint that serves a single model (`.../v1/chat/completions`, without `api-version`) does not need this
 * deployment: give it to `MistralClient.layer` as the base URL.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "endpoint" | "apiVersion">): Deployment.Deployment => ({
  provider: "azure.ai.inference",
  baseUrl: options.endpoint,
  route: ({ baseUrl, body, path }) => {
    if (path !== "/v1/chat/completions" || body === undefined) {
      return { issues: [{ path: [], message: `Azure AI does not serve ${path}: it serves chat` }] }
    }
    const issues = Deployment.refuseKeys("Azure AI", body, refusedKeys)
    if (issues.length > 0) return { issues }
    const query = new URLSearchParams({ "api-version": options.apiVersion ?? "2024-05-01-preview" })
    return { url: `${Deployment.withoutVersion(baseUrl)}/models/chat/completions?${query}`, body }
  }
})

/**
 * Makes a layer with the client for Mistral models on Azure AI.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { apiVersion, endpoint, ...options }: Options
): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, deployment: deployment({ endpoint, apiVersion }) })

/** The parameters of `CompletionRequest.Chat` that Azure AI does not take. */
const refusedKeys = ["prompt_cache_key", "service_tier"]
