import type * as Completion from "@effect-mistral/core/Completion"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import * as Result from "effect/Result"
import { type ResponseContext, ResponseParts } from "./responseParts.ts"

/** Converts a whole response to parts: it is read as one chunk, and its blocks are joined. */
export const wholeParts = (
  response: Completion.Response,
  head: ResponseMetadata | undefined,
  context: ResponseContext
): Result.Result<Array<Response.PartEncoded>, AiError.AiErrorReason> => {
  const parts = new ResponseParts(context)
  const streamed: Array<Response.StreamPartEncoded> = []
  parts.end(streamed, head)
  return Result.succeed([
    { type: "text", text: String(response.choices[0]?.message?.content) },
    ...streamed.flatMap((part) => part.type === "finish" ? [part] : [])
  ])
}
