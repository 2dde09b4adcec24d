import * as Effect from "effect/Effect"
import { makeRateMeter, RateMeter } from "./rateMeter.ts"
import { makeScripts, Scripts } from "./scripts.ts"
import type { Settings } from "./settings.ts"

/** An app with the rate limits and the script of an emulator, both at their beginning. */
export const governed = Effect.fnUntraced(function*<A, E, R>(
  settings: Settings,
  app: Effect.Effect<A, E, R>
): Effect.fn.Return<Effect.Effect<A, E, R>> {
  const meter = yield* makeRateMeter(settings.limits)
  const scripts = yield* makeScripts(settings.script)
  return app.pipe(Effect.provideService(RateMeter, meter), Effect.provideService(Scripts, scripts))
})
