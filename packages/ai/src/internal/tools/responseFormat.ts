import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import * as Result from "effect/Result"
import * as SchemaAST from "effect/SchemaAST"
import type { ToolSettings } from "./requestTools.ts"

/** Converts the response format of a request. Text is the default of the server, for which nothing is sent. */
export const responseFormat = (
  format: LanguageModel.ProviderOptions["responseFormat"],
  { strictJsonSchema }: ToolSettings
): Result.Result<Pick<CompletionRequest.Chat, "response_format">, AiError.AiErrorReason> =>
  format.type === "text" ? Result.succeed({}) : Result.try({
    try: () => ({
      response_format: StructuredOutput.responseFormat(format.schema, {
        name: format.objectName,
        description: SchemaAST.resolveDescription(format.schema.ast),
        strict: strictJsonSchema
      })
    }),
    catch: (error) =>
      new AiError.UnsupportedSchemaError({ description: error instanceof Error ? error.message : String(error) })
  })
