import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Rules from "../../Rules.ts"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { readRules } from "../script/readRules.ts"
import type { RuleStore } from "../script/ruleStore.ts"
import type { AdminRoute } from "./adminRoute.ts"
import { scopeParameter } from "./scopeParameter.ts"

const invalidRule = ({ message }: Rules.InvalidRule): ErrorResponse => badRequest({ message, type: "invalid_rule" })

/**
 * `/_emulator/rules`: lists rules with their hits, adds, replaces and removes them.
 *
 * *Details*: the query parameter `scope` selects the rules of a scope. Without it, those without a scope are changed, and
 * the rules of all scopes are listed. A body is one rule, or a list of rules.
 */
export const ruleAdmin = (store: RuleStore): ReadonlyArray<AdminRoute> => {
  const rulesOf = Effect.map(
    scopeParameter,
    (scope): Rules.Rules => scope === undefined ? store.rules : store.scoped(scope)
  )
  const listed = Effect.flatMap(
    scopeParameter,
    (scope) => scope === undefined ? store.all : store.scoped(scope).list
  )
  const change = (status: number, write: "add" | "replace") =>
    Effect.gen(function*() {
      const rules = yield* rulesOf
      const request = yield* HttpServerRequest.HttpServerRequest
      const body = parseBody(yield* request.text)
      if (body instanceof ErrorResponse) return yield* body
      const read = yield* Effect.mapError(Effect.fromResult(readRules(body.value)), invalidRule)
      yield* Effect.mapError(rules[write](read), invalidRule)
      return HttpServerResponse.jsonUnsafe({ rules: yield* rules.list }, { status })
    })
  return [
    {
      method: "GET",
      path: "rules",
      respond: Effect.map(listed, (rules) => HttpServerResponse.jsonUnsafe({ rules }))
    },
    { method: "POST", path: "rules", respond: change(201, "add") },
    { method: "PUT", path: "rules", respond: change(200, "replace") },
    {
      method: "DELETE",
      path: "rules",
      respond: Effect.as(Effect.flatMap(rulesOf, ({ clear }) => clear), HttpServerResponse.empty())
    }
  ]
}
