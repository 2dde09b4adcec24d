import * as HttpServerResponse from "effect/http/HttpServerResponse"

const mark = "x-emulator-relayed"

/** Marks an answer that is not the emulator's own. */
export const markProxied = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeader(response, mark, "1")

/** A marked answer without its mark: it has the headers it came with and gets no others. */
export const unmarkProxied = (
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse | undefined =>
  response.headers[mark] === undefined ? undefined : HttpServerResponse.removeHeader(response, mark)
