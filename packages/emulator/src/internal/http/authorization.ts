import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { detail } from "./errorResponse.ts"

/** Fails with 401 if the request does not hold the key. */
export const authorize = Effect.fnUntraced(function*(apiKey: Redacted.Redacted<string>) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const [, key] = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "") ?? []
  if (key?.trim() !== Redacted.value(apiKey)) return yield* detail(401, "Unauthorized")
})
