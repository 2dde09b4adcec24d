import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as Reason from "@effect-mistral/core/MistralErrorReason"
import * as AiError from "effect/ai/AiError"
import { failureMetadata } from "./failureMetadata.ts"
import { httpContext } from "./httpContext.ts"

/**
 * The reason of `effect/ai` for that of a `MistralError`. It is retryable where the `MistralError` is: each class of
 * `effect/ai` says so for all its errors, so the class depends on that, too.
 */
export const aiErrorReason = (error: MistralError): AiError.AiErrorReason => {
  const { reason } = error
  switch (reason._tag) {
    case "Authentication":
      return new AiError.AuthenticationError({ kind: keyProblem(reason), ...details(error) })
    case "GuardrailViolation":
      return new AiError.ContentPolicyError(details(error))
    case "CapacityExceeded":
    case "GenerationFailed":
      return new AiError.InternalProviderError(details(error))
    case "InvalidRequest":
    case "NotFound":
    case "Conflict":
    case "Validation":
      return invalidRequest(error)
    case "InvalidResponse":
    // The classes for outputs are retryable, and this reason is not.
    case "InvalidOutput":
      return new AiError.InvalidResponseError(details(error))
    case "ApiKeyUnavailable":
    case "ConnectionFailed":
    case "ConnectionLost":
    case "StreamEndedEarly":
    case "Timeout":
      return reason.isRetryable ? networkError(error) : new AiError.UnknownError(details(error))
    case "PermissionDenied":
    case "BadRequest":
    case "RateLimited":
    case "ServerError":
    case "ObservabilityError":
    case "StreamError":
      return reason.isRetryable ? passing(error, reason) : lasting(error, reason)
  }
}

/** The reasons whose class depends on what the server says. */
type Response =
  | Reason.PermissionDenied
  | Reason.BadRequest
  | Reason.RateLimited
  | Reason.ServerError
  | Reason.ObservabilityError
  | Reason.StreamError

/** The error of a state that passes. */
const passing = (error: MistralError, { _tag, retryAfter, status }: Response): AiError.AiErrorReason =>
  _tag === "RateLimited" || status === 429
    ? new AiError.RateLimitError({ retryAfter, ...context(error) })
    : new AiError.InternalProviderError(details(error))

/** The error of a cause that lasts: what the account or the request must change. */
const lasting = (error: MistralError, response: Response): AiError.AiErrorReason => {
  const { _tag, code = "", serverMessage = "", status, type = "" } = response
  if (/content.?filter/i.test(`${code} ${type}`) || code === guardrailCode) {
    return new AiError.ContentPolicyError(details(error))
  }
  if (status === 402 || quota.test(`${code} ${type} ${serverMessage}`) || /billing/i.test(`${code} ${type}`)) {
    return new AiError.QuotaExhaustedError(context(error))
  }
  if (_tag === "PermissionDenied" || status === 403) {
    return new AiError.AuthenticationError({ kind: "InsufficientPermissions", ...details(error) })
  }
  return status === 401
    ? new AiError.AuthenticationError({ kind: keyProblem(response), ...details(error) })
    : invalidRequest(error)
}

/** The code of Mistral for what a guardrail refuses. */
const guardrailCode = "3201"

/** What servers say of an account without credit, with any status. */
const quota = /insufficient.(?:quota|balance|credit|fund)|exceeded your current quota/i

/** What servers say of a request without a key: Mistral's gateway says "No API key found in request". */
const missingKey =
  /\b(?:no|missing|without|did(?:n't| not) provide) (?:an? |the |any )?(?:auth )?(?:api.?key|access token|bearer|authori[sz]ation|credentials)|(?:api.?key|token|authori[sz]ation)\b[^.]{0,60} (?:missing|required|not (?:provided|supplied|set))/i

const keyProblem = (
  { serverMessage = "" }: { readonly serverMessage?: string | undefined }
): AiError.AuthenticationError["kind"] =>
  missingKey.test(serverMessage) ? "MissingKey" : /\bexpired\b/i.test(serverMessage) ? "ExpiredKey" : "InvalidKey"

const invalidRequest = (error: MistralError): AiError.InvalidRequestError => {
  const { reason } = error
  const field = "field" in reason ? reason.field : undefined
  const path = "issues" in reason ? reason.issues[0]?.path.join(".") : undefined
  return new AiError.InvalidRequestError({ parameter: field ?? (path || undefined), ...details(error) })
}

const networkError = (error: MistralError): AiError.NetworkError =>
  new AiError.NetworkError({
    reason: "TransportError",
    method: error.method,
    url: error.path,
    description: error.message,
    cause: error
  })

const context = (error: MistralError) => ({ metadata: failureMetadata(error), http: httpContext(error) })

const details = (error: MistralError) => ({ description: error.message, ...context(error) })
