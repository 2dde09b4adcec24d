import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Incoming, Operation, Route } from "../../routing/endpointRoute.ts"
import { TooSlow } from "../storage/timeLimit.ts"
import { invalid, problem } from "./observabilityError.ts"

/** What was input of an operation. */
export interface OperationInput<Request> extends Incoming {
  readonly request: Request
  /** A parameter of the path. */
  readonly parameter: (name: string) => string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** How an operation answers: a value that is sent as JSON, or a refusal. */
export interface OperationResult<Request, Body> {
  readonly respond: (input: OperationInput<Request>) => Body | ErrorResponse
  /** 200 unless set; with 204 nothing is sent. */
  readonly status?: 200 | 201 | 202 | 204
  /** What is set off by the answer; it is not waited for. */
  readonly after?: (body: Body) => Effect.Effect<unknown>
}

/** An operation of the observability API. */
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
          ? problem(408, "DATABASE_TIMEOUT", `The search took longer than ${defect.millis} milliseconds`)
          : problem(500, "DATABASE_ERROR", "The emulator's database could not do this")
      )
    )
  )
})
