import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import type { Faults } from "../../Faults.ts"
import { invalidFault } from "../faults/faultHeader.ts"
import { type FaultQueue, readArmed } from "../faults/faultQueue.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import type { AdminRoute } from "./adminRoute.ts"
import { scopeParameter } from "./scopeParameter.ts"

/**
 * `/_emulator/faults`: lists, arms and clears faults.
 *
 * *Details*: the query parameter `scope` selects the faults of a scope. Without it, those without a scope are armed and
 * cleared, and the faults of all scopes are listed.
 */
export const faultAdmin = (queue: FaultQueue): ReadonlyArray<AdminRoute> => [
  {
    method: "GET",
    path: "faults",
    respond: Effect.map(
      Effect.flatMap(scopeParameter, (scope) => scope === undefined ? queue.all : queue.scoped(scope).armed),
      (faults) => HttpServerResponse.jsonUnsafe({ faults })
    )
  },
  {
    method: "POST",
    path: "faults",
    respond: Effect.gen(function*() {
      const faults = yield* faultsOf(queue)
      const request = yield* HttpServerRequest.HttpServerRequest
      const body = parseBody(yield* request.text)
      if (body instanceof ErrorResponse) return yield* body
      const armed = readArmed(body.value)
      if (Result.isFailure(armed)) return yield* invalidFault(armed.failure.message, undefined)
      yield* Effect.orDie(faults.arm(armed.success))
      return HttpServerResponse.jsonUnsafe(armed.success, { status: 201 })
    })
  },
  {
    method: "DELETE",
    path: "faults",
    respond: Effect.as(Effect.flatMap(faultsOf(queue), ({ clear }) => clear), HttpServerResponse.empty())
  }
]

const faultsOf = (queue: FaultQueue) =>
  Effect.map(scopeParameter, (scope): Faults => scope === undefined ? queue : queue.scoped(scope))
