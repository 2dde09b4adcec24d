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
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import { Body } from "./internal/body.ts"
import { DispatchedResponse } from "./internal/response.ts"

/**
 * Makes the client over the `Dispatcher` of the environment: undici's pool of connections, a proxy, a mock.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> = Effect.map(
  NodeHttpClient.Dispatcher,
  (dispatcher) => HttpClient.make((request, url, signal) => dispatch(dispatcher, request, url, signal))
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

const dispatch = (
  dispatcher: Undici.Dispatcher,
  request: HttpClientRequest,
  url: URL,
  signal: AbortSignal
): Effect.Effect<HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.callback((resume) => {
    const fail = (cause: unknown) =>
      resume(Effect.fail(
        new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
      ))
    const body = new Body(highWaterMark)
    let started = false
    let controller: Undici.Dispatcher.DispatchController | undefined
    const abort = () => controller?.abort(aborted())
    const settle = () => signal.removeEventListener("abort", abort)
    if (signal.aborted) return fail(aborted())
    signal.addEventListener("abort", abort, { once: true })

    const content = contentOf(request)
    if (content === undefined) {
      settle()
      return resume(Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.EncodeError({
            request,
            description: `UndiciHttpClient sends no body of kind ${request.body._tag}`
          })
        })
      ))
    }
    try {
      dispatcher.dispatch({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: request.headers,
        body: content.body,
        // Time limits are Effect's.
        headersTimeout: 0,
        bodyTimeout: 0
      }, {
        onRequestStart: (started) => {
          controller = started
          if (signal.aborted) abort()
        },
        onResponseStart: (controller, status, headers) => {
          // Answers below 200 announce the one to come.
          if (status < 200) return
          started = true
          // As long as the answer lasts, they would hold on to the first piece that was read of it.
          controller.rawHeaders = null
          const response = new DispatchedResponse(request, url, status, headers, body)
          body.start(controller, () => resume(Effect.succeed(response)))
        },
        onResponseData: (_, chunk) => body.push(chunk),
        onResponseEnd: () => {
          settle()
          body.end()
        },
        onResponseError: (_, error) => {
          settle()
          if (started) body.fail(error)
          else fail(error)
        }
      })
    } catch (error) {
      settle()
      fail(error)
    }
    return Effect.sync(() => {
      settle()
      abort()
    })
  })

/** How many bytes wait for a slow reader before its socket is paused. */
const highWaterMark = 128 * 1024

const aborted = (): Error => new Error("The request was interrupted")

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
