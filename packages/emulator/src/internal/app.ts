import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { relay } from "./cassette/relay.ts"
import { agentsOperation, chatOperation, fimOperation } from "./completionOperations.ts"
import { embeddingsOperation } from "./embeddings.ts"
import { operationRoute } from "./endpointRoute.ts"
import { frame } from "./frame.ts"
import { governed } from "./governed.ts"
import { fetchModel, listModels } from "./modelOperations.ts"
import { chatModerationsOperation, moderationsOperation } from "./moderations.ts"
import type { Settings } from "./settings.ts"

/** Everything the emulator answers, as one HTTP app. */
export const makeApp = (settings: Settings) =>
  Effect.flatMap(
    HttpRouter.toHttpEffect(Layer.mergeAll(
      operationRoute(settings, chatOperation(settings)),
      operationRoute(settings, agentsOperation(settings)),
      operationRoute(settings, fimOperation(settings)),
      operationRoute(settings, listModels),
      operationRoute(settings, fetchModel),
      operationRoute(settings, embeddingsOperation(settings)),
      operationRoute(settings, moderationsOperation),
      operationRoute(settings, chatModerationsOperation)
    )),
    (own) => Effect.flatMap(relay(settings, own), frame)
  ).pipe(Effect.flatMap((app) => governed(settings, app)))
