/**
 * Effect's `HttpClient` over `fetch`, for browsers, edge runtimes and wherever else `fetch` is: the client of
 * `effect/http`, which the services of this project ask by callback, without a fiber or a scope for each request.
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
 * `FetchHttpClient.layer` of `effect/http` does the same with more memory and time for each request.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as DirectTransport from "./DirectTransport.ts"
import { fetchTransport } from "./internal/fetchTransport.ts"

export {
  /**
   * The `fetch` that is called, `globalThis.fetch` unless provided to the layer or to the program. It is given the URL as
   * a string.
   *
   * @category services
   * @since 0.1.0
   */
  Fetch,
  /**
   * What every request is sent with beside its own: `credentials`, `cache`, `mode`, further headers. Provided to the layer
   * or to the program.
   *
   * @category services
   * @since 0.1.0
   */
  RequestInit
} from "effect/http/FetchHttpClient"

/**
 * The client over `fetch`. It follows redirects as `fetch` does. What `fetch` rejects with before an answer has begun is a
 * `ConnectionFailed` of the services' `MistralError`, and what breaks its body a `ConnectionLost`.
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
