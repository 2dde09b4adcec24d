import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { detail } from "./errorResponse.ts"

type Headers = Pick<HttpServerRequest.HttpServerRequest, "headers">

/** The key of a request, if it is a bearer token. */
export const bearerToken = ({ headers }: Headers): string | undefined => {
  const [, key] = /^Bearer +(.+)$/i.exec(headers["authorization"] ?? "") ?? []
  return key?.trim()
}

/** Whether a request holds the key as a bearer token. */
export const hasKey = (request: Headers, apiKey: Redacted.Redacted<string>): boolean =>
  bearerToken(request) === Redacted.value(apiKey)

/** Whether a request holds the key as a bearer token, or in the header of Azure's services. */
export const hasKeyInAnyForm = (request: Headers, apiKey: Redacted.Redacted<string>): boolean =>
  hasKey(request, apiKey) || request.headers["api-key"] === Redacted.value(apiKey)

/** Fails with 401 if the request does not hold the key. */
export const authorize = Effect.fnUntraced(function*(apiKey: Redacted.Redacted<string>) {
  if (!hasKey(yield* HttpServerRequest.HttpServerRequest, apiKey)) return yield* detail(401, "Unauthorized")
})
