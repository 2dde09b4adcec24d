/**
 * An `HttpClient` over `fetch`, for browsers, edge runtimes and every other platform with a `fetch`.
 *
 * It comes with a `DirectTransport`, through which the services of this project send requests by callback, without a fiber
 * and a scope for each.
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
 * `FetchHttpClient.layer` of `effect/http` gives the same results with more memory and time for each request, and makes a
 * bundle 3 kB larger.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as DirectTransport from "./DirectTransport.ts"
import { fetchClient } from "./internal/transport/fetchClient.ts"
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
   * the program. The services ignore its `redirect`.
   *
   * @category services
   * @since 0.1.0
   */
  RequestInit
} from "effect/http/FetchHttpClient"

/**
 * The client over `fetch`.
 *
 * *Details*: the services send every request with `redirect: "manual"`, whatever `RequestInit` says, because a redirect would
 * take the prompt and the key to another host: a redirect is an error. In the services' `MistralError`, a rejection of `fetch`
 * is a `ConnectionFailed`, and a failure while the body is read is a `ConnectionLost`. What throws once a response has come,
 * such as a body that was read before, is a defect.
 *
 * A request body that is a `Stream`, such as an uploaded file, is read as fast as the connection takes it (backpressure) and
 * sent in chunks. In browsers it is read to its end and sent as a whole, because Firefox and Safari would send the text
 * `[object ReadableStream]` and Chromium refuses streams over HTTP/1.1, so that a file must fit into memory there. The same
 * holds where the platform's `Request` makes a text of a stream, as React Native's does.
 *
 * *Gotchas*: a `Fetch` of another library must take a `ReadableStream` as a body where the platform's own does. A `fetch`
 * that cannot stream, such as React Native's, serves operations that do not stream. For the others,
 * provide one that can, such as that of `expo/fetch`, as `Fetch`. A browser does not say where a redirect leads, nor that
 * CORS has refused a response. React Native's `fetch` and `XMLHttpRequest` follow redirects, which a program cannot prevent.
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
).pipe(Layer.provide(HttpClient.layerMergedContext(Effect.succeed(fetchClient))))
