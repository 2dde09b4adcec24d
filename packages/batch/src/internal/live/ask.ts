import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as Effect from "effect/Effect"

/** The `x-ratelimit-*` headers of a response, where the sender of the request learns them. */
export interface Heard {
  rateLimits: Readonly<Record<string, string>> | undefined
}

/** Sends one request, once, and gives its response. Writes into `heard` what else the response said. */
export type Ask = (
  request: object,
  endpoint: Endpoint<object, unknown>,
  heard: Heard
) => Effect.Effect<unknown, MistralError>

/** Sends requests by a client. The client's own retries are off, so that each request counts. */
export const askClient = (
  client: MistralClient.Service,
  options: RequestOptions.RequestOptions | undefined
): Ask => {
  const fixed: RequestOptions.RequestOptions = { ...options, retry: RetryPolicy.none }
  const own = options?.onResponse
  return (request, endpoint, heard) =>
    client.request(endpoint, request, {
      ...fixed,
      onResponse: (metadata) => {
        heard.rateLimits = metadata.rateLimits
        return own === undefined ? Effect.void : own(metadata)
      }
    })
}
