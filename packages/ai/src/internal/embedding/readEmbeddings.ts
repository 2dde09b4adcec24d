import type * as Embedding from "@effect-mistral/core/Embedding"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralError from "@effect-mistral/core/MistralError"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import * as AiError from "effect/ai/AiError"
import type * as EmbeddingModel from "effect/ai/EmbeddingModel"
import * as Result from "effect/Result"
import { reasonOf } from "../error/aiError.ts"
import { failureMetadata } from "../error/failureMetadata.ts"
import { orderedVectors } from "./orderedVectors.ts"

/** A response to a request with so many texts. `head` is that of the HTTP response. */
export interface ReceivedEmbeddings {
  readonly response: Embedding.Response
  readonly texts: number
  readonly head: ResponseMetadata | undefined
}

/** Reads the vectors of a response in the order of its texts. It must have one for each text. */
export const readEmbeddings = (
  received: ReceivedEmbeddings,
  request: Pick<Embedding.Request, "output_dtype">
): Result.Result<EmbeddingModel.ProviderResponse, AiError.AiErrorReason> => {
  const { response, texts } = received
  const { data, usage } = response
  if (data.length !== texts) {
    const error = invalidResponse(received, `${data.length} embeddings for ${texts} texts`)
    // `EmbeddingModel` of effect/ai documents this class for a wrong number.
    return Result.fail(
      new AiError.InvalidOutputError({ description: error.message, metadata: failureMetadata(error) })
    )
  }
  return Result.mapBoth(orderedVectors(response, request), {
    onSuccess: (results) => ({ results, usage: { inputTokens: usage?.prompt_tokens } }),
    onFailure: (issues) =>
      reasonOf(invalidResponse(received, "embeddings that are not one vector for each text", issues))
  })
}

const invalidResponse = (
  { head }: ReceivedEmbeddings,
  description: string,
  issues: ReadonlyArray<MistralError.Issue> = []
): MistralError.MistralError =>
  MistralError.make(
    Endpoint.createEmbeddings,
    new MistralError.InvalidResponse({
      kind: "schema",
      status: head?.status ?? 200,
      description,
      issues,
      chunks: 0,
      requestId: head?.requestId
    })
  )
