import { version } from "@effect-mistral/core/version"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import type { Settings } from "../settings/settings.ts"
import type { AdminRoute } from "./adminRoute.ts"

/** `/_emulator/info`: the version, and the key of the API. The admin key stands above it. */
export const infoAdmin = ({ apiKey }: Settings): ReadonlyArray<AdminRoute> => [
  {
    method: "GET",
    path: "info",
    respond: Effect.sync(() => HttpServerResponse.jsonUnsafe({ version, apiKey: Redacted.value(apiKey) }))
  }
]
