import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { serverResponse } from "../cassette/client/clientResponse.ts"
import { makeRecordReplay } from "../cassette/client/recordReplay.ts"
import type { CassetteError } from "../cassette/format/cassetteError.ts"
import { authorize } from "../http/authorization.ts"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import { endToEndHeaders } from "../http/hopByHopHeaders.ts"
import { isUpload } from "../http/uploadRequest.ts"
import type { Failure } from "../routing/endpointRoute.ts"
import { type Upstream, upstreamFor } from "../settings/proxyOptions.ts"
import type { Settings } from "../settings/settings.ts"
import { isApiPath, placeOf } from "./apiPath.ts"
import type { App } from "./optionalProxy.ts"
import { markProxied } from "./proxiedResponse.ts"
import { failureCode, upstreamClient, upstreamRequest } from "./upstreamRequest.ts"

/** Responds from cassettes or from an upstream server, and with the emulator's own response where neither has one. */
export const proxied = Effect.fnUntraced(function*<E, R>(
  settings: Settings,
  own: App<E, R>
): Effect.fn.Return<App<E | Failure, R>, CassetteError, Scope.Scope> {
  const { replay } = settings.proxy
  const server = upstreamFor(settings.proxy)
  const withCassettes = replay !== undefined || server?.record !== undefined
  const cassettes = yield* makeRecordReplay({
    ...replay,
    from: replay?.directory,
    into: server === undefined ? undefined : server.record ?? replay?.directory,
    earlier: replay === undefined ? "replace" : "keep",
    secrets: server?.apiKey === undefined ? [] : [Redacted.value(server.apiKey)]
  }).pipe(Effect.provide(NodeFileSystem.layer))

  const client = HttpClient.withScope(Context.get(yield* Layer.build(upstreamClient), HttpClient.HttpClient))
  const forward = Effect.fnUntraced(function*(request: HttpClientRequest.HttpClientRequest, upstream: Upstream) {
    // A client that uses the upstream server's key must have the emulator's.
    if (upstream.apiKey !== undefined) yield* authorize(settings.apiKey)
    const send = client.execute(upstreamRequest(request, upstream))
    return yield* Effect.mapError(cassettes.record(request, send), unreachable)
  })

  return Effect.gen(function*() {
    const incoming = yield* HttpServerRequest.HttpServerRequest
    const { pathname, search } = placeOf(incoming)
    if (!isApiPath(pathname)) return yield* own
    const upload = isUpload({ method: incoming.method, path: pathname })
    if (upload && server !== undefined && !withCassettes) {
      const streamed = asClientRequest(incoming, pathname + search, streamedBody(incoming))
      return asServerResponse(yield* forward(streamed, server))
    }
    const bytes = new Uint8Array(yield* upload ? smallUpload(incoming) : incoming.arrayBuffer)
    const request = asClientRequest(
      incoming,
      pathname + search,
      bytes.byteLength === 0 ? HttpBody.empty : HttpBody.uint8Array(bytes, incoming.headers["content-type"])
    )
    const recorded = replay === undefined ? undefined : yield* cassettes.replay(request)
    if (recorded !== undefined) return asServerResponse(recorded)
    if (server !== undefined) return asServerResponse(yield* forward(request, server))
    if (replay?.onMiss !== "answer") return asServerResponse(cassettes.miss(request))
    return yield* upload
      ? Effect.provideService(own, HttpServerRequest.HttpServerRequest, withBytes(incoming, bytes))
      : own
  })
})

const asClientRequest = (
  { headers, method }: HttpServerRequest.HttpServerRequest,
  path: string,
  body: HttpBody.HttpBody
): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.makeWith(
    method,
    path,
    UrlParams.empty,
    Option.none(),
    headers,
    body
  )

/** The body of an upload as it arrives, so that a file of any size is forwarded in constant memory. */
const streamedBody = (request: HttpServerRequest.HttpServerRequest): HttpBody.HttpBody =>
  HttpBody.stream(request.stream, request.headers["content-type"])

/** Reads an upload whole, because cassettes hold whole requests and compare them. */
const smallUpload = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.mapError(
    request.arrayBuffer,
    (error) =>
      error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
        ? badRequest({
          status: 413,
          message:
            "The emulator records and replays uploads of at most 32 MiB; without cassettes it forwards larger ones",
          type: "upload_too_large"
        })
        : error
  )

/** A request whose body was read, and can be read again as a stream. */
const withBytes = (request: HttpServerRequest.HttpServerRequest, bytes: Uint8Array) =>
  // The cast is safe: everything but the stream is inherited.
  Object.create(request, { stream: { get: () => Stream.succeed(bytes) } }) as HttpServerRequest.HttpServerRequest

/**
 * Converts a response for forwarding. The error of a broken body is replaced, because it holds the request and so the
 * key.
 */
const asServerResponse = (response: HttpClientResponse.HttpClientResponse): HttpServerResponse.HttpServerResponse => {
  const body = response.stream.pipe(
    Stream.catchIf((error) => error.reason._tag === "EmptyBodyError", () => Stream.empty),
    Stream.mapError(() => new Error("The upstream response ended early"))
  )
  const headers = Headers.remove(Headers.fromInput(endToEndHeaders(response)), "set-cookie")
  return markProxied(serverResponse({ status: response.status, headers, cookies: response.cookies }, body))
}

const unreachable = (error: HttpClientError.HttpClientError): ErrorResponse =>
  badRequest({
    status: 502,
    message: `The upstream server cannot be reached: ${failureCode(error)}`,
    type: "upstream_unreachable"
  })
