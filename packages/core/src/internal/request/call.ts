import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import type { Redacted } from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Endpoint } from "../../Endpoint.ts"
import { MistralError, type MistralErrorReason } from "../../MistralError.ts"
import { InvalidRequest, type Issue, Timeout } from "../../MistralErrorReason.ts"
import type { Resolved } from "../../RequestOptions.ts"
import { requestIssues } from "../schema/schemaValidator.ts"
import type { ExpiredLimit } from "../timeout/attemptTimeouts.ts"
import { jsonIssues } from "./jsonIssues.ts"
import { makeScrub, mayHoldSecret, type Scrub, scrubDefect, scrubReason } from "./redaction.ts"
import type { Server } from "./server.ts"
import { conversationIssues } from "./validateConversation.ts"

/** The part of an endpoint that errors report. */
export type Operation = Pick<Endpoint<unknown, unknown>, "name" | "method" | "path">

/** The error of an operation. */
export const operationError = (operation: Operation, reason: MistralErrorReason): MistralError =>
  new MistralError({ operation: operation.name, method: operation.method, path: operation.path, reason })

/**
 * The path parameters and the query parameters of a call. A list in the query repeats its name, and an object gives its keys
 * in place of its name, as OpenAPI has it by default (`style: form`, `explode: true`); `null` and `undefined` are left out.
 */
export interface Target {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
}

type QueryValue =
  | string
  | number
  | boolean
  | ReadonlyArray<string | number>
  | Readonly<Record<string, string>>
  | null
  | undefined

/** The key of a call that an effect yields. */
export interface KeyState {
  /** The key of the current attempt. */
  current?: Redacted<string>
  /** The key that was rejected last. */
  rejected?: Redacted<string> | undefined
  /** The error for which the request is sent again, but only with another key. */
  refusal?: MistralError | undefined
  onRenewed?: ((refusal: MistralError, delay: number) => void) | undefined
}

/** The form of the response. */
export type Accept = "application/json" | "text/event-stream" | "application/octet-stream"

/** A validated and serialised request with its options, and the state that its errors report. */
export interface Call {
  readonly method: Endpoint<unknown, unknown>["method"]
  readonly url: string
  readonly body: string | HttpBody | undefined
  readonly accept: Accept
  readonly idempotent: boolean
  readonly options: Resolved
  /** The number of chunks that the caller was given so far. */
  readonly progress: { chunks: number }
  /** The keys of the attempts so far, and of the client. */
  readonly keys: Set<string>
  readonly keyState: KeyState
  /** Removes the secrets of the call from the headers of its good response. */
  readonly scrubHeader: Scrub
  /** A defect without the secrets of the call. */
  readonly defect: (defect: unknown) => unknown
  /** The error of the call. It holds none of the call's secrets, wherever the reason has its texts from. */
  readonly error: (reason: MistralErrorReason) => MistralError
}

/** The error of a call whose time limit has expired. */
export const timeoutError = (call: Call, expired: ExpiredLimit, requestId?: string): MistralError =>
  call.error(new Timeout({ ...expired, chunks: call.progress.chunks, requestId }))

/** Validates and serialises a request. Any error is raised here, before anything is sent. */
export const makeCall = <Request>(
  endpoint: Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice">,
  request: Request,
  accept: Accept,
  server: Server,
  options: Resolved,
  target?: Target
): Effect.Effect<Call, MistralError> =>
  Effect.suspend(() => validateAndSerialise(endpoint, request, accept, server, options, target))

const validateAndSerialise = <Request>(
  endpoint: Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice">,
  request: Request,
  accept: Accept,
  { address, baseUrl, deployment }: Server,
  options: Resolved,
  target: Target | undefined
): Effect.Effect<Call, MistralError> => {
  let url = baseUrl
  const keys = new Set<string>()
  const named = () => [...Object.entries(options.headers), ...new URLSearchParams(url.split("?")[1])]
  const scrub = () => makeScrub(keys, named())
  let mayHold: ReturnType<typeof mayHoldSecret> | undefined
  let headScrub: Scrub | undefined
  const error = (reason: MistralErrorReason) => operationError(endpoint, scrubReason(reason, scrub()))
  const invalid = (issues: ReadonlyArray<Issue>) => Effect.fail(error(new InvalidRequest({ issues })))

  const schemaIssues = [
    ...requestIssues(endpoint.request, request),
    ...endpoint.query === undefined ? [] : requestIssues(endpoint.query, target?.query ?? {}),
    ...paramIssues(endpoint.path, target?.params)
  ]
  if (schemaIssues.length > 0) return invalid(schemaIssues)
  const body = request === undefined ? undefined : { ...request, ...options.extraBody }
  const problems = [
    ...jsonIssues((endpoint.encode === undefined ? body : withoutFiles(body)) ?? null),
    ...jsonIssues(target?.query ?? null)
  ]
  if (problems.length > 0) return invalid(problems)
  const refused = endpoint.operation === undefined
    ? []
    : conversationIssues(request, { ...deployment.checks, ...options.checks })
  if (refused.length > 0) return invalid(refused)
  if (address === undefined) {
    return invalid([{
      path: ["baseUrl"],
      message: "Expected http:// or https://, and user and password in `headers`"
    }])
  }

  const routed = deployment.route({
    baseUrl,
    path: withParams(endpoint.path, target?.params),
    body,
    streaming: accept === "text/event-stream"
  })
  if ("issues" in routed) return invalid(routed.issues)
  url = withQuery(routed.url, target?.query)
  return Effect.succeed({
    method: endpoint.method,
    url,
    body: routed.body === undefined
      ? undefined
      : endpoint.encode?.(routed.body) ?? JSON.stringify(routed.body),
    accept,
    idempotent: endpoint.retryable !== "ifRejected",
    options: routed.headers === undefined
      ? options
      : { ...options, headers: { ...routed.headers, ...options.headers } },
    progress: { chunks: 0 },
    keys,
    keyState: {},
    scrubHeader: (value) => (mayHold ??= mayHoldSecret(keys, named()))(value) ? (headScrub ??= scrub())(value) : value,
    defect: (defect) => scrubDefect(defect, scrub()),
    error
  })
}

/** The fields of a body that are not files. */
const withoutFiles = (body: object | undefined): object | undefined =>
  body && Object.fromEntries(Object.entries(body).filter(([, value]) => !Stream.isStream(Object(value).content)))

/** Replaces the `{name}` of a path by path parameters. */
const withParams = (path: string, params: Target["params"]): string =>
  path.replace(/\{(\w+)\}/g, (whole, name: string) => encodeURIComponent(params?.[name] ?? whole))

/** Appends query parameters to a URL. */
const withQuery = (url: string, query: Target["query"]): string => {
  const params = new URLSearchParams(
    Object.entries(query ?? {}).flatMap(([name, value]) => parametersOf(name, value ?? []))
  )
  return params.size === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${params}`
}

const parametersOf = (name: string, value: NonNullable<QueryValue>): Array<[string, string]> =>
  typeof value !== "object"
    ? [[name, String(value)]]
    : isList(value)
    ? value.map((one) => [name, String(one)])
    : Object.entries(value)

const isList = (value: object): value is ReadonlyArray<string | number> => Array.isArray(value)

/**
 * The path parameters that cannot be used: an empty segment or one of dots would change the path, and half of a surrogate
 * pair cannot be encoded.
 */
const paramIssues = (path: string, params: Target["params"]): ReadonlyArray<Issue> =>
  !path.includes("{") ? [] : [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const value: unknown = params?.[name!]
    return typeof value === "string" && !/^\.{0,2}$|\p{Cs}/u.test(value) ? [] : [{
      path: ["params", name!],
      message: value === undefined ? "Missing key" : "Expected well-formed text, not empty, `.` or `..`"
    }]
  })
