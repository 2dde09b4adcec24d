import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { detail } from "./errorResponse.ts"

/** Whether a request holds the key. */
export const hasKey = (
  { headers }: Pick<HttpServerRequest.HttpServerRequest, "headers">,
  apiKey: Redacted.Redacted<string>
): boolean => {
  const [, key] = /^Bearer +(.+)$/i.exec(headers["authorization"] ?? "") ?? []
  return key?.trim() === Redacted.value(apiKey)
}

/** Fails with 401 if the request does not hold the key. */
export const authorize = Effect.fnUntraced(function*(apiKey: Redacted.Redacted<string>) {
  if (!hasKey(yield* HttpServerRequest.HttpServerRequest, apiKey)) return yield* detail(401, "Unauthorized")
})
