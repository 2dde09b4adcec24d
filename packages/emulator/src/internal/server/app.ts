import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { withAccessChecks } from "../access/accessChecks.ts"
import { adminApp, isAdmin } from "../admin/adminApp.ts"
import { eventAdmin } from "../admin/eventAdmin.ts"
import { faultAdmin } from "../admin/faultAdmin.ts"
import { feedAdmin } from "../admin/feedAdmin.ts"
import { infoAdmin } from "../admin/infoAdmin.ts"
import { pageAdmin } from "../admin/pageAdmin.ts"
import { requestAdmin } from "../admin/requestAdmin.ts"
import { ruleAdmin } from "../admin/ruleAdmin.ts"
import { makeBatchJobs } from "../batch/batchJobs.ts"
import { jobOperations } from "../batch/jobOperations.ts"
import { chatClassificationsOperation, classificationsOperation } from "../classification/classificationOperations.ts"
import { agentsOperation, chatOperation, fimOperation } from "../completion/completionOperations.ts"
import { azureRoutes } from "../deployments/azureRoutes.ts"
import { vertexRoutes } from "../deployments/vertexRoutes.ts"
import { embeddingsOperation } from "../embeddings/embeddingsOperation.ts"
import type { FaultQueue } from "../faults/faultQueue.ts"
import { fileRoutes } from "../files/fileRoutes.ts"
import { wholeFile } from "../files/wholeFile.ts"
import { fetchModel, listModels } from "../modelEndpoints/modelOperations.ts"
import { chatModerationsOperation, moderationsOperation } from "../moderation/moderationOperations.ts"
import { isObservability, observabilityApp } from "../observability/service/observabilityApp.ts"
import { Observability } from "../observability/service/observabilityService.ts"
import { ocrOperation } from "../ocr/ocrOperation.ts"
import { withProxy } from "../proxy/optionalProxy.ts"
import { operationRoute, operationRoutes } from "../routing/endpointRoute.ts"
import { routerConfig } from "../routing/routerConfig.ts"
import type { RuleStore } from "../script/ruleStore.ts"
import type { Settings } from "../settings/settings.ts"
import { EmulatorDatabase } from "../storage/emulatorDatabase.ts"
import { withAccessLog } from "./accessLog.ts"
import { withFaults } from "./faultMiddleware.ts"
import { errorsAsResponses, requestMiddleware } from "./requestMiddleware.ts"
import { withScope } from "./scopeMiddleware.ts"
import { withRateLimitsAndScript } from "./withRateLimitsAndScript.ts"

/** Makes the HTTP app of the emulator. */
export const makeApp = Effect.fnUntraced(function*(settings: Settings, faults: FaultQueue, rules: RuleStore) {
  const { record } = yield* Observability
  const jobs = yield* makeBatchJobs(settings, rules)
  const routes = yield* HttpRouter.toHttpEffect(Layer.mergeAll(
    operationRoute(settings, chatOperation(settings, record)),
    operationRoute(settings, agentsOperation(settings, record)),
    operationRoute(settings, fimOperation(settings, record)),
    operationRoute(settings, listModels(settings)),
    operationRoute(settings, fetchModel(settings)),
    operationRoute(settings, embeddingsOperation(settings)),
    operationRoute(settings, moderationsOperation(settings)),
    operationRoute(settings, chatModerationsOperation(settings)),
    operationRoute(settings, classificationsOperation(settings)),
    operationRoute(settings, chatClassificationsOperation(settings)),
    operationRoute(settings, ocrOperation(settings, wholeFile(yield* EmulatorDatabase))),
    vertexRoutes(settings, record),
    azureRoutes(settings, record),
    fileRoutes(settings),
    operationRoutes(settings, jobOperations(jobs))
  )).pipe(Effect.provideService(HttpRouter.RouterConfig, routerConfig))
  const observability = yield* observabilityApp(settings)
  const own = Effect.flatMap(
    HttpServerRequest.HttpServerRequest,
    (request) => isObservability(request) ? observability : routes
  )
  const faulty = yield* withFaults(settings, faults)
  const scoped = yield* withScope
  const app = yield* requestMiddleware(
    settings,
    yield* withProxy(settings, own),
    (seen, respond) => scoped(seen, faulty(seen, respond))
  )
  const api = yield* withRateLimitsAndScript(settings, rules, app)
  const admin = errorsAsResponses(adminApp(settings, [
    ...pageAdmin,
    ...infoAdmin(settings),
    ...faultAdmin(faults),
    ...ruleAdmin(rules),
    ...eventAdmin(yield* EmulatorDatabase),
    ...yield* requestAdmin,
    ...yield* feedAdmin(faults, rules)
  ]))
  return withAccessLog(
    settings,
    withAccessChecks(
      settings,
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => isAdmin(request) ? admin : api)
    )
  )
})
