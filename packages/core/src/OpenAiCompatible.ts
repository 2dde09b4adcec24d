/**
 * Servers that are compatible with OpenAI's chat completions: vLLM, llama.cpp, Ollama, gateways and OpenAI itself.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { OpenAiCompatible } from "@effect-mistral/core"
 * import { Layer } from "effect"
 *
 * export const ChatLive = Chat.layer.pipe(
 *   Layer.provide(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }))
 * )
 * ```
 *
 * The API key is optional. Parameters that have another name in OpenAI's API are renamed, see `deployment`. Parameters
 * that only the server knows are sent by `extraBody`, for the client, a service or a call.
 *
 * @since 0.1.0
 */
import type { HttpClient } from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as Deployment from "./Deployment.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * The options of a client for an OpenAI-compatible server: those of `MistralClient`, and the base URL of the server.
 *
 * *Details*: the base URL may end with `/v1`, or have another version in its path. `endOfStream: "finishReason"` is for
 * servers that never send `[DONE]`: a stream may then also end once every choice has its finish reason. By default a
 * stream without `[DONE]` fails with `StreamEndedEarly`, because its end may be missing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<MistralClient.Options, "deployment"> {
  readonly baseUrl: string
  readonly endOfStream?: "done" | "finishReason" | undefined
}

/**
 * Makes the deployment of an OpenAI-compatible server.
 *
 * *Details*: `/v1` is added to a base URL without a version in its path. In the body, `random_seed` becomes `seed`,
 * `tool_choice: "any"` becomes `"required"`, and an empty list of tools is left out. A request with `guardrails`,
 * `prompt_mode` or `safe_prompt: true`, which only Mistral knows, fails with `InvalidRequest`.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "baseUrl" | "endOfStream">): Deployment.Deployment => ({
  provider: "openai_compatible",
  baseUrl: options.baseUrl,
  endOfStream: options.endOfStream,
  checks: { order: false, toolCallIds: false, emptyMessage: false, lastMessage: false },
  route: ({ baseUrl, body, path }) => {
    const base = baseUrl.replace(/\/+$/, "")
    const url = /\/v\d+\w*(\/|$)/.test(new URL(base).pathname) ? base + path.slice("/v1".length) : base + path
    if (body === undefined) return { url, body }
    const { guardrails, prompt_mode, random_seed, safe_prompt, tool_choice, tools, ...rest } = body
    const issues = Deployment.refuseKeys("An OpenAI-compatible server", {
      guardrails: guardrails ?? undefined,
      prompt_mode: prompt_mode ?? undefined,
      safe_prompt: safe_prompt === true ? true : undefined
    }, refusedKeys)
    return issues.length > 0 ? { issues } : {
      url,
      body: {
        ...rest,
        ...(random_seed == null ? undefined : { seed: random_seed }),
        ...(tool_choice === undefined ? undefined : { tool_choice: tool_choice === "any" ? "required" : tool_choice }),
        ...(Array.isArray(tools) && tools.length > 0 ? { tools } : undefined)
      }
    }
  }
})

/**
 * Makes a layer with the client for an OpenAI-compatible server.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, deployment: deployment(options) })

/** The parameters of `CompletionRequest` that only Mistral knows. */
const refusedKeys = ["guardrails", "prompt_mode", "safe_prompt"]
