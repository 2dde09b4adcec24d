import * as Effect from "effect/Effect"
import type { Deployment } from "../../Deployment.ts"
import type { Endpoint } from "../../Endpoint.ts"
import type { MistralError, MistralErrorReason } from "../../MistralError.ts"
import { InvalidRequest, type Issue } from "../../MistralErrorReason.ts"
import type { Resolved } from "../../RequestOptions.ts"
import { requestIssues } from "../schema/schemaValidator.ts"
import { operationError } from "./operationError.ts"
import { paramIssues, type Target, withParams, withQuery } from "./target.ts"
import { conversationIssues } from "./validateConversation.ts"

/** A validated and serialised request with its options, and the state that its errors report. */
export interface Call {
  readonly method: Endpoint<unknown, unknown>["method"]
  readonly url: string
  readonly body: string | undefined
  readonly accept: "application/json" | "text/event-stream"
  readonly idempotent: boolean
  readonly options: Resolved
  /** The number of chunks that the caller was given so far. */
  readonly progress: { chunks: number }
  readonly error: (reason: MistralErrorReason) => MistralError
}

/** Validates and serialises a request. Any error is raised here, before anything is sent. */
export const makeCall = <Request>(
  endpoint: Omit<Endpoint<Request, unknown>, "response">,
  request: Request,
  accept: Call["accept"],
  deployment: Deployment,
  options: Resolved,
  target?: Target
): Effect.Effect<Call, MistralError> =>
  Effect.suspend(() => {
    const error = (reason: MistralErrorReason) => operationError(endpoint, reason)
    const invalid = (issues: ReadonlyArray<Issue>) => Effect.fail(error(new InvalidRequest({ issues })))

    const schemaIssues = [
      ...requestIssues(endpoint.request, request),
      ...endpoint.query === undefined ? [] : requestIssues(endpoint.query, target?.query ?? {}),
      ...paramIssues(endpoint.path, target?.params)
    ]
    if (schemaIssues.length > 0) return invalid(schemaIssues)
    const problems = endpoint.operation === undefined ? [] : conversationIssues(request, options.checks)
    if (problems.length > 0) return invalid(problems)
    const baseUrl = (options.baseUrl ?? deployment.baseUrl).trim()
    if (!/^https?:\/\/[^/]/.test(baseUrl) || !URL.canParse(baseUrl)) {
      return invalid([{ path: ["baseUrl"], message: "Expected a URL that begins with http:// or https://" }])
    }

    const routed = deployment.route({
      baseUrl,
      path: withParams(endpoint.path, target?.params),
      body: request === undefined ? undefined : { ...request, ...options.extraBody },
      streaming: accept === "text/event-stream"
    })
    if ("issues" in routed) return invalid(routed.issues)
    let body: string | undefined
    try {
      body = routed.body === undefined ? undefined : JSON.stringify(routed.body)
    } catch {
      return invalid([{ path: [], message: "Expected values that JSON can express: no BigInt, no cycle" }])
    }
    return Effect.succeed({
      method: endpoint.method,
      url: withQuery(routed.url, target?.query),
      body,
      accept,
      idempotent: endpoint.retryable !== "ifRejected",
      options,
      progress: { chunks: 0 },
      error
    })
  })
