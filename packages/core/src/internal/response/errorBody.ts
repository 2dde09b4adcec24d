import type { FailedChoice } from "../../Endpoint.ts"
import type { MistralErrorReason } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import { carriesError, hasContent } from "../error/carriesError.ts"
import { isJsonObject } from "../json/jsonObject.ts"
import { type ErrorFacts, factsOf, factsOfText, meantStatus, sentenceKeys } from "./errorFacts.ts"
import { rateLimits, requestId } from "./responseHeaders.ts"
import { retryAfter } from "./retryAfter.ts"

/** The head of a response. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The time of the response in milliseconds since the epoch, for a Retry-After that is a date. */
  readonly now: number
}

/** A response with an error status, and its body as far as it was read. */
export interface ErrorResponse extends ResponseHead {
  readonly body: string
}

/** Maps a response with an error status to a `MistralErrorReason`. */
export const reasonFromResponse = (response: ErrorResponse): MistralErrorReason => {
  const facts = factsOfText(response.body)
  return reasonFromFacts(
    response.status < 400 ? { ...facts, serverMessage: redirection(response) } : facts,
    response
  )
}

/** Maps an error that a server reports in a whole response with a good status. */
export const reportedReason = (json: unknown, head: ResponseHead): MistralErrorReason =>
  reasonFromFacts(factsOf(json), head)

/** The facts of a stream that its errors report beside the server's own words. */
export interface StreamPosition {
  readonly status: number
  readonly chunks: number
  readonly requestId: string | undefined
}

/** An event, or a line that is not one: its data as text and as JSON, and its name. */
interface ReceivedEvent {
  readonly json: unknown
  readonly name: string | undefined
  readonly text: string
}

/** Maps an error that is reported inside a stream to a reason. `undefined` if the event reports none. */
export const reasonFromEvent = (
  { json, name, text }: ReceivedEvent,
  at: StreamPosition
): Reason.StreamError | undefined =>
  isError(name) || reportsError(json)
    ? streamError(json === undefined ? factsOfText(text) : factsOf(json), at)
    : undefined

/** The reason of a stream in which a choice has failed: the error that the choice carries, or its finish reason. */
export const reasonFromChoice = (
  choice: FailedChoice,
  at: StreamPosition
): Reason.StreamError | Reason.GenerationFailed =>
  carriesError(choice)
    ? streamError(factsOf(choice.error), at)
    : new Reason.GenerationFailed({ choice: choice.index, chunks: at.chunks, requestId: at.requestId })

/** The reason of a whole response in which a choice has failed: by the status of the error that the choice carries. */
export const reportedChoice = ({ error, index }: FailedChoice, head: ResponseHead): MistralErrorReason => {
  const facts = factsOf(error)
  return facts.status === undefined
    ? new Reason.GenerationFailed({
      choice: index,
      serverMessage: facts.serverMessage,
      chunks: 0,
      requestId: requestId((name) => head.headers[name])
    })
    : reasonFromFacts(facts, head)
}

/** Whether JSON that came with a good status reports an error. The streaming methods of Google put it into a list. */
export const reportsError = (json: unknown): boolean => {
  if (Array.isArray(json)) return json.some(carriesError)
  if (carriesError(json)) return true
  if (!isJsonObject(json)) return false
  if (isError(json["object"])) return true
  // An answer that holds a choice or an id may have any other key.
  const { choices } = json
  return !(Array.isArray(choices) && choices.length > 0) && json["id"] === undefined &&
    (isError(json["type"]) || sentenceKeys.some((key) => hasContent(json[key])))
}

const isError = (value: unknown): boolean => typeof value === "string" && value.toLowerCase() === "error"

const streamError = (facts: ErrorFacts, { chunks, requestId, status }: StreamPosition): Reason.StreamError =>
  new Reason.StreamError({
    ...facts,
    status: facts.status ?? status,
    requestId: requestId ?? facts.requestId,
    chunks
  })

/** Whether the status alone says what to do, for every API: use another key, request permission, or retry later. */
const hasOwnReason = (status: number): boolean => status === 401 || status === 403 || status === 429 || status >= 500

const guardrailCode = "3201"

const reasonFromFacts = (facts: ErrorFacts, { headers, now, status: sent }: ResponseHead): MistralErrorReason => {
  const status = (sent < 300 ? facts.status : meantStatus(sent, facts.status)) ?? sent
  const details = {
    ...facts,
    status,
    requestId: requestId((name) => headers[name]) ?? facts.requestId,
    retryAfter: retryAfter(headers, now) ?? facts.retryAfter,
    limits: rateLimits(headers)
  }
  if ((status === 429 || status === 503) && /capacity exceeded/i.test(facts.serverMessage ?? "")) {
    return new Reason.CapacityExceeded(details)
  }
  if (facts.observability === true && !hasOwnReason(status)) return new Reason.ObservabilityError(details)
  switch (status) {
    case 401:
      return new Reason.Authentication(details)
    case 403:
      return facts.guardrails !== undefined || facts.code === guardrailCode
        ? new Reason.GuardrailViolation({ ...details, guardrails: facts.guardrails })
        : new Reason.PermissionDenied(details)
    case 404:
      return new Reason.NotFound(details)
    case 409:
      return new Reason.Conflict(details)
    case 422:
      return new Reason.Validation({ ...details, issues: facts.issues ?? [] })
    case 429:
      return new Reason.RateLimited(details)
  }
  return status >= 500 ? new Reason.ServerError(details) : new Reason.BadRequest(details)
}

/**
 * The sentence of a redirect, which no transport follows: the next host would receive the prompt and the key. A browser
 * reports a redirect with the status 0 and without its headers: the place is then not known.
 */
const redirection = ({ headers: { location = "" }, status }: ResponseHead): string | undefined =>
  location === "" && status > 0
    ? undefined
    : `the server redirects to ${
      URL.canParse(location)
        ? new URL(location).host
        : location === ""
        ? "another address"
        : "another path of its host"
    }: set the base URL to it`
