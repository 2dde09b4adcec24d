/**
 * An `HttpClient` for Node over undici's dispatcher, without a Node or web stream between the socket and the program.
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
 * *When to use*: on Node, most of all for event streams, where every token is a read of its own. It works for any API.
 *
 * *Details*: connections are kept alive and shared, an interruption closes the connection of its request at once, and a
 * reader that falls behind pauses the socket (backpressure). Responses in gzip, Brotli, deflate and zstd are decoded while
 * they are read, though the client requests no coding. Request bodies may be bytes, text, a `Stream` or a form.
 *
 * *Gotchas*: it needs Node 22.19 or later, as undici does, and does not run on Bun. Redirects are not followed. A connection
 * cannot be upgraded: use `NodeHttpClient.layerUndici` of `@effect/platform-node`.
 *
 * @since 0.1.0
 */
import * as DirectTransport from "@effect-mistral/core/DirectTransport"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Undici from "@effect/platform-node/Undici"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import { dispatch } from "./internal/dispatch.ts"
import { DispatchedResponse } from "./internal/httpClientResponse.ts"
import { noDispatcher, unsupported } from "./internal/platform.ts"
import { closeBody, makeRequestBody } from "./internal/requestBody.ts"

/**
 * Makes the client over the `Dispatcher` of the environment: a pool of connections, a proxy, a mock. Dies if that has no
 * `dispatch`, as on Bun.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> = Effect.flatMap(
  NodeHttpClient.Dispatcher,
  (dispatcher) =>
    typeof dispatcher.dispatch !== "function" ? Effect.die(new Error(noDispatcher)) : Effect.succeed(
      DirectTransport.offer(
        HttpClient.make((request, url, signal) => execute(dispatcher, request, url, signal)),
        directTransport(dispatcher)
      )
    )
)

/**
 * Provides the client over the `Dispatcher` of the environment.
 *
 * *When to use*: for a proxy, mutual TLS, a mock, or a pool of connections with limits of your own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDispatcher: Layer.Layer<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> = Layer.effect(
  HttpClient.HttpClient,
  make
)

/**
 * Provides the client with a pool of connections, which is closed with the layer.
 *
 * *Details*: the layer is meant to be shared. Where one program provides it to several services, they use one pool. On a
 * platform where undici does not run, it dies when it is built, and says which client to use.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.unwrap(Effect.suspend(() => {
  const reason = unsupported()
  // Undici itself would fail here in words of its own, at its import on an old Node and at its end on Bun.
  return reason === undefined
    ? Effect.succeed(Layer.provide(layerNoDispatcher, NodeHttpClient.layerDispatcher))
    : Effect.die(new Error(reason))
}))

const execute = (
  dispatcher: Undici.Dispatcher,
  request: HttpClientRequest,
  url: URL,
  signal: AbortSignal
): Effect.Effect<HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.flatMap(makeRequestBody(request), (body) =>
    Effect.callback((resume) => {
      const onError = (cause: unknown) => {
        const { failure } = body
        if (failure !== undefined && Cause.hasDies(failure)) return resume(Effect.die(Cause.squash(failure)))
        const reason = failure === undefined
          ? new HttpClientError.TransportError({ request, cause })
          : new HttpClientError.EncodeError({ request, cause: Cause.squash(failure) })
        resume(Effect.fail(new HttpClientError.HttpClientError({ reason })))
      }
      if (signal.aborted) {
        closeBody(body)
        return onError(new Error("The request was interrupted"))
      }
      const cancelRequest = dispatch(
        dispatcher,
        { method: request.method, url, headers: body.headers, body: body.content },
        {
          onResponse: (head) => resume(Effect.succeed(new DispatchedResponse(request, url, head))),
          onError
        }
      )
      const cancel = () => {
        cancelRequest()
        closeBody(body)
      }
      // The signal cancels a response that is being read, the finalizer a request that still waits for its response.
      signal.addEventListener("abort", cancel, { once: true })
      return Effect.sync(cancel)
    }))

const directTransport = (dispatcher: Undici.Dispatcher): DirectTransport.DirectTransport => ({
  send: ({ body = null, headers, method, url }, receiver) =>
    dispatch(dispatcher, { method, url, headers, body }, receiver)
})
