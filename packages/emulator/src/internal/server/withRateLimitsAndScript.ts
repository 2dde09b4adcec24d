import * as Effect from "effect/Effect"
import { CurrentRateLimiter, makeRateLimiter } from "../routing/rateLimiter.ts"
import { CurrentScript, type ScriptRules } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"

/** Provides the rate limiter and the script of an emulator to an app. */
export const withRateLimitsAndScript = Effect.fnUntraced(function*<A, E, R>(
  settings: Settings,
  rules: ScriptRules,
  app: Effect.Effect<A, E, R>
): Effect.fn.Return<Effect.Effect<A, E, R>> {
  const rateLimiter = yield* makeRateLimiter(settings.limits)
  return app.pipe(Effect.provideService(CurrentRateLimiter, rateLimiter), Effect.provideService(CurrentScript, rules))
})
