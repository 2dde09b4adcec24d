import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { detail } from "./refusal.ts"
import type { Settings } from "./settings.ts"

/** Refuses a request that does not hold the key. */
export const authorize = Effect.fnUntraced(function*(settings: Settings) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const [, key] = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "") ?? []
  if (key?.trim() !== Redacted.value(settings.apiKey)) return yield* detail(401, "Unauthorized")
})
