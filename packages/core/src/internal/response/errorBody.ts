import * as Predicate from "effect/Predicate"
import type { MistralErrorReason } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import { rateLimits, requestId } from "./responseHeaders.ts"
import { retryAfter } from "./retryAfter.ts"

/** A response with an error status, and its body as far as it was read. */
export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** The time of the response in milliseconds since the epoch, for a Retry-After that is a date. */
  readonly now: number
}

type JsonObject = { readonly [key: string]: unknown }

/** Maps a response with an error status to a `MistralErrorReason`. */
export const reasonFromResponse = (response: ErrorResponse): MistralErrorReason => {
  const json = firstOf(parse(response.body))
  const parsed = Predicate.isObject(json) ? readBody(json as JsonObject) : { issues: [] }
  const details = {
    status: response.status,
    serverMessage: limit(parsed.message ?? (json === undefined ? plainText(response.body) : undefined)),
    code: parsed.code,
    type: parsed.type,
    field: parsed.field,
    requestId: requestId((name) => response.headers[name]) ?? parsed.requestId,
    retryAfter: retryAfter(response.headers["retry-after"], response.now)
  }
  if (isCapacity(details)) return new Reason.CapacityExceeded(details)
  if (parsed.observability && !hasOwnReason(response.status)) return new Reason.ObservabilityError(details)
  switch (response.status) {
    case 401:
      return new Reason.Authentication(details)
    case 403:
      return parsed.guardrails !== undefined || parsed.code === guardrailCode
        ? new Reason.GuardrailViolation({ ...details, guardrails: parsed.guardrails })
        : new Reason.PermissionDenied(details)
    case 404:
      return new Reason.NotFound(details)
    case 409:
      return new Reason.Conflict(details)
    case 422:
      return new Reason.Validation({ ...details, issues: parsed.issues })
    case 429:
      return new Reason.RateLimited({ ...details, limits: rateLimits(response.headers) })
  }
  return response.status >= 500 ? new Reason.ServerError(details) : new Reason.BadRequest(details)
}

/** Whether the status alone says what to do, for every API: use another key, request permission, or retry later. */
const hasOwnReason = (status: number): boolean => status === 401 || status === 403 || status === 429 || status >= 500

/** Maps an error that is reported inside a 200 response or stream to a reason. `undefined` if it reports no error. */
export const reasonFromEvent = (
  event: { readonly json: unknown; readonly name: string | undefined; readonly text: string },
  at: { readonly status: number; readonly chunks: number; readonly requestId: string | undefined }
): Reason.StreamError | undefined => {
  const body = Predicate.isObject(event.json) ? event.json as JsonObject : undefined
  const isError = event.name === "error" || (body !== undefined &&
    ((typeof body.object === "string" && body.object.toLowerCase() === "error") ||
      (body.error !== undefined && body.error !== null) ||
      (body.choices === undefined && (body.detail !== undefined || body.message !== undefined))))
  if (!isError) return undefined
  const parsed = body === undefined ? { issues: [], message: plainText(event.text) } : readBody(body)
  return new Reason.StreamError({
    status: parsed.status ?? at.status,
    serverMessage: limit(parsed.message),
    code: parsed.code,
    type: parsed.type,
    field: parsed.field,
    requestId: at.requestId ?? parsed.requestId,
    chunks: at.chunks
  })
}

/** The streaming methods of Google put their error into a list. */
const firstOf = (json: unknown): unknown => Array.isArray(json) && json.length === 1 ? json[0] : json

const guardrailCode = "3201"

interface Body {
  readonly issues: ReadonlyArray<Reason.Issue>
  readonly status?: number | undefined
  readonly message?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  readonly guardrails?: unknown
  readonly observability?: boolean
}

/**
 * Reads every recorded form of error body: `{detail}` with a text, a list or an observability error; `{message}` with a
 * text, a list, an object with `detail`, or that object as text; `{error}` with an object of the same keys, or a text.
 */
const readBody = (body: JsonObject): Body => {
  const detail = body.detail
  if (Predicate.isObject(detail) && !Array.isArray(detail) && typeof (detail as JsonObject).message === "string") {
    const { error_code, message } = detail as JsonObject
    return { issues: [], observability: true, message: message as string, code: text(error_code) }
  }
  const nested = Predicate.isObject(body.error) ? readBody(body.error as JsonObject) : undefined
  const message = unwrap(body.message)
  const issues = [detail, message, Predicate.isObject(message) ? (message as JsonObject).detail : undefined]
    .map(readIssues)
    .find((issues) => issues.length > 0) ?? nested?.issues ?? []
  return {
    issues,
    status: number(body.raw_status_code) ?? number(body.status) ?? nested?.status,
    message: sentence(message) ?? sentence(detail) ?? sentence(body.error) ?? nested?.message ??
      (issues.length === 0 ? undefined : issues.map(({ message, path }) => `${path.join(".")}: ${message}`).join("; ")),
    code: text(body.code) ?? nested?.code,
    type: text(body.type) ?? nested?.type,
    field: text(body.param) ?? nested?.field ?? (issues[0] === undefined ? undefined : issues[0].path.join(".")),
    requestId: text(body.request_id) ?? nested?.requestId,
    guardrails: body.guardrails
  }
}

/** In 2024 the server sent the object with `detail` as text inside `message`. */
const unwrap = (message: unknown): unknown => {
  if (typeof message !== "string" || !message.startsWith("{")) return message
  const json = parse(message)
  return Predicate.isObject(json) && readIssues((json as JsonObject).detail).length > 0 ? json : message
}

const readIssues = (value: unknown): ReadonlyArray<Reason.Issue> =>
  Array.isArray(value)
    ? value.flatMap((issue) => {
      if (!Predicate.isObject(issue) || typeof (issue as JsonObject).msg !== "string") return []
      const { loc, msg } = issue as JsonObject
      const path = (Array.isArray(loc) ? loc : []).filter((part) =>
        typeof part === "string" || typeof part === "number"
      )
      return [{ path: path[0] === "body" ? path.slice(1) : path, message: msg as string }]
    })
    : []

const isCapacity = (details: { readonly status: number; readonly serverMessage: string | undefined }) =>
  (details.status === 429 || details.status === 503) && /capacity exceeded/i.test(details.serverMessage ?? "")

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined

const number = (value: unknown): number | undefined => typeof value === "number" ? value : undefined

const sentence = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

/** The message of a body that is not JSON: the title of an HTML page, or the first line of a text. */
const plainText = (body: string): string | undefined => {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]
  if (title !== undefined) return sentence(title.trim())
  return /^\s*</.test(body) ? undefined : sentence(body.trim().split("\n")[0] ?? "")
}

const longest = 500

const limit = (message: string | undefined): string | undefined =>
  message !== undefined && message.length > longest ? `${message.slice(0, longest)}...` : message
