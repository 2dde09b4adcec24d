import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import { faultHeader, readHeader } from "../faults/faultHeader.ts"
import type { FaultQueue, TakenFault } from "../faults/faultQueue.ts"
import { faultTarget } from "../faults/faultTarget.ts"
import { faultyResponse } from "../faults/faultyResponse.ts"
import { authorize } from "../http/authorization.ts"
import type { ErrorResponse } from "../http/errorResponse.ts"
import { isFromLoopback } from "../http/loopback.ts"
import { RequestLog, type SeenRequest } from "../log/requestLog.ts"
import { acceptsWithoutKey } from "../proxy/apiPath.ts"
import { CurrentScope } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { CurrentOutcome } from "./accessLog.ts"

/** Responds to a request with the fault that its header names, or with the next armed fault that applies. */
export const withFaults = (settings: Settings, armed: FaultQueue) =>
  Effect.map(RequestLog, (log) =>
    Effect.fnUntraced(function*<R>(
      seen: SeenRequest,
      respond: Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>
    ): Effect.fn.Return<
      HttpServerResponse.HttpServerResponse,
      ErrorResponse,
      R | HttpServerRequest.HttpServerRequest
    > {
      const request = yield* HttpServerRequest.HttpServerRequest
      const target = faultTarget(seen)
      const named = request.headers[faultHeader]
      let taken: TakenFault | undefined
      if (named === undefined) taken = yield* armed.take(target, yield* CurrentScope)
      else {
        // The client's key may be that of the upstream server, or missing.
        if (!(acceptsWithoutKey(settings.proxy, request) && isFromLoopback(request))) yield* authorize(settings.apiKey)
        taken = { fault: yield* Effect.fromResult(readHeader(named, target)), putBack: Effect.void }
      }
      if (taken === undefined) return yield* respond
      const { fault } = taken
      const outcome = yield* CurrentOutcome
      return yield* faultyResponse(
        taken,
        respond,
        Effect.andThen(log.complete(seen.id, { fault }), Effect.sync(() => outcome.fault = fault))
      )
    }))
