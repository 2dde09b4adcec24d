/**
 * An `HttpClient` for Node straight over undici's dispatcher: what the socket delivers goes to the program without a Node
 * or web stream in between. Made for event streams, where every token is a read of its own.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { MistralClient } from "@effect-mistral/core"
 * import { UndiciHttpClient } from "@effect-mistral/node"
 * import { Layer } from "effect"
 *
 * export const ChatLive = Chat.layer.pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(UndiciHttpClient.layer)
 * )
 * ```
 *
 * It is a general `HttpClient`: connections are kept alive and shared, an interruption closes them at once, and a reader
 * that falls behind pauses the socket. It sends bodies that are in memory; requests that stream their body, and upgrades,
 * are for `NodeHttpClient` of `@effect/platform-node`.
 *
 * @since 0.1.0
 */
import * as DirectTransport from "@effect-mistral/core/DirectTransport"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import { Dispatch } from "./internal/dispatch.ts"
import { DispatchedResponse } from "./internal/response.ts"

/**
 * Makes the client over the `Dispatcher` of the environment: undici's pool of connections, a proxy, a mock.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> = Effect.map(
  NodeHttpClient.Dispatcher,
  (dispatcher) =>
    DirectTransport.offer(
      HttpClient.make((request, url, signal) => execute(dispatcher, request, url, signal)),
      directTransport(dispatcher)
    )
)

/**
 * The client over the `Dispatcher` of the environment.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDispatcher: Layer.Layer<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> = Layer.effect(
  HttpClient.HttpClient,
  make
)

/**
 * The client with a pool of connections of its own, closed with the layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.provide(
  layerNoDispatcher,
  NodeHttpClient.layerDispatcher
)

const execute = (
  dispatcher: Undici.Dispatcher,
  request: HttpClientRequest,
  url: URL,
  signal: AbortSignal
): Effect.Effect<HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.callback((resume) => {
    const fail = (reason: HttpClientError.HttpClientErrorReason) =>
      resume(Effect.fail(new HttpClientError.HttpClientError({ reason })))
    const onError = (cause: unknown) => fail(new HttpClientError.TransportError({ request, cause }))
    if (signal.aborted) return onError(new Error("The request was interrupted"))
    const content = contentOf(request)
    if (content === undefined) {
      return fail(
        new HttpClientError.EncodeError({
          request,
          description: `UndiciHttpClient sends no body of kind ${request.body._tag}`
        })
      )
    }
    const dispatch = new Dispatch({
      onResponse: (head) => resume(Effect.succeed(new DispatchedResponse(request, url, head))),
      onError
    })
    signal.addEventListener("abort", dispatch.abandon, { once: true })
    dispatch.send(dispatcher, {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers,
      body: content.body
    })
    return Effect.sync(dispatch.abandon)
  })

const contentOf = (request: HttpClientRequest): { readonly body: string | Uint8Array | null } | undefined => {
  switch (request.body._tag) {
    case "Empty":
      return { body: null }
    case "Uint8Array":
      return { body: request.body.body }
    default:
      return undefined
  }
}

const directTransport = (dispatcher: Undici.Dispatcher): DirectTransport.DirectTransport => {
  // Most programs ask one address again and again, and reading it takes as long as the rest of a request.
  let last = { href: "", origin: "", path: "" }
  return {
    send: ({ body, headers, method, url: href }, receiver) => {
      const dispatch = new Dispatch(receiver)
      try {
        if (last.href !== href) {
          const url = new URL(href)
          last = { href, origin: url.origin, path: url.pathname + url.search }
        }
        dispatch.send(dispatcher, { origin: last.origin, path: last.path, method, headers, body: body ?? null })
      } catch (error) {
        receiver.onError(error)
      }
      return dispatch.abandon
    }
  }
}
