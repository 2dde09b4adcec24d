/**
 * The head of a good response: its status, request id, rate limits and headers.
 *
 * The option `onResponse` of a client, a service or a call receives it.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Effect } from "effect"
 *
 * const response = Chat.complete(
 *   { model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] },
 *   { onResponse: ({ requestId, status }) => Effect.logInfo("response", { requestId, status }) }
 * )
 * ```
 *
 * @since 0.1.0
 */
import type { Headers } from "effect/http/Headers"

/**
 * The head of a good response.
 *
 * *Details*:
 *
 * - `requestId`: the id of the request on Mistral's side, as `requestId` of a `MistralError`. The observability API finds the
 *   event of a completion under it, as `correlation_id`.
 * - `rateLimits`: the `x-ratelimit-*` headers, as `rateLimits` of a `MistralError`: names in lower case, values as the server
 *   sent them. `undefined` if there are none.
 * - `headers`: all headers. Effect redacts the secret ones, such as `set-cookie`, where they are printed. The key of the call
 *   is removed from every value.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseMetadata {
  readonly status: number
  readonly requestId: string | undefined
  readonly rateLimits: Readonly<Record<string, string>> | undefined
  readonly headers: Headers
}
