import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Duration from "effect/Duration"
import type { Failure } from "../../MistralMetadata.ts"
import { toJsonObject } from "../json/toJson.ts"

/** The metadata of an error: what the `MistralError` knows and the classes of `effect/ai` have no field for. */
export const failureMetadata = (error: MistralError): { mistral: Failure } => {
  const { reason, requestId, retryAfter, status } = error
  const failure: { readonly [Key in keyof Failure]: unknown } = {
    reason: reason._tag,
    status,
    requestId,
    retryAfterMillis: retryAfter && Duration.toMillis(retryAfter),
    guardrails: "guardrails" in reason ? reason.guardrails : undefined,
    issues: "issues" in reason ? reason.issues : undefined,
    ...("serverMessage" in reason ? { serverMessage: reason.serverMessage } : undefined),
    ...("code" in reason ? { code: reason.code, type: reason.type, provider: reason.provider } : undefined)
  }
  // The cast is safe: `toJsonObject` only leaves out the keys without a value.
  return { mistral: toJsonObject(failure) as Failure }
}
