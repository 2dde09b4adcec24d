import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Incoming, Operation, Route } from "../../routing/endpointRoute.ts"
import { DatabaseUnavailable } from "../../storage/databaseTrouble.ts"
import { TooSlow } from "../../storage/timeLimit.ts"
import { invalid, observabilityError } from "./observabilityError.ts"

/** The input of an operation. */
export interface OperationInput<Request> extends Incoming {
  readonly request: Request
  /** Reads a parameter of the path. */
  readonly parameter: (name: string) => string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** How an operation responds: with a value that is sent as JSON, or with an error response. */
export interface OperationResult<Request, Body> {
  readonly respond: (input: OperationInput<Request>) => Body | ErrorResponse
  /** 200 unless set; with 204 the body is empty. */
  readonly status?: 200 | 201 | 202 | 204
  /** Work that is started after the response is made. The response does not wait for it. */
  readonly after?: (body: Body) => Effect.Effect<unknown>
}

/** Makes an operation of the observability API. */
export const operation = <Request, Body>(
  route: Route<Request>,
  { after, respond, status = 200 }: OperationResult<Request, Body>
): Operation<Request> => ({
  route,
  invalid,
  respond: Effect.fnUntraced(
    function*(request, parameters, incoming) {
      const now = yield* Clock.currentTimeMillis
      const body = respond({ ...incoming, request, now, parameter: (name) => parameters[name] ?? "" })
      if (body instanceof ErrorResponse) return yield* body
      if (after !== undefined) yield* after(body)
      return status === 204 ? HttpServerResponse.empty() : HttpServerResponse.jsonUnsafe(body, { status })
    },
    Effect.catchDefect((defect) =>
      Effect.fail(
        defect instanceof TooSlow
          ? observabilityError(408, "DATABASE_TIMEOUT", `The search took longer than ${defect.millis} milliseconds`)
          : defect instanceof DatabaseUnavailable
          ? observabilityError(503, "DATABASE_ERROR", defect.message)
          : observabilityError(500, "DATABASE_ERROR", "The emulator's database could not do this")
      )
    )
  )
})
