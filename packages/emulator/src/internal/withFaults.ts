import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentFault } from "./accessLog.ts"
import type { ArmedFaults, Taken } from "./armedFaults.ts"
import { authorize } from "./authorize.ts"
import { needsNoKey } from "./cassette/relay.ts"
import { askedOf } from "./faultFit.ts"
import { faultHeader, readHeader } from "./faultHeader.ts"
import { faultyAnswer } from "./faultyAnswer.ts"
import { isFromOwnMachine } from "./ownMachine.ts"
import type { Refusal } from "./refusal.ts"
import { RequestLog, type SeenRequest } from "./requestLog.ts"
import type { Settings } from "./settings.ts"

/** Answers a request, with the fault that its own header names or else with the next one armed for it, if there is one. */
export const withFaults = (settings: Settings, armed: ArmedFaults) =>
  Effect.map(RequestLog, (log) =>
    Effect.fnUntraced(function*<R>(
      seen: SeenRequest,
      answer: Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>
    ): Effect.fn.Return<
      HttpServerResponse.HttpServerResponse,
      Refusal,
      R | HttpServerRequest.HttpServerRequest
    > {
      const request = yield* HttpServerRequest.HttpServerRequest
      const asked = askedOf(seen)
      const named = request.headers[faultHeader]
      let taken: Taken | undefined
      if (named === undefined) taken = yield* armed.take(asked)
      else {
        // The key of the client may be that of another server, or none.
        if (!(needsNoKey(settings.relay, request) && isFromOwnMachine(request))) yield* authorize(settings)
        taken = { fault: yield* Effect.fromResult(readHeader(named, asked)), giveBack: Effect.void }
      }
      if (taken === undefined) return yield* answer
      const { fault } = taken
      const current = yield* CurrentFault
      return yield* faultyAnswer(
        taken,
        answer,
        Effect.andThen(log.mark(seen, fault), Effect.sync(() => current.fault = fault))
      )
    }))
