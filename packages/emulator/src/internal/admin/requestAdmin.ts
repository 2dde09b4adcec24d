import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { RequestLog } from "../log/requestLog.ts"
import type { AdminRoute } from "./adminRoute.ts"

/** `/_emulator/requests`: lists the received requests. */
export const requestAdmin: Effect.Effect<ReadonlyArray<AdminRoute>, never, RequestLog> = Effect.map(
  RequestLog,
  (log) => [
    {
      method: "GET",
      path: "requests",
      respond: Effect.map(log.requests, (requests) => HttpServerResponse.jsonUnsafe({ requests }))
    }
  ]
)
