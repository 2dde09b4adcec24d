import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { operationRoutes } from "../endpointRoute.ts"
import { detail } from "../refusal.ts"
import type { Settings } from "../settings.ts"
import { campaignOperations } from "./campaignOperations.ts"
import type { Database } from "./database.ts"
import { datasetOperations, filesPath } from "./datasetOperations.ts"
import { eventOperations } from "./eventOperations.ts"
import { fieldOperations } from "./fieldOperations.ts"
import { readFile } from "./fileStore.ts"
import { judgeOperations } from "./judgeOperations.ts"
import { Observability } from "./observability.ts"
import { recordOperations } from "./recordOperations.ts"
import { telemetryOperations } from "./telemetryOperations.ts"

/** `/v1/observability`, and the files that exports write. */
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
