import * as Cause from "effect/Cause"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { CutOff } from "../http/connectionLoss.ts"
import type { Database, Row } from "../storage/database.ts"
import { contentOf } from "./fileStore.ts"

/**
 * The content of a file as a response.
 *
 * *Details*: a chunk is read when the one before it was sent, so that a slow client costs no memory. The connection is cut
 * off if the file is deleted meanwhile.
 */
export const contentResponse = (
  database: Database,
  row: Row,
  contentType: string
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setBody(
    HttpServerResponse.empty({ status: 200 }),
    HttpBody.stream(
      Stream.suspend(() => Stream.fromIterable(contentOf(database, String(row["id"])), { chunkSize: 1 })).pipe(
        Stream.catchCause((cause) => Cause.hasInterrupts(cause) ? Stream.failCause(cause) : Stream.fail(new CutOff()))
      ),
      contentType,
      Number(row["bytes"])
    )
  )
