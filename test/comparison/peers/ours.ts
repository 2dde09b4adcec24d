import { Agents } from "@effect-mistral/agents"
import { Batches, BatchJobs } from "@effect-mistral/batch"
import { Chat } from "@effect-mistral/chat"
import { Classifiers, Completion, Embeddings, FetchHttpClient, MistralClient, Ocr } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { ChatCompletionEvents, Judges } from "@effect-mistral/observability"
import { Effect, Layer, Redacted, Stream } from "effect"
import type { Offers } from "../capabilities.ts"
import type { MakePeer } from "../peer.ts"

export const offers: Offers = {
  embeddings: Embeddings.create,
  fim: Fim.complete,
  agents: Agents.complete,
  moderation: Classifiers.classify,
  ocr: Ocr.process,
  batch: BatchJobs.create,
  durable: Batches.start,
  events: ChatCompletionEvents.searchAll,
  telemetry: Judges.list,
  object: Chat.completeObject,
  partial: Chat.streamObject,
  emulator: Emulator.layer,
  conversations: undefined,
  audio: undefined
}

const messages = [{ role: "user" as const, content: "Count to three" }]

/** This library with its defaults, over fetch. */
export const make: MakePeer = (url) => {
  const live = Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key"), baseUrl: url })),
    Layer.provide(FetchHttpClient.layer)
  )
  return {
    stream: (model, { signal, silence }) =>
      Chat.stream({ model, messages }, silence === undefined ? {} : { timeout: { idle: silence } }).pipe(
        Stream.map(Completion.chunkText),
        Stream.interruptWhen(Effect.callback<void>((resume) => {
          signal.addEventListener("abort", () => resume(Effect.void))
        })),
        Stream.provide(live),
        Stream.toAsyncIterable
      ),
    complete: (model, extra) =>
      Effect.runPromise(Chat.complete({ model, messages, ...extra }).pipe(Effect.provide(live)))
  }
}
