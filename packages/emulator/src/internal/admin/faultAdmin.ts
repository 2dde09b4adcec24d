import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { invalidFault } from "../faults/faultHeader.ts"
import { type FaultQueue, readArmed } from "../faults/faultQueue.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import type { AdminRoute } from "./adminRoute.ts"

/** `/_emulator/faults`: lists, arms and clears faults. */
export const faultAdmin = (faults: FaultQueue): ReadonlyArray<AdminRoute> => [
  {
    method: "GET",
    path: "faults",
    respond: Effect.map(faults.armed, (faults) => HttpServerResponse.jsonUnsafe({ faults }))
  },
  {
    method: "POST",
    path: "faults",
    respond: Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const body = parseBody(yield* request.text)
      if (body instanceof ErrorResponse) return yield* body
      const armed = readArmed(body.value)
      if (Result.isFailure(armed)) return yield* invalidFault(armed.failure.message, undefined)
      yield* Effect.orDie(faults.arm(armed.success))
      return HttpServerResponse.jsonUnsafe(armed.success, { status: 201 })
    })
  },
  { method: "DELETE", path: "faults", respond: Effect.as(faults.clear, HttpServerResponse.empty()) }
]
