import type { MistralError } from "@effect-mistral/core/MistralError"

/**
 * Whether a request without side effects is worth sending again later, for minutes or hours: also after its own total limit,
 * and after a circuit breaker refused it.
 */
export const isTransient = ({ isRetryable, reason }: MistralError): boolean =>
  isRetryable || reason._tag === "Timeout" || (reason._tag === "ConnectionFailed" && reason.circuitOpen === true)

/** Whether the server may have acted on a request that failed with this error: its response was lost or unusable. */
export const mayHaveSucceeded = ({ isRetryable, reason }: MistralError): boolean => {
  switch (reason._tag) {
    case "ConnectionLost":
    case "InvalidResponse":
    case "Timeout":
      return true
    case "BadRequest":
    case "ConnectionFailed":
    case "ServerError":
      return isRetryable
    default:
      return false
  }
}
