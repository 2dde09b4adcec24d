import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"

/** The hop-by-hop headers of RFC 9110, section 7.6.1. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
]

/** Removes the hop-by-hop headers and those that the `connection` header names. */
export const withoutHopByHopHeaders = (
  headers: Readonly<Record<string, string>>
): Readonly<Record<string, string>> => {
  const named = (headers["connection"] ?? "").split(",").map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}

/**
 * The end-to-end headers of a response. A `fetch` has decoded the body already, so its encoding and length are removed
 * too.
 */
export const endToEndHeaders = (
  response: HttpClientResponse.HttpClientResponse
): Readonly<Record<string, string>> => {
  const headers = withoutHopByHopHeaders(response.headers)
  if (headers["content-encoding"] === undefined || Option.isNone(HttpClientResponse.toWeb(response))) return headers
  const { "content-encoding": _encoding, "content-length": _length, ...others } = headers
  return others
}
