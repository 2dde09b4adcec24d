import * as Effect from "effect/Effect"
import type * as Cookies from "effect/http/Cookies"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** The status, headers and cookies of a response. */
export interface Head {
  readonly status: number
  readonly headers: Headers.Headers
  readonly cookies?: Cookies.Cookies | undefined
}

/** Builds a server response with exactly these headers, without a default content type. */
export const serverResponse = (
  head: Head,
  body: Stream.Stream<Uint8Array, unknown>
): HttpServerResponse.HttpServerResponse => {
  const response = HttpServerResponse.stream(body, head)
  return Headers.has(head.headers, "content-type")
    ? response
    : HttpServerResponse.removeHeader(response, "content-type")
}

/**
 * Builds a client response with a streamed body. No promise is involved, so that the reader's clock applies (a
 * `TestClock` too). `text` and `arrayBuffer` are cached and can be read more than once.
 */
export const clientResponse = (
  request: HttpClientRequest.HttpClientRequest,
  head: Head,
  body: Stream.Stream<Uint8Array, unknown>
): HttpClientResponse.HttpClientResponse => {
  const response = HttpServerResponse.toClientResponse(serverResponse(head, body), { request })
  const bytes = Effect.runSync(Effect.cached(Stream.mkArrayBuffer(response.stream)))
  const text = Effect.map(bytes, (bytes) => new TextDecoder().decode(bytes))
  return Object.create(response, { arrayBuffer: { get: () => bytes }, text: { get: () => text } })
}
