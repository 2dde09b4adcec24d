import type { MistralError } from "@effect-mistral/core/MistralError"
import * as AiError from "effect/ai/AiError"

/** The functions of a model as errors name them. */
export interface Place {
  readonly module: "MistralLanguageModel" | "MistralEmbeddingModel"
  readonly method: "generateText" | "streamText" | "embedMany"
}

/** Makes the `AiError` of a reason. */
export const aiError = ({ method, module }: Place, reason: AiError.AiErrorReason): AiError.AiError =>
  AiError.make({ module, method, reason })

/** Converts the error of a call. */
export const fromMistralError = (place: Place, error: MistralError): AiError.AiError =>
  aiError(place, new AiError.UnknownError({ description: error.message }))
