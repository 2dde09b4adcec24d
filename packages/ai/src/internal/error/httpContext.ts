import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as AiError from "effect/ai/AiError"

/**
 * The HTTP response of an error: its status, and those headers that the error keeps, which are the rate limits. `undefined`
 * if the error is about no response. It has no request, and no body: they may hold a key or a prompt.
 */
export const httpContext = ({ rateLimits, status }: MistralError): typeof AiError.HttpContext.Type | undefined =>
  status === undefined ? undefined : { response: { status, headers: { ...rateLimits } } }
