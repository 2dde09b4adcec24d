import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { invalidFault } from "../faults/faultHeader.ts"
import { type FaultQueue, readArmed } from "../faults/faultQueue.ts"
import { authorize } from "../http/authorization.ts"
import { detail, ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { isFromLoopback } from "../http/loopback.ts"
import type { Settings } from "../settings/settings.ts"
import { RequestLog } from "./requestLog.ts"

/** The path of the admin API. No path of Mistral's API begins with an underscore. */
const prefix = "/_emulator/"

/** Whether a request is for the admin API. */
export const isAdmin = ({ url }: HttpServerRequest.HttpServerRequest): boolean => url.startsWith(prefix)

/**
 * The admin API: armed faults (`GET`, `POST` and `DELETE /_emulator/faults`) and the requests that were received (`GET
 * /_emulator/requests`).
 *
 * *Details*: only requests from this machine and with the key are accepted. They are not logged among the received
 * requests, and no fault applies to them.
 */
export const adminApp = (settings: Settings, faults: FaultQueue) =>
  Effect.map(RequestLog, (log) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (!isFromLoopback(request)) {
        return yield* detail(403, "The emulator's admin API accepts requests from its own machine only")
      }
      yield* authorize(settings.apiKey)
      const path = request.url.slice(prefix.length).replace(/[?#].*$/s, "")
      switch (`${request.method} ${path}`) {
        case "GET faults":
          return HttpServerResponse.jsonUnsafe({ faults: yield* faults.armed })
        case "POST faults": {
          const body = parseBody(yield* request.text)
          if (body instanceof ErrorResponse) return yield* body
          const armed = readArmed(body.value)
          if (Result.isFailure(armed)) return yield* invalidFault(armed.failure.message, undefined)
          yield* Effect.orDie(faults.arm(armed.success))
          return HttpServerResponse.jsonUnsafe(armed.success, { status: 201 })
        }
        case "DELETE faults":
          yield* faults.clear
          return HttpServerResponse.empty()
        case "GET requests":
          return HttpServerResponse.jsonUnsafe({ requests: yield* log.requests })
        default:
          return yield* detail(404, "Not Found")
      }
    }))
