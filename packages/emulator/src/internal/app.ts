import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { agentsOperation, chatOperation, fimOperation } from "./completionOperations.ts"
import { operationRoute } from "./endpointRoute.ts"
import { frame } from "./frame.ts"
import { fetchModel, listModels } from "./modelOperations.ts"
import { Observability } from "./observability/observability.ts"
import { observabilityRoutes } from "./observability/routes.ts"
import type { Settings } from "./settings.ts"

/** Everything the emulator answers, as one HTTP app. */
export const makeApp = Effect.fnUntraced(function*(settings: Settings) {
  const { record } = yield* Observability
  const app = yield* HttpRouter.toHttpEffect(Layer.mergeAll(
    operationRoute(settings, chatOperation(settings, record)),
    operationRoute(settings, agentsOperation(settings, record)),
    operationRoute(settings, fimOperation(settings, record)),
    operationRoute(settings, listModels),
    operationRoute(settings, fetchModel),
    observabilityRoutes(settings)
  ))
  return yield* frame(app)
})
