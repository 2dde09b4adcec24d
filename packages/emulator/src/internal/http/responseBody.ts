import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Stream from "effect/Stream"

/** A response with another body of the same type. Without a length it is sent in chunks. */
export const withBody = (
  response: HttpServerResponse.HttpServerResponse,
  body: Stream.Stream<Uint8Array, unknown>,
  length?: number
): HttpServerResponse.HttpServerResponse => {
  const type = response.headers["content-type"]
  const changed = HttpServerResponse.setBody(response, HttpBody.stream(body, type, length))
  // A body is octets unless it says something else; a response that said nothing still does not.
  return type === undefined ? HttpServerResponse.removeHeader(changed, "content-type") : changed
}
