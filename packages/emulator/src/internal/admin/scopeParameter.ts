import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { ErrorResponse } from "../http/errorResponse.ts"
import { scopeProblem } from "../script/scopeName.ts"
import { queryParameter } from "./queryParameter.ts"

/** The query parameter `scope` of an admin request, if it has one. */
export const scopeParameter: Effect.Effect<string | undefined, ErrorResponse, HttpServerRequest.HttpServerRequest> =
  Effect.gen(function*() {
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const scope = queryParameter(url, "scope")
    if (scope === undefined) return undefined
    const problem = scopeProblem(scope)
    return problem === undefined ? scope : yield* problem
  })
