import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Stream from "effect/Stream"

/** A response with another body of the same type. Without a length it is sent in chunks. */
export const withBody = (
  response: HttpServerResponse.HttpServerResponse,
  body: Stream.Stream<Uint8Array, unknown>,
  length?: number
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setBody(response, HttpBody.stream(body, response.headers["content-type"], length))
