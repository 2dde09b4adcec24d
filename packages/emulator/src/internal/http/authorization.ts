import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { detail } from "./errorResponse.ts"

/** The key of a request, if it is a bearer token. */
export const bearerToken = ({ headers }: HttpServerRequest.HttpServerRequest): string | undefined => {
  const [, key] = /^Bearer +(.+)$/i.exec(headers["authorization"] ?? "") ?? []
  return key?.trim()
}

/** Fails with 401 if the request does not hold the key. */
export const authorize = Effect.fnUntraced(function*(apiKey: Redacted.Redacted<string>) {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (bearerToken(request) !== Redacted.value(apiKey)) return yield* detail(401, "Unauthorized")
})
