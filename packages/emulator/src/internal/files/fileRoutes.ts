import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { detail } from "../http/errorResponse.ts"
import { operationRoutes } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"
import type { Database } from "../storage/database.ts"
import { EmulatorDatabase } from "../storage/emulatorDatabase.ts"
import { contentResponse } from "./fileContent.ts"
import { fileOperations } from "./fileOperations.ts"
import { fileRow } from "./fileStore.ts"
import { isSigned, signedPath } from "./signedUrl.ts"

/** `/v1/files`, and the signed URLs of files. */
export const fileRoutes = (settings: Settings) =>
  Layer.unwrap(
    Effect.map(EmulatorDatabase, (database) =>
      Layer.mergeAll(operationRoutes(settings, fileOperations(settings, database)), signedRoute(settings, database)))
  )

const forbidden = detail(403, "The URL of the file is not valid, or it has expired")

const signedRoute = (settings: Settings, database: Database) =>
  HttpRouter.add(
    "GET",
    `${signedPath}/:file`,
    Effect.gen(function*() {
      const { file = "" } = yield* HttpRouter.params
      const query = yield* HttpServerRequest.ParsedSearchParams
      const now = yield* Clock.currentTimeMillis
      const id = file.replace(/\..*$/, "")
      const expires = Number(query["expires"])
      if (!isSigned(settings, { id, expires, signature: String(query["signature"]) }) || expires * 1000 <= now) {
        return yield* forbidden
      }
      const row = fileRow(database, id, now)
      if (row === undefined) return yield* detail(404, "Not Found")
      return contentResponse(database, row, String(row["mimetype"]))
    })
  )
