import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { withAccessLog } from "./accessLog.ts"
import { adminApp, isAdmin } from "./admin.ts"
import type { ArmedFaults } from "./armedFaults.ts"
import { relay } from "./cassette/relay.ts"
import { agentsOperation, chatOperation, fimOperation } from "./completionOperations.ts"
import { embeddingsOperation } from "./embeddings.ts"
import { operationRoute } from "./endpointRoute.ts"
import { frame, refused } from "./frame.ts"
import { governed } from "./governed.ts"
import { fetchModel, listModels } from "./modelOperations.ts"
import { chatModerationsOperation, moderationsOperation } from "./moderations.ts"
import { Observability } from "./observability/observability.ts"
import { observabilityRoutes } from "./observability/routes.ts"
import type { Settings } from "./settings.ts"
import { withFaults } from "./withFaults.ts"

/** Ids and names of fields are as long as someone makes them; Node.js takes no request line that is longer than this. */
const longestParameter = 16_384

/** Everything the emulator answers, as one HTTP app. */
export const makeApp = Effect.fnUntraced(function*(settings: Settings, faults: ArmedFaults) {
  const { record } = yield* Observability
  const own = yield* HttpRouter.toHttpEffect(Layer.mergeAll(
    operationRoute(settings, chatOperation(settings, record)),
    operationRoute(settings, agentsOperation(settings, record)),
    operationRoute(settings, fimOperation(settings, record)),
    operationRoute(settings, listModels),
    operationRoute(settings, fetchModel),
    operationRoute(settings, embeddingsOperation(settings)),
    operationRoute(settings, moderationsOperation),
    operationRoute(settings, chatModerationsOperation),
    observabilityRoutes(settings)
  )).pipe(Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: longestParameter }))
  const app = yield* frame(yield* relay(settings, own), yield* withFaults(settings, faults))
  const answers = yield* governed(settings, app)
  const admin = refused(yield* adminApp(settings, faults))
  return withAccessLog(
    settings,
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => isAdmin(request) ? admin : answers)
  )
})
