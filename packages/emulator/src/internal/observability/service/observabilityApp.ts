import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as Scope from "effect/Scope"
import { routerConfig } from "../../routing/routerConfig.ts"
import type { Settings } from "../../settings/settings.ts"
import type { EmulatorDatabase } from "../../storage/emulatorDatabase.ts"
import type { Observability } from "./observabilityService.ts"

/** Whether a request is for the observability API. */
export const isObservability = ({ url }: HttpServerRequest.HttpServerRequest): boolean =>
  /^(?:\/v1)?\/observability(?:[/?#]|$)/.test(url)

/**
 * The app of `/v1/observability`.
 *
 * *Details*: its operations, a tenth of what a start would load, are imported with the first request.
 */
export const observabilityApp = Effect.fnUntraced(function*(settings: Settings) {
  const context = yield* Effect.context<EmulatorDatabase | Observability | Scope.Scope>()
  const load = Effect.flatMap(
    Effect.promise(() => import("./observabilityRoutes.ts")),
    ({ observabilityRoutes }) => HttpRouter.toHttpEffect(observabilityRoutes(settings))
  ).pipe(
    Effect.provideService(HttpRouter.RouterConfig, routerConfig),
    Effect.provideContext(context),
    Effect.uninterruptible
  )
  return Effect.flatten(yield* Effect.cached(load))
})
