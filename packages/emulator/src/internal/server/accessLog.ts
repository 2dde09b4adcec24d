import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Fault } from "../../Fault.ts"
import { lossOf } from "../http/connectionLoss.ts"
import { redactedHeaders } from "../http/redactedHeaders.ts"
import { refusalOf } from "../log/refusalText.ts"
import type { Settings } from "../settings/settings.ts"
import { monotonicTime } from "../timing/monotonicMillis.ts"

/** What became of the current request: the fault that was applied, and why it was refused. */
export interface Outcome {
  fault?: Fault | undefined
  refusal?: string | undefined
}

/** The outcome of the current request. */
export const CurrentOutcome = Context.Reference<Outcome>("@effect-mistral/emulator/internal/CurrentOutcome", {
  defaultValue: () => ({})
})

/**
 * Prints each request with its status and duration, and a refused one with the reason: the places and kinds of what was
 * wrong. It never prints a key, a query or a value of a body.
 */
export const withAccessLog = <E, R>(
  { adminKey, apiKey, verbosity }: Settings,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E,
  R | HttpServerRequest.HttpServerRequest | Scope.Scope
> =>
  verbosity === "quiet" ? app : Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const began = yield* monotonicTime
    const outcome: Outcome = {}
    let status = "-"
    yield* Effect.addFinalizer(Effect.fnUntraced(function*(exit) {
      const took = Math.round((yield* monotonicTime) - began)
      const line = [
        request.method,
        request.url.replace(/[?#].*$/s, ""),
        outcome.refusal ?? status,
        `${took} ms`,
        ...(outcome.fault === undefined ? [] : [`fault ${outcome.fault.type}`]),
        ...(Exit.hasInterrupts(exit) ? ["not finished"] : [])
      ].join(" ")
      const headers = verbosity === "headers" ? Object.entries(yield* redactedHeaders(request.headers)) : []
      const text = [line, ...headers.map(([name, value]) => `  ${name}: ${value}`)].join("\n")
      // A client may put a key in an unexpected header, or in a path.
      const keys = [apiKey, adminKey].map(Redacted.value).filter((key) => key !== "")
      yield* Console.log(keys.reduce((text, key) => text.replaceAll(key, "<redacted>"), text))
    }))
    const response = yield* Effect.provideService(app, CurrentOutcome, outcome)
    if (lossOf(response) === undefined) status = String(response.status)
    // The admin API's requests are not logged, so that nothing else reads why they are refused.
    outcome.refusal ??= refusalOf(response)
    return response
  })
