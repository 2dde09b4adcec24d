import * as Headers from "effect/http/Headers"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** The methods of Mistral's API and of the admin API. */
const methods = "GET, POST, PUT, PATCH, DELETE"

/**
 * The headers that a page may send, besides those that every page may.
 *
 * *Details*: Mistral's API allows some headers only (mistralai/client-js issue 21), and `x-stainless-timeout`, which
 * OpenAI's client sends, is not one of them (infiolab/infio-copilot issue 146). Its list is not known. This one has what
 * the API needs, the names that clients give themselves, and the emulator's own headers.
 */
const requestHeaders = [
  "accept",
  "authorization",
  "content-type",
  "user-agent",
  "x-mistral-user-agent",
  "x-emulator-fault",
  "x-emulator-scope",
  "x-emulator-strict"
].join(", ")

/** The headers that a page may read, besides those that every page may. */
const responseHeaders = [
  "mistral-correlation-id",
  "x-kong-request-id",
  "x-ratelimit-limit-req-minute",
  "x-ratelimit-remaining-req-minute",
  "x-ratelimit-limit-tokens-minute",
  "x-ratelimit-remaining-tokens-minute",
  "x-ratelimit-tokens-query-cost",
  "retry-after"
].join(", ")

/** A request as far as CORS is concerned. */
interface Asking {
  readonly method: string
  readonly headers: Headers.Headers
}

/** Whether a browser asks whether a page may send a request. */
export const isPreflight = ({ headers, method }: Asking): boolean =>
  method === "OPTIONS" && headers["origin"] !== undefined && headers["access-control-request-method"] !== undefined

const allowOrigin = (origin: string): Readonly<Record<string, string>> => ({
  "access-control-allow-origin": origin,
  ...(origin === "*" ? undefined : { vary: "Origin" })
})

/** The response to a browser that asks whether a page of an allowed origin may send a request. */
export const preflightResponse = ({ headers }: Asking, origin: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    headers: Headers.fromInput({
      ...allowOrigin(origin),
      "access-control-allow-methods": methods,
      "access-control-allow-headers": requestHeaders,
      // Browsers ask so before a page of the internet reaches a local address.
      ...(headers["access-control-request-private-network"] === "true"
        ? { "access-control-allow-private-network": "true" }
        : undefined)
    })
  })

/**
 * Removes what a recorded or forwarded response says about origins: it is true of the server that sent it, not of the
 * emulator.
 */
export const withoutCorsHeaders = (response: HttpServerResponse.HttpServerResponse) =>
  Object.keys(response.headers)
    .filter((name) => name.startsWith("access-control-"))
    .reduce((rest, name) => HttpServerResponse.removeHeader(rest, name), response)

/** Lets pages of an allowed origin read a response. */
export const readableBy = (response: HttpServerResponse.HttpServerResponse, origin: string) => {
  const { vary } = response.headers
  return HttpServerResponse.setHeaders(response, {
    ...allowOrigin(origin),
    ...(vary === undefined || origin === "*" ? undefined : { vary: `${vary}, Origin` }),
    "access-control-expose-headers": responseHeaders
  })
}
