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
 * *Details*: the default of `apiVersion` is `2024-05-01-preview`. A key of the resource may be sent as `api-key` by
 * `apiKeyHeader: "api-key"`; by default it is a bearer token.
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
 * *Details*: requests are sent to `/models/chat/completions` with the query parameter `api-version`. The endpoint may end
 * with `/models` or with the full path, and may have the parameter in its query; the option `apiVersion` wins over that.
 *
 * `tool_choice: "any"` becomes `"required"`, which is Azure's word for it. A request with `prompt_cache_key` or
 * `service_tier`, which Azure AI does not take, fails with `InvalidRequest`. Parameters that Azure's reference lacks and
 * Mistral's models take, such as `safe_prompt` or `random_seed`, are sent with the header `extra-parameters:
 * pass-through`, without which Azure refuses them. A header of the options wins over it.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/model-inference/reference/reference-model-inference-chat-completions
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
    const [address, query] = Deployment.operationUrl(baseUrl, path, withModels).split(/\?(.*)/s)
    const parameters = new URLSearchParams(query)
    if (options.apiVersion !== undefined || !parameters.has("api-version")) {
      parameters.set("api-version", options.apiVersion ?? "2024-05-01-preview")
    }
    const isExtra = (key: string) => body[key] !== undefined && !ownKeys.includes(key)
    return {
      url: `${address}?${parameters}`,
      body: {
        ...Deployment.withoutForeignThinking(body),
        ...(body.tool_choice === "any" ? { tool_choice: "required" } : undefined)
      },
      ...(Object.keys(body).some(isExtra) ? { headers: { "extra-parameters": "pass-through" } } : undefined)
    }
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

/** The parameters of Azure's own reference. It refuses others, unless a header lets them pass. */
const ownKeys = [
  "model",
  "messages",
  "stream",
  "temperature",
  "top_p",
  "max_tokens",
  "stop",
  "frequency_penalty",
  "presence_penalty",
  "response_format",
  "tools",
  "tool_choice",
  "seed",
  "modalities"
]

const withModels = (address: string): string => `${Deployment.withoutVersion(address).replace(/\/models$/, "")}/models`
