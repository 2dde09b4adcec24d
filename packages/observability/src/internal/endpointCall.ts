import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Effect from "effect/Effect"

/** The path parameters and the query parameters of a call. */
export type Parameters = Pick<MistralClient.CallOptions, "params" | "query">

/** Calls an endpoint. */
export type EndpointCall = <Request, Response>(
  endpoint: Endpoint<Request, Response>,
  request: Request,
  parameters: Parameters,
  callOptions: RequestOptions.RequestOptions | undefined
) => Effect.Effect<Response, MistralError>

/** Makes the function by which a service calls its endpoints. The options of a call override those of the service. */
export const makeEndpointCall =
  (client: MistralClient.Service, options: RequestOptions.RequestOptions | undefined): EndpointCall =>
  (endpoint, request, parameters, callOptions) =>
    client.request(endpoint, request, { ...RequestOptions.merge(options, callOptions), ...parameters })
