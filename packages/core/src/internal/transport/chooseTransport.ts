import * as Effect from "effect/Effect"
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
  // The client's own span would end with the transport's error as it is, which may quote the key.
  const client = propagateTrace === true ? environment : HttpClient.transformResponse(
    environment,
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
  return httpClientTransport(transformClient === undefined ? client : transformClient(client))
}

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
