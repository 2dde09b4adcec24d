import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { ErrorResponse } from "../http/errorResponse.ts"
import { RequestLog, type SeenRequest } from "../log/requestLog.ts"
import { CurrentScope, NoteRule } from "../script/currentScript.ts"
import { scopeHeader, scopeProblem } from "../script/scopeName.ts"

/** Handles a request in the scope that its header names, and logs the scope and the rule that decided the response. */
export const withScope = Effect.map(RequestLog, (log) =>
  Effect.fnUntraced(function*<E, R>(
    seen: SeenRequest,
    respond: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.fn.Return<
    HttpServerResponse.HttpServerResponse,
    E | ErrorResponse,
    R | HttpServerRequest.HttpServerRequest
  > {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const scope = headers[scopeHeader]
    if (scope !== undefined) {
      const problem = scopeProblem(scope)
      if (problem !== undefined) return yield* problem
      // The log has no headers of a request without a key, and so no scope.
      if (seen.headers[scopeHeader] !== undefined) yield* log.complete(seen.id, { scope })
    }
    return yield* respond.pipe(
      Effect.provideService(CurrentScope, scope),
      Effect.provideService(NoteRule, (rule) => log.complete(seen.id, { rule }))
    )
  }))
