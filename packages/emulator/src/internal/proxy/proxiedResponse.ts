import * as HttpServerResponse from "effect/http/HttpServerResponse"

const mark = "x-emulator-proxied"

/** Marks a replayed or forwarded response. */
export const markProxied = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeader(response, mark, "1")

/**
 * Gives a marked response without its mark, `undefined` if it is not marked. Such a response keeps its headers and gets
 * no others.
 */
export const unmarkProxied = (
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse | undefined =>
  response.headers[mark] === undefined ? undefined : HttpServerResponse.removeHeader(response, mark)
