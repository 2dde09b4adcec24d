/**
 * Writes requests down and reads responses as the client does, without sending anything.
 *
 * *When to use*: where requests and responses travel in files, as those of batch jobs do.
 *
 * ```ts
 * import { Endpoint, EndpointCodec } from "@effect-mistral/core"
 * import { Result } from "effect"
 *
 * const request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }] } as const
 *
 * // The JSON text of the body, or the places where the request is not valid.
 * export const line = Result.getOrThrow(EndpointCodec.encode(Endpoint.chat.complete, request))
 * ```
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Deployment from "./Deployment.ts"
import type { Endpoint } from "./Endpoint.ts"
import { jsonIssues } from "./internal/request/jsonIssues.ts"
import { conversationIssues } from "./internal/request/validateConversation.ts"
import { reasonFromResponse } from "./internal/response/errorBody.ts"
import { interpretJson, notOfSchema } from "./internal/response/readJson.ts"
import { requestId } from "./internal/response/responseHeaders.ts"
import { jsonReader } from "./internal/schema/jsonReader.ts"
import { requestIssues } from "./internal/schema/schemaValidator.ts"
import * as MistralError from "./MistralError.ts"
import type { Checks } from "./RequestOptions.ts"

/**
 * The part of an endpoint that requests are written by. Every endpoint whose requests are `Request`s has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Writer<in out Request>
  extends Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice">
{}

/**
 * The part of an endpoint that responses are read by. Every endpoint whose responses are `Response`s has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader<in out Response>
  extends Omit<Endpoint<never, Response>, "request" | "encode" | "query" | "operation" | "retryable">
{}

/**
 * Writes a request down as the client would send it to Mistral: the JSON text of its body, in one line.
 *
 * *Details*: fails with `InvalidRequest` where the client would: the request does not fit the endpoint's schema, JSON cannot
 * express it, or Mistral refuses such a conversation (`checks`). It also fails for an endpoint whose requests are not JSON.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encode = <Request extends object>(
  endpoint: Writer<Request>,
  request: Request,
  checks: Checks = {}
): Result.Result<string, MistralError.MistralError> => {
  const issues = firstIssues([
    () => endpoint.encode === undefined ? [] : [{ path: [], message: `${endpoint.name} does not take JSON` }],
    () => requestIssues(endpoint.request, request),
    () => jsonIssues(request),
    () => endpoint.operation === undefined ? [] : conversationIssues(request, checks)
  ])
  if (issues.length > 0) return fail(endpoint, new MistralError.InvalidRequest({ issues }))
  const body: Deployment.Outgoing["body"] = Object.fromEntries(Object.entries(request))
  const routed = Deployment.mistral.route({ baseUrl: "", path: endpoint.path, body, streaming: false })
  return Result.succeed(JSON.stringify("body" in routed ? routed.body : body))
}

const firstIssues = (
  checks: ReadonlyArray<() => ReadonlyArray<MistralError.Issue>>
): ReadonlyArray<MistralError.Issue> => {
  for (const check of checks) {
    const issues = check()
    if (issues.length > 0) return issues
  }
  return []
}

/**
 * A response as it is stored: its status and its body, which is JSON that was parsed.
 *
 * *Details*: `headers` have names in lower case. `receivedAt` is the time of the response in milliseconds since the epoch. A
 * `retry-after` that is a date counts from it, and without it as a date that has passed.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredResponse {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  readonly receivedAt?: number | undefined
}

/**
 * Reads a stored response as the client would: the value by the endpoint's schema, repaired where the server left something
 * out, or the error that the response reports.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decode = <Response>(
  endpoint: Reader<Response>,
  { body, headers = {}, receivedAt = Infinity, status }: StoredResponse
): Result.Result<Response, MistralError.MistralError> => {
  const head = { status, headers, now: receivedAt }
  if (status < 200 || status > 299) {
    return fail(endpoint, reasonFromResponse({ ...head, body: typeof body === "string" ? body : JSON.stringify(body) }))
  }
  const read = interpretJson(body, jsonReader(endpoint.response, endpoint.repair), endpoint.failedChoice)
  if ("value" in read) return Result.succeed(read.value)
  return fail(
    endpoint,
    "reason" in read ? read.reason(head) : new MistralError.InvalidResponse({
      kind: "schema",
      status,
      description: notOfSchema,
      issues: read.issues,
      chunks: 0,
      requestId: requestId((name) => headers[name])
    })
  )
}

const fail = (
  endpoint: MistralError.Operation,
  reason: MistralError.MistralErrorReason
): Result.Result<never, MistralError.MistralError> => Result.fail(MistralError.make(endpoint, reason))
