import * as Effect from "effect/Effect"
import type * as Cookies from "effect/http/Cookies"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** What a response says before its body. */
export interface Head {
  readonly status: number
  readonly headers: Headers.Headers
  readonly cookies?: Cookies.Cookies | undefined
}

/** A response of a server with exactly these headers: no content type is made up. */
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
 * A response of which the body is a stream: no promise is involved, so that it keeps the clock of who reads it. What was
 * read of it as a whole can be read again.
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
