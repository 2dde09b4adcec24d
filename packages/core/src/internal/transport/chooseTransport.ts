import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { RequestInit } from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as DirectTransport from "../../DirectTransport.ts"
import { httpClientTransport } from "./httpClientTransport.ts"
import type { Transport } from "./transport.ts"

/**
 * The transport of a client: the direct one that the `HttpClient` offers, or the `HttpClient` itself where it offers none
 * or where it is to be changed or traced.
 */
export const chooseTransport = (
  environment: HttpClient.HttpClient,
  { propagateTrace, transformClient }: {
    readonly propagateTrace?: boolean | undefined
    readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
  }
): Transport => {
  const direct = DirectTransport.get(environment)
  if (direct !== undefined && propagateTrace !== true && transformClient === undefined) return callbackTransport(direct)
  const unredirected = withoutRedirects(environment)
  // The client's own span would end with the transport's error as it is, which may quote the key.
  const client = propagateTrace === true ? unredirected : HttpClient.transformResponse(
    unredirected,
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
  return httpClientTransport(transformClient === undefined ? client : transformClient(client))
}

/**
 * Keeps a `fetch` from following redirects, which would take the key and the prompt to another host. Any other client
 * takes no notice.
 *
 * The options of `fetch` are set while the request is made, which a client does inside the context of its own layer:
 * provided from outside, they would replace options that the layer was built with.
 */
const withoutRedirects = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.makeWith(
    (request) =>
      client.postprocess(Effect.flatMap(request, (request) =>
        Effect.withFiber((fiber) => {
          const init = Context.getOrUndefined(fiber.context, RequestInit)
          fiber.setContext(Context.add(fiber.context, RequestInit, { ...init, redirect: "manual" }))
          return Effect.succeed(request)
        }))),
    client.preprocess
  )

const callbackTransport = (transport: DirectTransport.DirectTransport): Transport => ({
  send: (request, handler) => {
    const cancel = transport.send(request, handler)
    return Effect.sync(() => {
      try {
        cancel()
      } catch {
        // A transport that throws when it is cancelled does not change the outcome of the call.
      }
    })
  }
})
