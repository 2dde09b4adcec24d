/**
 * An `HttpClient` over `fetch`, for browsers, edge runtimes and every other platform with a `fetch`.
 *
 * It is the client of `effect/http` together with a `DirectTransport`, through which the services of this project send
 * requests by callback, without a fiber and a scope for each.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Layer } from "effect"
 *
 * export const ChatLive = Chat.layer.pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * `FetchHttpClient.layer` of `effect/http` gives the same results with more memory and time for each request.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as DirectTransport from "./DirectTransport.ts"
import { fetchTransport } from "./internal/transport/fetchTransport.ts"

export {
  /**
   * The `fetch` function: `globalThis.fetch` unless another one is provided to the layer or to the program. Its first
   * argument is the URL as a string.
   *
   * @category services
   * @since 0.1.0
   */
  Fetch,
  /**
   * Options of every request, such as `credentials`, `cache`, `mode` and further headers. Provide it to the layer or to
   * the program.
   *
   * @category services
   * @since 0.1.0
   */
  RequestInit
} from "effect/http/FetchHttpClient"

/**
 * The client over `fetch`.
 *
 * *Details*: it follows redirects as `fetch` does. In the services' `MistralError`, a rejection of `fetch` is a
 * `ConnectionFailed`, and a failure while the body is read is a `ConnectionLost`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    Effect.context<HttpClient.HttpClient>(),
    (context) => DirectTransport.offer(Context.get(context, HttpClient.HttpClient), fetchTransport(context))
  )
).pipe(Layer.provide(FetchHttpClient.layer))
