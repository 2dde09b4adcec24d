import * as BatchEndpoint from "@effect-mistral/batch/BatchEndpoint"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { detail, ErrorResponse } from "../http/errorResponse.ts"
import { integer, queryValue, uuid } from "../http/parameters.ts"
import { CurrentHiddenUpload } from "../http/uploadRequest.ts"
import { type Handler, handler, type Incoming, receivingHandler, type Route } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"
import type { Database, Row } from "../storage/database.ts"
import { contentResponse } from "./fileContent.ts"
import { listFiles } from "./fileList.ts"
import { fileRow, hideFile, removeFile, toFile } from "./fileStore.ts"
import { longestExpiry, signedUrl } from "./signedUrl.ts"
import { receiveUpload, type Upload } from "./upload.ts"

/** `/v1/files`. */
export const fileOperations = (settings: Settings, database: Database): ReadonlyArray<Handler> => [
  receivingHandler<Upload>({
    route: BatchEndpoint.uploadFile,
    receive: receiveUpload(database),
    respond: Effect.fnUntraced(function*({ fields, writer }) {
      const hidden = yield* CurrentHiddenUpload
      const now = yield* Clock.currentTimeMillis
      return HttpServerResponse.jsonUnsafe(database.transaction(() => {
        writer.finish(fields)
        const file = toFile(fileRow(database, writer.id, now)!)
        if (hidden !== undefined) {
          hideFile(database, writer.id, now + hidden.millis)
          hidden.applied = true
        }
        return file
      }))
    })
  }),
  handler({
    route: BatchEndpoint.listFiles,
    respond: (_, __, { query }) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => asJson(listFiles(database, query, now)))
  }),
  onFile(database, BatchEndpoint.fetchFile, (row) => asJson({ ...toFile(row), deleted: false })),
  onFile(database, BatchEndpoint.deleteFile, (row) => {
    const id = String(row["id"])
    removeFile(database, id)
    return asJson({ id, object: "file", deleted: true })
  }),
  onFile(
    database,
    BatchEndpoint.fileContent,
    (row) => Effect.succeed(contentResponse(database, row, "application/octet-stream"))
  ),
  onFile(database, BatchEndpoint.fileUrl, (row, { query, url }, now) => {
    const hours = integer({ minimum: 1, maximum: longestExpiry })(queryValue(query, "expiry") ?? "24", [
      "query",
      "expiry"
    ])
    return asJson(
      Result.isFailure(hours) ? detail(422, [hours.failure]) : {
        url: signedUrl(settings, url.origin, {
          id: String(row["id"]),
          filename: String(row["filename"]),
          expires: Math.floor(now / 1000) + hours.success * 3600
        })
      }
    )
  })
]

/** An operation on the file whose id is in the path. */
const onFile = (
  database: Database,
  route: Route<void>,
  respond: (
    row: Row,
    incoming: Incoming,
    now: number
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, ErrorResponse>
): Handler =>
  handler({
    route,
    respond: Effect.fnUntraced(function*(_, parameters, incoming) {
      const id = uuid(parameters["file_id"] ?? "", ["path", "file_id"])
      if (Result.isFailure(id)) return yield* detail(422, [id.failure])
      const now = yield* Clock.currentTimeMillis
      const row = fileRow(database, id.success, now)
      return row === undefined ? yield* detail(404, "Not Found") : yield* respond(row, incoming, now)
    })
  })

const asJson = (body: unknown): Effect.Effect<HttpServerResponse.HttpServerResponse, ErrorResponse> =>
  body instanceof ErrorResponse ? Effect.fail(body) : Effect.succeed(HttpServerResponse.jsonUnsafe(body))
