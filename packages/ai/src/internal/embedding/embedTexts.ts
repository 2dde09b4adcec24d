import type * as Embedding from "@effect-mistral/core/Embedding"
import type * as Embeddings from "@effect-mistral/core/Embeddings"
import * as MistralError from "@effect-mistral/core/MistralError"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import type * as EmbeddingModel from "effect/ai/EmbeddingModel"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { aiError, fromMistralError, type Place } from "../error/aiError.ts"
import { readEmbeddings } from "./readEmbeddings.ts"
import { type BatchLimits, halves, type TextBatch, textBatches } from "./textBatches.ts"

/** How texts are embedded: the parameters of the requests, and how many texts and requests are sent at once. */
export interface EmbedSettings {
  readonly parameters: Omit<Embedding.Request, "input">
  readonly requestOptions: RequestOptions.RequestOptions | undefined
  readonly limits: BatchLimits
  readonly concurrency: number | "unbounded"
}

/** Embeds texts with as many requests as they need. The vectors have the order of the texts. */
export const embedTexts = (
  service: Embeddings.Service,
  texts: ReadonlyArray<string>,
  settings: EmbedSettings
): Effect.Effect<EmbeddingModel.ProviderResponse, AiError.AiError> =>
  Effect.map(
    Effect.forEach(
      textBatches(texts, settings.limits),
      (batch) => embedBatch(service, batch, settings),
      { concurrency: settings.concurrency }
    ),
    join
  )

const place: Place = { module: "MistralEmbeddingModel", method: "embedMany" }

/** Embeds the texts of one request, or each half of them where the server says that they are too many. */
const embedBatch = (
  service: Embeddings.Service,
  batch: TextBatch,
  settings: EmbedSettings
): Effect.Effect<EmbeddingModel.ProviderResponse, AiError.AiError> =>
  Effect.suspend(() => {
    let head: ResponseMetadata | undefined
    const onResponse: RequestOptions.OnResponse = (metadata) =>
      Effect.sync(() => {
        head = metadata
      })
    const { parameters, requestOptions } = settings
    const request = { ...parameters, input: batch.texts }
    return Effect.matchEffect(service.create(request, RequestOptions.merge(requestOptions, { onResponse })), {
      onSuccess: (response) => {
        const read = readEmbeddings({ response, head, texts: batch.texts.length }, request)
        return Result.isSuccess(read) ? Effect.succeed(read.success) : Effect.fail(aiError(place, read.failure))
      },
      onFailure: (error) =>
        batch.texts.length > 1 && isTooMany(error)
          ? Effect.map(Effect.forEach(halves(batch), (half) => embedBatch(service, half, settings)), join)
          : Effect.fail(fromMistralError(place, amongAll(error, batch)))
    })
  })

/** Joins the responses of several requests. The number of tokens is known only if all of them report it. */
const join = (responses: ReadonlyArray<EmbeddingModel.ProviderResponse>): EmbeddingModel.ProviderResponse => ({
  results: responses.flatMap(({ results }) => results),
  usage: {
    inputTokens: responses.map(({ usage }) => usage.inputTokens).reduce(
      (sum, tokens) => sum === undefined || tokens === undefined ? undefined : sum + tokens
    )
  }
})

/** Whether the server refuses a request because of the number of its texts or tokens: Mistral does so with code 3210. */
const isTooMany = ({ reason }: MistralError.MistralError): boolean =>
  reason._tag === "BadRequest" && (
    reason.code === "3210" || reason.status === 413 ||
    /split into more batches|too many (?:inputs|tokens)/i.test(reason.serverMessage ?? "")
  )

/** The error of a batch that was not sent, with the positions that its texts have among all texts. */
const amongAll = (error: MistralError.MistralError, { offset }: TextBatch): MistralError.MistralError => {
  const { reason } = error
  if (offset === 0 || reason._tag !== "InvalidRequest") return error
  const issues = reason.issues.map(({ message, path }) => ({
    message,
    path: path.map((part, at) => at === 1 && path[0] === "input" && typeof part === "number" ? part + offset : part)
  }))
  return new MistralError.MistralError({ ...error, reason: new MistralError.InvalidRequest({ issues }) })
}
