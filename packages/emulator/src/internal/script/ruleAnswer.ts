import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Rules from "../../Rules.ts"
import type * as Script from "../../Script.ts"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import { statusBody } from "../http/statusBody.ts"
import { isFor, type ScriptedEndpoint } from "./answerKind.ts"
import { checkAnswer } from "./readRules.ts"
import type { RequestFacts } from "./requestFacts.ts"

/** The error response of a rule. */
export const scriptedError = ({ error: { body, headers, status } }: Script.Failure): ErrorResponse =>
  new ErrorResponse({ status, body: body === undefined ? statusBody(status) : body, headers })

const failed = (label: string, problem: string): ErrorResponse =>
  badRequest({ status: 500, type: "rule_failed", message: `The function of the rule "${label}" ${problem}` })

/** What was thrown, and where: never its message, which may quote the request. */
const thrown = (cause: Cause.Cause<never>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return `threw a value that is not an Error`
  const place = /^ +at (?:.*\()?(.+?)\)?$/m.exec(error.stack ?? "")?.[1]
  return `threw ${error.name}${place === undefined ? "" : ` at ${place}`}`
}

/**
 * The answer of a function; `undefined` if it leaves the request to the next rule. Fails with an error response if the
 * function fails, or if its answer is not one for the endpoint.
 */
export const functionAnswer = (
  { answer }: Rules.FunctionRule,
  label: string,
  endpoint: ScriptedEndpoint,
  request: RequestFacts
): Effect.Effect<Script.Answer | undefined, ErrorResponse> =>
  Effect.suspend(() => {
    const given = answer(request)
    return Effect.isEffect(given) ? given : Effect.succeed(given)
  }).pipe(
    Effect.exit,
    Effect.flatMap((exit) => {
      if (Exit.isFailure(exit)) {
        return Exit.hasInterrupts(exit) ? Effect.interrupt : Effect.fail(failed(label, thrown(exit.cause)))
      }
      if (exit.value === undefined) return Effect.undefined
      const checked = checkAnswer(exit.value)
      if (Result.isFailure(checked)) return Effect.fail(failed(label, "returned a value that is not an answer"))
      return isFor(endpoint, checked.success)
        ? Effect.succeed(checked.success)
        : Effect.fail(failed(label, `returned an answer that is not one for ${endpoint.path}`))
    })
  )
