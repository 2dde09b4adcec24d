import Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { withVersion } from "../cassette/matching/requestComparison.ts"
import { withoutHopByHopHeaders } from "../http/hopByHopHeaders.ts"
import type { Upstream } from "../settings/proxyOptions.ts"

/** The client for the upstream server: it follows no redirects and has no time limits. */
export const upstreamClient: Layer.Layer<HttpClient.HttpClient> = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Undici.Agent({ headersTimeout: 0, bodyTimeout: 0 })),
      (agent) => Effect.promise(() => agent.destroy())
    ),
    (dispatcher) =>
      FetchHttpClient.layer.pipe(Layer.provide([
        // Undici's own `fetch`, because its agents do not work with Node's `fetch`. Both have the same interface.
        Layer.succeed(FetchHttpClient.Fetch, Undici.fetch as unknown as typeof globalThis.fetch),
        // Node's `fetch` accepts `dispatcher`, which the DOM's type of its options lacks.
        Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual", dispatcher } as RequestInit),
        Layer.succeed(HttpClient.TracerPropagationEnabled, false)
      ]))
  )
)

/** The URL of an API path on the upstream server. */
const urlOf = (base: string, path: string): string => {
  const trimmed = base.replace(/\/+$/, "")
  const rest = withVersion(path).slice("/v1".length)
  return /\/v\d+\w*(?:\/|$)/.test(new URL(trimmed).pathname) ? trimmed + rest : `${trimmed}/v1${rest}`
}

/**
 * Headers of the client's connection, for the emulator only, or set anew for the upstream server. The emulator is no web
 * page, so that its requests have no origin.
 */
const dropped = /^(?:host|origin|content-length|expect|x-emulator-.*)$/

/**
 * Converts a client's request for the upstream server. It requests no compression, so that the response can be recorded
 * and read.
 */
export const upstreamRequest = (
  request: HttpClientRequest.HttpClientRequest,
  upstream: Upstream
): HttpClientRequest.HttpClientRequest => {
  const headers = Object.entries(withoutHopByHopHeaders(request.headers)).filter(([name]) => !dropped.test(name))
  return HttpClientRequest.makeWith(
    request.method,
    urlOf(upstream.url, request.url),
    request.urlParams,
    request.hash,
    Headers.setAll(Headers.fromInput(headers), {
      "accept-encoding": "identity",
      ...(upstream.apiKey === undefined ? undefined : { authorization: `Bearer ${Redacted.value(upstream.apiKey)}` })
    }),
    request.body
  )
}

/** The system's error code, such as `ECONNREFUSED`. Messages may contain more than a client should see. */
export const failureCode = (error: unknown): string => {
  let current = error
  for (let depth = 0; depth < 6 && Predicate.isObject(current); depth++) {
    if (Predicate.isString(current["code"])) return current["code"]
    current = current["cause"] ?? current["reason"]
  }
  return "no details"
}
