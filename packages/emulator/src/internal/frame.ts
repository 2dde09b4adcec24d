import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { CorrelationId } from "./correlationId.ts"
import { costHeader, makeRateMeter } from "./rateMeter.ts"
import { detail, Refusal } from "./refusal.ts"
import { RequestLog } from "./requestLog.ts"

/** The largest body that is read. */
const maximumBody = ByteSize.mebibytes(32)

const toResponse = (refusal: Refusal): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(refusal.body, {
    status: refusal.status,
    ...(refusal.headers === undefined ? undefined : { headers: refusal.headers })
  })

/** What the router and the handlers fail with, as answers. Whatever else goes wrong is the emulator's own fault. */
const toRefusal = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  if (HttpServerError.isHttpServerError(error)) {
    const reason = error.reason
    if (reason._tag === "RouteNotFound") return detail(404, "Not Found")
    if (reason._tag === "RequestParseError") {
      return reason.reason === "BodyTooLarge"
        ? detail(413, "Request Entity Too Large")
        : detail(400, "There was an error parsing the body")
    }
  }
  return detail(500, "Internal Server Error")
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text === "" ? undefined : text
  }
}

/** An app, and what it needs for each request. */
type App<E> = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** What surrounds every answer: the request is noted, a refusal becomes a response, and the gateway's headers are set. */
export const frame = Effect.fnUntraced(function*<E>(app: App<E>): Effect.fn.Return<App<never>, never, RequestLog> {
  const log = yield* RequestLog
  const meter = yield* makeRateMeter
  const note = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const names = yield* Headers.CurrentRedactedNames
    const headers = Object.fromEntries(
      Object.entries(Headers.redact(request.headers, names)).map(([name, value]) => [
        name,
        Redacted.isRedacted(value) ? "<redacted>" : value
      ])
    )
    const seen = { method: request.method, path: request.url, headers }
    const text = yield* Effect.tapError(request.text, () => log.add({ ...seen, body: undefined }))
    yield* log.add({ ...seen, body: parsed(text) })
  })
  return Effect.gen(function*() {
    yield* log.hold
    const id = randomUUID()
    const response = yield* Effect.andThen(note, app).pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maximumBody),
      Effect.catch((error) => Effect.succeed(toResponse(toRefusal(error)))),
      Effect.catchDefect(() => Effect.succeed(toResponse(toRefusal(undefined)))),
      Effect.interruptible,
      Effect.provideService(CorrelationId, id)
    )
    const limits = yield* meter.spend(Number(response.headers[costHeader] ?? 0))
    return HttpServerResponse.setHeaders(response, {
      ...limits,
      "mistral-correlation-id": id,
      "x-kong-request-id": id
    })
  })
})
