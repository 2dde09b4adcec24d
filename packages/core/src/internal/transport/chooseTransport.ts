import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { RequestInit } from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as UrlParams from "effect/http/UrlParams"
import * as DirectTransport from "../../DirectTransport.ts"
import { credentialName } from "./credentialName.ts"
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
    readonly transformClient?: ((client: HttpClient.HttpClient) => Transformed) | undefined
  }
): Transport => {
  const direct = propagateTrace !== true && transformClient === undefined ? DirectTransport.get(environment) : undefined
  const unredirected = withoutRedirects(environment)
  const client = HttpClient.transformResponse(
    unredirected,
    Effect.provideContext(
      propagateTrace === true
        ? spanWithoutSecrets
        // The client's own span would end with the transport's error as it is, which may quote the key.
        : Context.make(HttpClient.TracerDisabledWhen, () => true)
    )
  )
  // The cast is safe: combinators return whole clients, whose two left-out members only fix the type of their errors.
  const transport = httpClientTransport((transformClient?.(client) ?? client) as HttpClient.HttpClient.With<unknown>)
  return direct === undefined ? transport : withDirect(direct, transport)
}

/** A client with errors of any type, as `TransformedClient` of `MistralClient`. */
type Transformed = Omit<HttpClient.HttpClient.With<unknown>, "preprocess" | "postprocess">

/** Keeps secret headers and query parameters out of the span of the HTTP client. */
const spanWithoutSecrets = Context.make(Headers.CurrentRedactedNames, [credentialName]).pipe(
  Context.add(UrlParams.CurrentRedactedNames, [credentialName])
)

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

/** Sends text directly, and any other body by the `HttpClient`. */
const withDirect = (direct: DirectTransport.DirectTransport, other: Transport): Transport => ({
  send: (request, handler) => {
    if (typeof request.body === "object") return other.send(request, handler)
    // The cast is safe: the body is text, or there is none.
    const cancel = direct.send(request as DirectTransport.Request, handler)
    return Effect.sync(() => {
      try {
        cancel()
      } catch {
        // A transport that throws when it is cancelled does not change the outcome of the call.
      }
    })
  }
})
