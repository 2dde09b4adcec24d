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
import { type Body, type Converted, toChatBody, toFimBody } from "./internal/openai/completionBody.ts"
import { toEmbeddingsBody, toModerationsBody } from "./internal/openai/inputBody.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * The options of a client for an OpenAI-compatible server: those of `MistralClient`, and the base URL of the server.
 *
 * *Details*: the base URL may end with `/v1`, have another version in its path, or be the full path of an operation. A query
 * stays a query. `version` is added to a base URL that has no version in its path: `v1` by default, or nothing where it is
 * `false`, for servers without a version such as GitHub Models (`https://models.github.ai/inference`).
 * `endOfStream: "finishReason"` is for servers that never send `[DONE]`: a stream may then also end once every choice has
 * its finish reason. By default a stream without `[DONE]` fails with `StreamEndedEarly`, because its end may be missing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<MistralClient.Options, "deployment"> {
  readonly baseUrl: string
  readonly version?: string | false | undefined
  readonly endOfStream?: "done" | "finishReason" | undefined
}

/**
 * Makes the deployment of an OpenAI-compatible server.
 *
 * *Details*: the body of a chat completion is converted to OpenAI's dialect.
 *
 * - `random_seed` becomes `seed`, `tool_choice: "any"` becomes `"required"`, `service_tier: "standard_only"` becomes
 *   `"default"`. Keys that OpenAI refuses as `null` are left out.
 * - Without tools, `tool_choice` and `parallel_tool_calls` are left out with them.
 * - Tool calls are sent without `index`, with `type: "function"` and with JSON text as arguments, `{}` where there is none.
 * - An image by its URL becomes `{ url }`, a recording `{ data, format }`, a document as a `data:` URL and an uploaded file
 *   become a `file`.
 * - In assistant messages, thinking becomes `reasoning_content` and references are left out. The keys `reasoning_content`,
 *   `reasoning` and `reasoning_details` are sent back.
 * - `prefix: true` at the end becomes `continue_final_message: true` and `add_generation_prompt: false`, as vLLM and SGLang
 *   have it. For a server that refuses these keys, `extraBody` can set them to `undefined`.
 *
 * Fill-in-the-middle becomes `/v1/completions` with a `suffix`. `output_dimension` of an embedding request becomes
 * `dimensions`.
 *
 * What has no form in OpenAI's dialect fails with `InvalidRequest`: `guardrails`, `prompt_mode` and `safe_prompt: true`,
 * `min_tokens`, `metadata` and `prompt_cache_key` of fill-in-the-middle, `metadata` of embeddings and moderations, another
 * `output_dtype` than `float`, agents, a recording or a document by its URL, and references and thinking in user messages
 * and tool results.
 *
 * Other parameters keep their names. What some servers want instead is sent by `extraBody`, such as
 * `max_completion_tokens`, or `stream_options: { include_usage: true }` for the usage of a stream.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "baseUrl" | "version" | "endOfStream">): Deployment.Deployment => {
  const version = options.version === false ? "" : (options.version ?? "v1").replace(/^\/+|\/+$/g, "")
  const withVersion = (address: string): string =>
    version === "" || address.endsWith(`/${version}`) || /:\/\/.*\/v\d+\w*(\/|$)/.test(address)
      ? address
      : `${address}/${version}`
  return {
    provider: "openai_compatible",
    baseUrl: options.baseUrl,
    endOfStream: options.endOfStream,
    checks: { order: false, toolCallIds: false, tools: false, emptyMessage: false, lastMessage: false },
    route: ({ baseUrl, body, path }) => {
      if (path === "/v1/agents/completions") {
        return {
          issues: [{ path: [], message: `An OpenAI-compatible server does not serve ${path}: it has no agents` }]
        }
      }
      const isFim = path === "/v1/fim/completions"
      const url = Deployment.operationUrl(baseUrl, isFim ? "/v1/completions" : path, withVersion)
      if (body === undefined) return { url, body }
      const converted = conversions[path]?.(body) ?? { body }
      return "issues" in converted ? converted : { url, body: converted.body }
    }
  }
}

/** The conversions of bodies, by Mistral's path of the operation. */
const conversions: Readonly<Record<string, (body: Body) => Converted>> = {
  "/v1/chat/completions": toChatBody,
  "/v1/fim/completions": toFimBody,
  "/v1/embeddings": toEmbeddingsBody,
  "/v1/moderations": toModerationsBody
}

/**
 * Makes a layer with the client for an OpenAI-compatible server.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, deployment: deployment(options) })
