import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Predicate from "effect/Predicate"
import { STATUS_CODES } from "node:http"

/** The number of problems that are named; the others are counted. */
const named = 3

/** A place, a kind or a code. Anything else may be a value of the request, or a control character for a terminal. */
const word = (value: unknown): string | undefined =>
  typeof value === "number"
    ? String(value)
    : typeof value === "string" && /^[\w$.-]{1,64}$/.test(value)
    ? value
    : undefined

const place = (loc: unknown): string =>
  Array.isArray(loc) ? loc.map((part: unknown) => word(part) ?? "*").join(".") : "body"

const problem = (value: unknown): string =>
  Predicate.isObject(value) ? `${place(value["loc"])}: ${word(value["type"]) ?? "invalid"}` : "body: invalid"

/**
 * Why a request was refused, in one line of places and kinds: `422 body.seed: extra_forbidden`, or
 * `400 3230 invalid_request_message_order`.
 *
 * *Details*: it is read from the body of the response, in the forms of Mistral's API and of the servers that host its models.
 * Sentences are left out, because they may repeat values of the request.
 */
export const refusalText = (status: number, body: string): string => `${status} ${reason(status, parsed(body))}`

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const reason = (status: number, body: unknown): string => {
  const usual = STATUS_CODES[status] ?? "refused"
  if (!Predicate.isObject(body)) return usual
  const error = Predicate.isObject(body["error"]) ? body["error"] : body
  const message = error["message"]
  const detail = error["detail"] ?? (Predicate.isObject(message) ? message["detail"] : undefined)
  if (Array.isArray(detail) && detail.length > 0) {
    const more = detail.length - named
    return detail.slice(0, named).map(problem).join(", ") + (more > 0 ? ` and ${more} more` : "")
  }
  const coded = Predicate.isObject(detail) ? detail : error
  const code = word(coded["code"]) ?? word(coded["error_code"])
  const words = [
    ...(code === undefined || code === String(status) ? [] : [code]),
    word(coded["type"]) ?? word(coded["status"]),
    word(coded["param"])
  ].filter(Predicate.isNotUndefined)
  return words.length === 0 ? usual : [...new Set(words)].join(" ")
}

/** Why a request was refused, if the body of the response is in memory. */
export const refusalOf = ({ body, status }: HttpServerResponse.HttpServerResponse): string | undefined =>
  status < 400 || (body._tag !== "Uint8Array" && body._tag !== "Empty")
    ? undefined
    : refusalText(status, body._tag === "Empty" ? "" : Buffer.from(body.body).toString())
