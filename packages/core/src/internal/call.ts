import * as Effect from "effect/Effect"
import type { Deployment } from "../Deployment.ts"
import type * as Endpoint from "../Endpoint.ts"
import type { MistralError, MistralErrorReason } from "../MistralError.ts"
import { InvalidRequest, type Issue } from "../MistralErrorReason.ts"
import type { Resolved } from "../RequestOptions.ts"
import { conversationIssues } from "./conversation.ts"
import { failed } from "./operation.ts"
import { requestIssues } from "./schemaDecoder.ts"

/** One call on its way: what is sent, how, and what its errors are called. */
export interface Call {
  readonly operation: string
  readonly method: Endpoint.Endpoint<unknown, unknown>["method"]
  readonly url: string
  readonly body: string | undefined
  readonly accept: "application/json" | "text/event-stream"
  readonly idempotent: boolean
  readonly options: Resolved
  /** How many chunks the caller has been given; errors say so. */
  readonly progress: { chunks: number }
  readonly fail: (reason: MistralErrorReason) => MistralError
}

/** Where a call goes beside its body. A list in the query repeats its name; `null` and `undefined` are left out. */
export interface Target {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
}

type QueryValue = string | number | boolean | ReadonlyArray<string | number> | null | undefined

/** Checks and writes down a request. Whatever is wrong with it fails here, before anything is sent. */
export const makeCall = <Request>(
  endpoint: Pick<
    Endpoint.Endpoint<Request, unknown>,
    "name" | "method" | "path" | "request" | "query" | "retryable" | "operation"
  >,
  request: Request,
  accept: Call["accept"],
  deployment: Deployment,
  options: Resolved,
  target?: Target
): Effect.Effect<Call, MistralError> =>
  Effect.suspend(() => {
    const fail = (reason: MistralErrorReason) => failed(endpoint, reason)
    const invalid = (issues: ReadonlyArray<Issue>) => Effect.fail(fail(new InvalidRequest({ issues })))

    const unfit = [
      ...requestIssues(endpoint.request, request),
      ...endpoint.query === undefined ? [] : requestIssues(endpoint.query, target?.query ?? {}),
      ...paramIssues(endpoint.path, target?.params)
    ]
    if (unfit.length > 0) return invalid(unfit)
    const problems = endpoint.operation === undefined ? [] : conversationIssues(request, options.checks)
    if (problems.length > 0) return invalid(problems)
    const baseUrl = (options.baseUrl ?? deployment.baseUrl).trim()
    if (!isBaseUrl(baseUrl)) {
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
      operation: endpoint.name,
      method: endpoint.method,
      url: withQuery(routed.url, target?.query),
      body,
      accept,
      idempotent: endpoint.retryable !== "ifRejected",
      options,
      progress: { chunks: 0 },
      fail
    })
  })

/** The one that was checked last: most programs have but one. */
let checkedBaseUrl: string | undefined

const isBaseUrl = (baseUrl: string): boolean => {
  if (baseUrl === checkedBaseUrl) return true
  if (!/^https?:\/\/[^/]/.test(baseUrl) || !URL.canParse(baseUrl)) return false
  checkedBaseUrl = baseUrl
  return true
}

/**
 * A segment that is empty or consists of dots would make another path of it, and half of a surrogate pair cannot be
 * written in one.
 */
const paramIssues = (path: string, params: Target["params"]): ReadonlyArray<Issue> =>
  !path.includes("{") ? [] : [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const value: unknown = params?.[name!]
    return typeof value === "string" && !/^\.{0,2}$|\p{Cs}/u.test(value) ? [] : [{
      path: ["params", name!],
      message: value === undefined ? "Missing key" : "Expected well-formed text that is neither empty nor `.` nor `..`"
    }]
  })

const withParams = (path: string, params: Target["params"]): string =>
  !path.includes("{")
    ? path
    : path.replace(/\{(\w+)\}/g, (whole, name: string) => encodeURIComponent(params?.[name] ?? whole))

const withQuery = (url: string, query: Target["query"]): string => {
  if (query === undefined) return url
  const entries = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [value].flat().map((one) => [name, String(one)])
  )
  return entries.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams(entries)}`
}
