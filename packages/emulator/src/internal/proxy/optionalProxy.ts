import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import type { CassetteError } from "../cassette/format/cassetteError.ts"
import type { Failure } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"

/** An app that may need the current request. */
export type App<E, R> = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E,
  R | HttpServerRequest.HttpServerRequest | Scope.Scope
>

/**
 * Responds from cassettes or from an upstream server, as the settings say, and with the emulator's own response otherwise.
 *
 * *Details*: the proxy and its HTTP client, a sixth of what a start would load, are imported only if the settings name either.
 */
export const withProxy = <E, R>(
  settings: Settings,
  own: App<E, R>
): Effect.Effect<App<E | Failure, R>, CassetteError, Scope.Scope> =>
  settings.proxy.replay === undefined && settings.proxy.upstream === undefined
    ? Effect.succeed(own)
    : Effect.flatMap(Effect.promise(() => import("./proxy.ts")), ({ proxied }) => proxied(settings, own))
