import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { hasKeyInAnyForm } from "../http/authorization.ts"
import { CorrelationId } from "../http/correlationId.ts"
import { databaseUnavailable, detail, ErrorResponse } from "../http/errorResponse.ts"
import { redactedHeaders } from "../http/redactedHeaders.ts"
import { DescribeBody, isUpload } from "../http/uploadRequest.ts"
import { isJsonObject } from "../json/jsonObject.ts"
import { isTooDeep } from "../json/jsonSyntax.ts"
import { bodyValue } from "../log/bodyValue.ts"
import { RequestLog, type SeenRequest } from "../log/requestLog.ts"
import { acceptsWithoutKey } from "../proxy/apiPath.ts"
import { unmarkProxied } from "../proxy/proxiedResponse.ts"
import { costHeader, CurrentRateLimiter } from "../routing/rateLimiter.ts"
import type { Settings } from "../settings/settings.ts"
import { DatabaseUnavailable } from "../storage/databaseTrouble.ts"
import { observedResponse } from "./observedResponse.ts"

/** The largest request body that is read. */
const maximumBody = ByteSize.mebibytes(32)

const tooLarge = detail(413, "Request Entity Too Large")

const unreadable = detail(400, "There was an error parsing the body")

const toResponse = (error: ErrorResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(error.body, {
    status: error.status,
    ...(error.headers === undefined ? undefined : { headers: error.headers })
  })

/** Converts the failures of the router and the handlers to error responses. Anything else is an internal error. */
const toErrorResponse = (error: unknown): ErrorResponse => {
  if (error instanceof ErrorResponse) return error
  if (HttpServerError.isHttpServerError(error)) {
    const reason = error.reason
    if (reason._tag === "RouteNotFound") return detail(404, "Not Found")
    if (reason._tag === "RequestParseError") {
      return reason.reason === "BodyTooLarge"
        ? tooLarge
        : unreadable
    }
  }
  return detail(500, "Internal Server Error")
}

/**
 * Reads a body as text. The length is checked here too, because a body without a network was not counted while it was
 * read.
 */
const readText = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.filterOrFail(request.text, (text) => text.length <= Number(maximumBody), () => tooLarge)

/** An app, and what each request provides to it. */
type App<E> = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** A middleware around a logged request. */
type Middleware = (seen: SeenRequest, app: App<never>) => App<ErrorResponse>

/** Converts failures and defects to responses, and limits the size of bodies. */
export const errorsAsResponses = <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  app.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maximumBody),
    Effect.catch((error) => Effect.succeed(toResponse(toErrorResponse(error)))),
    Effect.catchDefect((defect) =>
      Effect.succeed(toResponse(
        defect instanceof DatabaseUnavailable ? databaseUnavailable(defect.message) : toErrorResponse(undefined)
      ))
    ),
    Effect.interruptible
  )

/** The model that a request names. */
const modelOf = (body: unknown): string | undefined =>
  isJsonObject(body) && typeof body["model"] === "string" ? body["model"].slice(0, 256) : undefined

/**
 * The middleware of every request: it logs the request and what becomes of it, converts errors to responses, and sets the
 * gateway's headers.
 *
 * *Details*: of a request without a valid key, only the method, the path and the status are logged, and its body is not read.
 */
export const requestMiddleware = Effect.fnUntraced(function*<E>(
  settings: Settings,
  app: App<E>,
  middleware: Middleware
): Effect.fn.Return<App<never>, never, RequestLog> {
  const log = yield* RequestLog
  const receive = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const authorized = hasKeyInAnyForm(request, settings.apiKey) || acceptsWithoutKey(settings.proxy, request)
    const seen = {
      id: yield* CorrelationId,
      method: request.method,
      path: authorized ? request.url : request.url.replace(/[?#].*$/s, ""),
      headers: authorized ? yield* redactedHeaders(request.headers) : {},
      received: yield* Clock.currentTimeMillis
    }
    if (!authorized || isUpload(seen)) {
      yield* log.add({ ...seen, authorized })
      return { ...seen, body: undefined }
    }
    const text = yield* Effect.tapError(readText(request), () => log.add({ ...seen, authorized }))
    const body = bodyValue(text)
    const model = modelOf(body)
    yield* log.add({ ...seen, authorized, text, ...(model === undefined ? undefined : { model }) })
    return isTooDeep(text) ? yield* unreadable : { ...seen, body }
  })
  return Effect.gen(function*() {
    yield* log.hold
    const id = randomUUID()
    const observe = yield* observedResponse(log, id)
    const response = yield* errorsAsResponses(
      Effect.flatMap(receive, (seen) =>
        middleware(seen, errorsAsResponses(app)).pipe(
          Effect.provideService(DescribeBody, (body) => log.complete(seen.id, { body }))
        ))
    )
      .pipe(
        Effect.provideService(CorrelationId, id)
      )
    const proxied = unmarkProxied(response)
    if (proxied !== undefined) return observe(proxied)
    const limits = yield* (yield* CurrentRateLimiter).spend(Number(response.headers[costHeader] ?? 0))
    return observe(HttpServerResponse.setHeaders(response, {
      ...limits,
      "mistral-correlation-id": id,
      "x-kong-request-id": id
    }))
  })
})
