/**
 * Servers that speak OpenAI's dialect of chat completion: vLLM, llama.cpp, Ollama, gateways, OpenAI itself.
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
 * The key is optional. What such a server calls otherwise is renamed on the way, see `deployment`. Keys of its own are
 * sent by `extraBody`, for the client, a service or a call.
 *
 * @since 0.1.0
 */
import type { HttpClient } from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as Deployment from "./Deployment.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * Where the server is: with or without `/v1`, or with a version of its own in the path.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<MistralClient.Options, "deployment"> {
  readonly baseUrl: string
}

/**
 * A server that speaks OpenAI's dialect. `/v1` is added to a base URL whose path names no version. In the body
 * `random_seed` becomes `seed`, `tool_choice: "any"` becomes `"required"`, an empty list of tools is left out, and what
 * only Mistral knows (`safe_prompt`, `prompt_mode`, `guardrails`) is an `InvalidRequest` where it asks for something.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "baseUrl">): Deployment.Deployment => ({
  provider: "openai_compatible",
  baseUrl: options.baseUrl,
  route: ({ baseUrl, body, path }) => {
    const base = baseUrl.replace(/\/+$/, "")
    const url = /\/v\d+\w*(\/|$)/.test(new URL(base).pathname) ? base + path.slice("/v1".length) : base + path
    if (body === undefined) return { url, body }
    const { guardrails, prompt_mode, random_seed, safe_prompt, tool_choice, tools, ...rest } = body
    const issues = Deployment.refuseKeys("An OpenAI-compatible server", {
      guardrails: guardrails ?? undefined,
      prompt_mode: prompt_mode ?? undefined,
      safe_prompt: safe_prompt === true ? true : undefined
    }, ["guardrails", "prompt_mode", "safe_prompt"])
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
 * A client for an OpenAI-compatible server.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, deployment: deployment(options) })
