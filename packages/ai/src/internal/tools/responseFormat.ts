import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Result from "effect/Result"
import type { ToolSettings } from "./requestTools.ts"

/** Converts the response format of a request. */
export const responseFormat = (
  _format: LanguageModel.ProviderOptions["responseFormat"],
  _settings: ToolSettings
): Result.Result<Pick<CompletionRequest.Chat, "response_format">, AiError.AiErrorReason> => Result.succeed({})

/** The codec of an object that a model wrote, for `LanguageModel.make`. */
export const codecTransformer: LanguageModel.CodecTransformer = LanguageModel.defaultCodecTransformer
