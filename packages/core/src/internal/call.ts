import * as Effect from "effect/Effect"
import type * as Endpoint from "../Endpoint.ts"
import { MistralError, type MistralErrorReason } from "../MistralError.ts"
import { InvalidRequest } from "../MistralErrorReason.ts"
import type { Resolved } from "../RequestOptions.ts"
import { requestIssues } from "./schemaDecoder.ts"

/** One call on its way: what is sent, how, and what its errors are called. */
export interface Call {
  readonly operation: string
  readonly method: Endpoint.Endpoint<unknown, unknown>["method"]
  readonly url: string
  readonly body: string | undefined
  readonly accept: "application/json" | "text/event-stream"
  readonly repeatable: boolean
  readonly options: Resolved
  /** How many chunks the caller has been given; errors say so. */
  readonly progress: { chunks: number }
  readonly fail: (reason: MistralErrorReason) => MistralError
}

/** Where a call goes beside its body. */
export interface Target {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined
}

/** Checks and writes down a request. Whatever is wrong with it fails here, before anything is sent. */
export const makeCall = <Request>(
  endpoint: Pick<Endpoint.Endpoint<Request, unknown>, "name" | "method" | "path" | "request" | "repeatable">,
  request: Request,
  accept: Call["accept"],
  options: Resolved,
  target?: Target
): Effect.Effect<Call, MistralError> =>
  Effect.suspend(() => {
    const fail = (reason: MistralErrorReason) =>
      new MistralError({ operation: endpoint.name, method: endpoint.method, path: endpoint.path, reason })
    const invalid = (message: string, ...path: ReadonlyArray<string>) =>
      Effect.fail(fail(new InvalidRequest({ issues: [{ path, message }] })))

    const issues = requestIssues(endpoint.request, request)
    if (issues.length > 0) return Effect.fail(fail(new InvalidRequest({ issues })))
    const missing = [...endpoint.path.matchAll(/\{(\w+)\}/g)].find(([, name]) => target?.params?.[name!] === undefined)
    if (missing !== undefined) return invalid("Expected a value for the path", "params", missing[1]!)
    let body: string | undefined
    try {
      body = request === undefined ? undefined : JSON.stringify(request)
    } catch {
      return invalid("Expected values that JSON can express: no BigInt, no cycle")
    }
    const base = options.baseUrl.trim().replace(/\/+$/, "").replace(/\/v1$/, "")
    if (!/^https?:\/\/[^/]/.test(base) || !URL.canParse(base)) {
      return invalid("Expected a URL that begins with http:// or https://", "baseUrl")
    }
    return Effect.succeed({
      operation: endpoint.name,
      method: endpoint.method,
      url: base + withParams(endpoint.path, target?.params) + queryString(target?.query),
      body,
      accept,
      repeatable: endpoint.repeatable,
      options,
      progress: { chunks: 0 },
      fail
    })
  })

const withParams = (path: string, params: Target["params"]): string =>
  path.replace(/\{(\w+)\}/g, (whole, name: string) => {
    return encodeURIComponent(params?.[name] ?? whole)
  })

const queryString = (query: Target["query"]): string => {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]]
  )
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries)}`
}
