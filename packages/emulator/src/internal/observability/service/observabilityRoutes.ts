import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { operationRoutes } from "../../routing/endpointRoute.ts"
import type { Settings } from "../../settings/settings.ts"
import { EmulatorDatabase } from "../../storage/emulatorDatabase.ts"
import { campaignOperations } from "../campaigns/campaignOperations.ts"
import { datasetOperations } from "../datasets/datasetOperations.ts"
import { recordOperations } from "../datasets/recordOperations.ts"
import { eventOperations } from "../events/eventOperations.ts"
import { fieldOperations } from "../filter/fieldOperations.ts"
import { judgeOperations } from "../judges/judgeOperations.ts"
import { telemetryOperations } from "../telemetry/telemetryOperations.ts"
import { Observability } from "./observabilityService.ts"

/** `/v1/observability`. */
export const observabilityRoutes = (settings: Settings) =>
  Layer.unwrap(Effect.gen(function*() {
    const database = yield* EmulatorDatabase
    const { startCampaign, startImport } = yield* Observability
    return operationRoutes(settings, [
      ...eventOperations(database),
      ...fieldOperations(database),
      ...judgeOperations(database),
      ...campaignOperations(database, startCampaign),
      ...datasetOperations(settings, database, startImport),
      ...recordOperations(database),
      ...telemetryOperations(database)
    ])
  }))
