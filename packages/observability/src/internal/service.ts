import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Where a call goes beside its body. */
export type Target = Pick<MistralClient.CallOptions, "params" | "query">

/** Calls an endpoint. */
export type Call = <Request, Response>(
  endpoint: Endpoint<Request, Response>,
  request: Request,
  target: Target,
  callOptions: RequestOptions.RequestOptions | undefined
) => Effect.Effect<Response, MistralError>

/** Calls endpoints with a client, under the options of a service. */
export const caller =
  (client: MistralClient.Service, options: RequestOptions.RequestOptions | undefined): Call =>
  (endpoint, request, target, callOptions) =>
    client.request(endpoint, request, { ...RequestOptions.merge(options, callOptions), ...target })

/** An operation of a service as a function that needs it. */
export const effect = <Self, Shape, Args extends ReadonlyArray<unknown>, A, E>(
  service: Context.Service<Self, Shape>,
  operation: (shape: Shape) => (...args: Args) => Effect.Effect<A, E>
) =>
(...args: Args): Effect.Effect<A, E, Self> => Effect.flatMap(service, (shape) => operation(shape)(...args))

/** A streaming operation of a service as a function that needs it. */
export const stream = <Self, Shape, Args extends ReadonlyArray<unknown>, A, E>(
  service: Context.Service<Self, Shape>,
  operation: (shape: Shape) => (...args: Args) => Stream.Stream<A, E>
) =>
(...args: Args): Stream.Stream<A, E, Self> => Stream.unwrap(Effect.map(service, (shape) => operation(shape)(...args)))
