import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { relay } from "./cassette/relay.ts"
import { agentsOperation, chatOperation, fimOperation } from "./completionOperations.ts"
import { operationRoute } from "./endpointRoute.ts"
import { frame } from "./frame.ts"
import { fetchModel, listModels } from "./modelOperations.ts"
import type { Settings } from "./settings.ts"

/** Everything the emulator answers, as one HTTP app. */
export const makeApp = (settings: Settings) =>
  Effect.flatMap(
    HttpRouter.toHttpEffect(Layer.mergeAll(
      operationRoute(settings, chatOperation(settings)),
      operationRoute(settings, agentsOperation(settings)),
      operationRoute(settings, fimOperation(settings)),
      operationRoute(settings, listModels),
      operationRoute(settings, fetchModel)
    )),
    (own) => Effect.flatMap(relay(settings, own), frame)
  )
