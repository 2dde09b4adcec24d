/** The services that the checks use, over the client of one server. */
import { Agents } from "@effect-mistral/agents"
import { MistralEmbeddingModel, MistralLanguageModel } from "@effect-mistral/ai"
import { BatchJobs, Files } from "@effect-mistral/batch"
import { Chat } from "@effect-mistral/chat"
import {
  Classifiers,
  Embeddings,
  MistralClient,
  type MistralError,
  Models,
  Moderations,
  Ocr,
  RetryPolicy
} from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ChatCompletionEvents, Datasets, Judges } from "@effect-mistral/observability"
import { type Effect, Layer, Redacted } from "effect"
import type { AiError, EmbeddingModel, LanguageModel } from "effect/ai"
import type { HttpClient } from "effect/http"

/** The server that the checks talk to. */
export interface Server {
  readonly url: string
  readonly apiKey: string
}

/** The services that the checks use. */
export type Services =
  | Agents.Agents
  | BatchJobs.BatchJobs
  | Chat.Chat
  | ChatCompletionEvents.ChatCompletionEvents
  | Classifiers.Classifiers
  | Datasets.Datasets
  | EmbeddingModel.EmbeddingModel
  | Embeddings.Embeddings
  | Files.Files
  | Fim.Fim
  | Judges.Judges
  | LanguageModel.LanguageModel
  | MistralClient.MistralClient
  | Models.Models
  | Moderations.Moderations
  | Ocr.Ocr

/** A check: it dies or fails unless the library does what the check's name says. */
export type Check = Effect.Effect<void, MistralError.MistralError | AiError.AiError, Services>

/** A list of checks by name. */
export type Checks = Readonly<Record<string, Check>>

/** The services of a program over a transport. */
export const servicesOver = (server: Server, transport: Layer.Layer<HttpClient.HttpClient>): Layer.Layer<Services> =>
  Layer.mergeAll(
    Agents.layer,
    BatchJobs.layer,
    Chat.layer,
    ChatCompletionEvents.layer,
    Classifiers.layer,
    Datasets.layer,
    Embeddings.layer,
    Files.layer,
    Fim.layer,
    Judges.layer,
    MistralEmbeddingModel.model("mistral-embed"),
    MistralLanguageModel.model("mistral-small-latest"),
    Models.layer,
    Moderations.layer,
    Ocr.layer
  ).pipe(
    Layer.provideMerge(MistralClient.layer({
      apiKey: Redacted.make(server.apiKey),
      baseUrl: server.url,
      retry: RetryPolicy.none,
      timeout: { firstByte: "1 minute", idle: "1 minute" }
    })),
    Layer.provide(transport)
  )
