/** An error of a call, as the page shows it: what happened, and what a person can do. */
import type { MistralError } from "@effect-mistral/core"
import { Duration } from "effect"

/** An error for the page. `seconds` is the wait that the server asked for. */
export interface Failure {
  readonly title: string
  readonly advice: string
  readonly detail: string
  readonly retryable: boolean
  readonly seconds?: number
}

const explain = (
  { chunks, reason, retryAfter }: MistralError.MistralError
): readonly [title: string, advice: string] => {
  if (chunks > 0) return ["The answer broke off", "What came so far is kept. Try again to get the whole answer."]
  switch (reason._tag) {
    case "RateLimited":
      return ["Too many requests", retryAfter ? "Wait until the button is free." : "Wait a moment and try again."]
    case "CapacityExceeded":
    case "ServerError":
      return ["The model is overloaded", "This passes in most cases. Try again in a moment."]
    case "Authentication":
    case "PermissionDenied":
    case "ApiKeyUnavailable":
      return ["The server's key was refused", "Start the server again with a valid MISTRAL_API_KEY."]
    case "ConnectionFailed":
    case "ConnectionLost":
    case "Timeout":
    case "StreamEndedEarly":
      return ["Mistral did not answer", "Check the network of the server and try again."]
    case "InvalidRequest":
    case "Validation":
    case "BadRequest":
      return ["The request was refused", "Change your message, or begin a new conversation if this one is very long."]
    default:
      return ["The call failed", "The details below say why."]
  }
}

/**
 * Describes an error for the page. Its message, which becomes the detail, names the status, the server's sentence and the
 * request id, and never a key or a prompt.
 */
export const failureOf = (error: MistralError.MistralError): Failure => {
  const [title, advice] = explain(error)
  const seconds = error.retryAfter === undefined ? undefined : Math.ceil(Duration.toSeconds(error.retryAfter))
  return {
    title,
    advice,
    detail: error.message,
    retryable: error.isRetryable,
    ...(seconds === undefined ? undefined : { seconds })
  }
}

/** The status of the response to a call that failed before its first chunk. */
export const statusOf = (error: MistralError.MistralError): number => {
  if (error.reason._tag === "InvalidRequest") return 400
  if (error.status === 429) return 429
  return error.isRetryable ? 503 : 502
}
