import type { MistralError } from "@effect-mistral/core/MistralError"
import * as AiError from "effect/ai/AiError"
import { aiErrorReason } from "./aiErrorReason.ts"

/** The functions of a model as errors name them. */
export interface Place {
  readonly module: "MistralLanguageModel" | "MistralEmbeddingModel"
  readonly method: "generateText" | "streamText" | "embedMany"
}

/** Makes the `AiError` of a reason. */
export const aiError = ({ method, module }: Place, reason: AiError.AiErrorReason): AiError.AiError =>
  AiError.make({ module, method, reason })

/** Converts the error of a call. */
export const fromMistralError = (place: Place, error: MistralError): AiError.AiError => aiError(place, reasonOf(error))

/**
 * Converts the reason of a `MistralError`. Its `cause` is the `MistralError`, whose message is in its own.
 *
 * Only `NetworkError` has a field for the cause. In the other classes it is a property that is neither enumerable nor
 * encoded, as the `cause` of a JavaScript error is. The message of two classes is a fixed sentence: that of the
 * `MistralError` follows it.
 */
export const reasonOf = (error: MistralError): AiError.AiErrorReason => {
  const reason = aiErrorReason(error)
  if (reason._tag === "RateLimitError" || reason._tag === "QuotaExhaustedError") {
    hide(reason, "message", `${sentences[reason._tag]}: ${error.message}`)
  }
  if (reason._tag !== "NetworkError") hide(reason, "cause", error)
  return reason
}

const sentences = { RateLimitError: "Rate limit exceeded", QuotaExhaustedError: "Quota exhausted" }

const hide = (target: object, key: string, value: unknown): void =>
  void Object.defineProperty(target, key, { value, enumerable: false, configurable: true, writable: true })
