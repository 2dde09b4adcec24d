import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Stream from "effect/Stream"

/** Replaces the body of a response and keeps its content type. Without a length, the body is sent in chunks. */
export const withBody = (
  response: HttpServerResponse.HttpServerResponse,
  body: Stream.Stream<Uint8Array, unknown>,
  length?: number
): HttpServerResponse.HttpServerResponse => {
  const type = response.headers["content-type"]
  const changed = HttpServerResponse.setBody(response, HttpBody.stream(body, type, length))
  // A body is `application/octet-stream` by default; a response without a type keeps none.
  return type === undefined ? HttpServerResponse.removeHeader(changed, "content-type") : changed
}
