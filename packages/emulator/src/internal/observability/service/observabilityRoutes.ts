import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { detail } from "../../http/errorResponse.ts"
import { operationRoutes } from "../../routing/endpointRoute.ts"
import type { Settings } from "../../settings/settings.ts"
import type { Database } from "../../storage/database.ts"
import { readFile } from "../../storage/fileStore.ts"
import { campaignOperations } from "../campaigns/campaignOperations.ts"
import { datasetOperations, filesPath } from "../datasets/datasetOperations.ts"
import { recordOperations } from "../datasets/recordOperations.ts"
import { eventOperations } from "../events/eventOperations.ts"
import { fieldOperations } from "../filter/fieldOperations.ts"
import { judgeOperations } from "../judges/judgeOperations.ts"
import { telemetryOperations } from "../telemetry/telemetryOperations.ts"
import { Observability } from "./observabilityService.ts"

/** `/v1/observability`, and the exported files. */
export const observabilityRoutes = (settings: Settings) =>
  Layer.unwrap(Effect.map(Observability, ({ database, startCampaign, startImport }) =>
    Layer.mergeAll(
      operationRoutes(settings, [
        ...eventOperations(database),
        ...fieldOperations(database),
        ...judgeOperations(database),
        ...campaignOperations(database, startCampaign),
        ...datasetOperations(database, startImport),
        ...recordOperations(database),
        ...telemetryOperations(database)
      ]),
      fileRoute(database)
    )))

const fileRoute = (database: Database) =>
  HttpRouter.add(
    "GET",
    `${filesPath}/:file`,
    Effect.flatMap(HttpRouter.params, ({ file = "" }) => {
      const content = readFile(database, file.replace(/\.jsonl$/, ""))
      return content === undefined
        ? Effect.fail(detail(404, "Not Found"))
        : Effect.succeed(HttpServerResponse.text(content, { contentType: "application/jsonl" }))
    })
  )
