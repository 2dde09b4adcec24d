import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { type ArmedFaults, readArmed } from "./armedFaults.ts"
import { authorize } from "./authorize.ts"
import { invalidFault } from "./faultHeader.ts"
import { parseBody } from "./jsonBody.ts"
import { isFromOwnMachine } from "./ownMachine.ts"
import { detail, Refusal } from "./refusal.ts"
import { RequestLog } from "./requestLog.ts"
import type { Settings } from "./settings.ts"

/** Where the emulator itself is asked. No path of the API begins with an underscore. */
const prefix = "/_emulator/"

/** Whether a request is for the emulator itself. */
export const isAdmin = ({ url }: HttpServerRequest.HttpServerRequest): boolean => url.startsWith(prefix)

/**
 * What the emulator answers about itself: the faults to come (`GET`, `POST` and `DELETE /_emulator/faults`) and the
 * requests it saw (`GET /_emulator/requests`). Only this machine may ask, with the key; such requests are not among those
 * seen, and nothing goes wrong with them.
 */
export const adminApp = (settings: Settings, faults: ArmedFaults) =>
  Effect.map(RequestLog, (log) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (!isFromOwnMachine(request)) {
        return yield* detail(403, "The emulator itself is asked from its own machine")
      }
      yield* authorize(settings)
      const path = request.url.slice(prefix.length).replace(/[?#].*$/s, "")
      switch (`${request.method} ${path}`) {
        case "GET faults":
          return HttpServerResponse.jsonUnsafe({ faults: yield* faults.armed })
        case "POST faults": {
          const body = parseBody(yield* request.text)
          if (body instanceof Refusal) return yield* body
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
