import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { RequestLog } from "../log/requestLog.ts"
import type { AdminRoute } from "./adminRoute.ts"
import { scopeParameter } from "./scopeParameter.ts"

/** `/_emulator/requests`: lists the received requests, or those of the query parameter `scope`. */
export const requestAdmin: Effect.Effect<ReadonlyArray<AdminRoute>, never, RequestLog> = Effect.map(
  RequestLog,
  (log) => [
    {
      method: "GET",
      path: "requests",
      respond: Effect.gen(function*() {
        const scope = yield* scopeParameter
        const all = yield* log.requests
        return HttpServerResponse.jsonUnsafe({
          requests: scope === undefined ? all : all.filter((request) => request.scope === scope)
        })
      })
    }
  ]
)
