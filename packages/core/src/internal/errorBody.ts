import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { MistralErrorReason } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"

/** An answer with an error status, as far as its body was read. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** Milliseconds since the epoch when it came, for a Retry-After that is a date. */
  readonly now: number
}

type JsonObject = { readonly [key: string]: unknown }

/** The reason an answer with an error status stands for. */
export const reasonFromAnswer = (answer: ErrorAnswer): MistralErrorReason => {
  const json = firstOf(parse(answer.body))
  const parsed = Predicate.isObject(json) ? readBody(json as JsonObject) : { issues: [] }
  const said = {
    status: answer.status,
    serverMessage: limit(parsed.message ?? (json === undefined ? plainText(answer.body) : undefined)),
    code: parsed.code,
    type: parsed.type,
    field: parsed.field,
    requestId: requestId((name) => answer.headers[name]) ?? parsed.requestId,
    retryAfter: retryAfter(answer.headers, answer.now)
  }
  if (isCapacity(said)) return new Reason.CapacityExceeded(said)
  if (parsed.observability && !saysEnough(answer.status)) return new Reason.ObservabilityError(said)
  switch (answer.status) {
    case 401:
      return new Reason.Authentication(said)
    case 403:
      return parsed.guardrails !== undefined || parsed.code === guardrailCode
        ? new Reason.GuardrailViolation({ ...said, guardrails: parsed.guardrails })
        : new Reason.PermissionDenied(said)
    case 404:
      return new Reason.NotFound(said)
    case 409:
      return new Reason.Conflict(said)
    case 422:
      return new Reason.Validation({ ...said, issues: parsed.issues })
    case 429:
      return new Reason.RateLimited({ ...said, limits: rateLimits(answer.headers) })
  }
  return answer.status >= 500 ? new Reason.ServerError(said) : new Reason.BadRequest(said)
}

/** Whether a status tells what to do whatever API answers with it: send another key, ask for rights, or come again. */
const saysEnough = (status: number): boolean => status === 401 || status === 403 || status === 429 || status >= 500

/** The reason an event stands for that reports an error inside a stream; `undefined` if it reports none. */
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

/** The id under which the server knows a request. */
export const requestId = (header: (name: string) => string | undefined): string | undefined =>
  header("mistral-correlation-id") ?? header("x-kong-request-id") ?? header("x-request-id")

/** Google's streaming methods put their error into a list. */
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
 * Every shape seen on the wire: `{detail}` with a text, a list or an observability error; `{message}` with a text, a
 * list, an object that holds `detail`, or that object as text; `{error}` with an object of the same keys, or a text.
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

/** In 2024 the server sent the object that holds `detail` as text inside `message`. */
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

const isCapacity = (said: { readonly status: number; readonly serverMessage: string | undefined }) =>
  (said.status === 429 || said.status === 503) && /capacity exceeded/i.test(said.serverMessage ?? "")

const rateLimits = (headers: ErrorAnswer["headers"]): Record<string, string> | undefined => {
  const limits = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("x-ratelimit-") && value !== undefined ? [[name, value] as const] : []
  )
  return limits.length === 0 ? undefined : Object.fromEntries(limits)
}

/**
 * A number of seconds, or a date of HTTP in one of its three forms, which name the day first and end with GMT or, as C
 * writes it, with the year. Effect reads it too, by way of its DateTime, which would be 1.6 kB of a bundle.
 */
const retryAfter = (headers: ErrorAnswer["headers"], now: number): Duration.Duration | undefined => {
  const value = headers["retry-after"]?.trim()
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Duration.seconds(Number(value))
  const date = /^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d (?:GMT|(\d{4}))$/.exec(value)
  const at = date === null ? NaN : Date.parse(date[1] === undefined ? value : `${value} GMT`)
  // The first number is the day of the month, and `Date.parse` takes the 31st of February for the 2nd of March.
  const exists = new Date(at).getUTCDate() === Number(/\d+/.exec(value)?.[0])
  return exists ? Duration.millis(Math.max(0, at - now)) : undefined
}

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

/** What a body that is no JSON says: the title of a page, or the beginning of a text. */
const plainText = (body: string): string | undefined => {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]
  if (title !== undefined) return sentence(title.trim())
  return /^\s*</.test(body) ? undefined : sentence(body.trim().split("\n")[0] ?? "")
}

const longest = 500

const limit = (message: string | undefined): string | undefined =>
  message !== undefined && message.length > longest ? `${message.slice(0, longest)}...` : message
