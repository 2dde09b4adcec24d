/**
 * What follows from the error of a request: whether the item is asked again, fails, or pauses its batch, and whether the
 * request may have been paid.
 *
 * | Error | What follows |
 * | - | - |
 * | 408, 425, 429, 500 to 599, timeouts, lost connections and all else that `isRetryable` | asked again later; after `maxAttempts` the item fails |
 * | no API key, an open circuit breaker, a server that cannot be reached | asked again later; after `maxAttempts` the batch pauses, because nothing was sent and each other item would fare alike |
 * | 401, 403, 402, a used-up quota | the batch pauses, and the item stays open |
 * | 404, a redirect, an HTML page | the base URL or the model is wrong. While nothing of the batch was answered, the batch pauses; later the item fails |
 * | an answer that does not fit its schema | asked again at once, one time, because a model may write another one. Not where `max_tokens` cut the answer |
 * | all else: 400, 422, a guardrail, an unusable response | the item fails at once |
 */
import type { MistralError } from "@effect-mistral/core/MistralError"

/** What follows from an error, as long as an item has attempts left (`again` and `later`) and after. */
export interface Verdict {
  readonly now: "again" | "later" | "fail" | "pause"
  readonly atLast: "fail" | "pause"
}

/** Decides what follows from an error. `answered` says whether any item of the batch has an answer. */
export const judge = (error: MistralError, answered: boolean): Verdict => {
  if (concernsAll(error) || (!answered && hasWrongAddress(error))) return pauses
  if (error.reason._tag === "InvalidOutput") return error.reason.finishReason === "length" ? fails : again
  if (!wasSent(error)) return error.reason._tag === "InvalidRequest" ? fails : laterOrPause
  return mayHelpLater(error) ? later : fails
}

const pauses: Verdict = { now: "pause", atLast: "pause" }
const fails: Verdict = { now: "fail", atLast: "fail" }
const again: Verdict = { now: "again", atLast: "fail" }
const later: Verdict = { now: "later", atLast: "fail" }
const laterOrPause: Verdict = { now: "later", atLast: "pause" }

/** `timeout.total` limits one attempt here, because core does not retry. */
const mayHelpLater = ({ isRetryable, reason }: MistralError): boolean => isRetryable || reason._tag === "Timeout"

/** Whether the next item would be refused for the same reason. */
const concernsAll = ({ isRetryable, reason }: MistralError): boolean => {
  switch (reason._tag) {
    case "Authentication":
    case "PermissionDenied":
      return true
    case "BadRequest":
    case "RateLimited":
    case "ServerError":
      return !isRetryable &&
        (reason.status === 402 || usedUp.test(`${reason.code} ${reason.type} ${reason.serverMessage}`))
    default:
      return false
  }
}

/** The words for an account that has nothing left. A 429 that lasts may also mean that a prompt is too long. */
const usedUp = /insufficient.(?:quota|balance|credit|fund)|exceeded your current quota|billing/i

const hasWrongAddress = ({ reason }: MistralError): boolean => {
  switch (reason._tag) {
    case "NotFound":
      return true
    case "BadRequest":
      // The status of a redirect is 0 in browsers.
      return reason.status < 400 && reason.status !== 200
    case "InvalidResponse":
      return reason.kind === "contentType"
    default:
      return false
  }
}

/** Whether the request was sent, as far as is known. */
export const wasSent = ({ reason }: MistralError): boolean => {
  switch (reason._tag) {
    case "ApiKeyUnavailable":
      return false
    case "InvalidRequest":
      return reason.incomplete === true
    case "ConnectionFailed":
      return reason.circuitOpen !== true && !neverConnected.test(reason.description)
    default:
      return true
  }
}

/** The codes of Node.js, undici and Bun for connections that were never open. */
const neverConnected =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket)\b/

/**
 * Whether a request that failed may have been paid, without an answer and without a known usage.
 *
 * *Details*: it may where the server had the request and its answer was lost or could not be used: timeouts, lost
 * connections, unusable responses, failed generations, and 500, 502, 504 and the like, because a gateway says so, too, when
 * the server behind it is still working. Refusals are not paid: statuses below 500, 501, 503 and 505, and a 5xx that names
 * a cause which lasts. An answer that does not fit its schema is paid, and its usage is known.
 */
export const mayBePaid = (error: MistralError): boolean => {
  const { reason } = error
  switch (reason._tag) {
    case "ConnectionFailed":
      return wasSent(error)
    case "ConnectionLost":
    case "GenerationFailed":
    case "StreamEndedEarly":
    case "StreamError":
    case "Timeout":
      return true
    case "InvalidResponse":
      // An HTML page is not the API's.
      return reason.kind !== "contentType"
    case "ServerError":
      return reason.isRetryable && reason.status !== 503
    default:
      return false
  }
}
