// Effect's own client of OpenAI-compatible servers, with its defaults. It needs another version of Effect than this
// repository has, so that `main.ts` installs both in a folder of their own and copies this file there.
import { OpenAiClient, OpenAiEmbeddingModel, OpenAiLanguageModel } from "@effect/ai-openai-compat"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as LanguageModel from "effect/unstable/ai/LanguageModel"
import * as FetchHttpClient from "effect/unstable/http/FetchHttpClient"

/** @type {import("../capabilities.ts").Offers} */
export const offers = {
  embeddings: OpenAiEmbeddingModel.layer,
  fim: undefined,
  agents: undefined,
  moderation: undefined,
  ocr: undefined,
  batch: undefined,
  durable: undefined,
  events: undefined,
  telemetry: undefined,
  object: LanguageModel.generateObject,
  partial: undefined,
  emulator: undefined,
  conversations: undefined,
  audio: undefined
}

/** @type {import("../peer.ts").MakePeer} */
export const make = (url) => {
  const live = (model, extra) =>
    OpenAiLanguageModel.layer({ model, config: extra }).pipe(
      Layer.provide(OpenAiClient.layer({ apiKey: Redacted.make("key"), apiUrl: `${url}/v1` })),
      Layer.provide(FetchHttpClient.layer)
    )
  return {
    stream: (model, { signal, silence }) => {
      const parts = LanguageModel.streamText({ prompt: "Count to three" }).pipe(Stream.provide(live(model, {})))
      const limited = silence === undefined ? parts : Stream.timeoutOrElse(parts, {
        duration: silence,
        orElse: () => Stream.fail(new Error("silent"))
      })
      return limited.pipe(
        Stream.map((part) => part.type === "text-delta" ? part.delta : ""),
        Stream.interruptWhen(Effect.callback((resume) => {
          signal.addEventListener("abort", () => resume(Effect.void))
        })),
        Stream.toAsyncIterable
      )
    },
    complete: (model, extra) =>
      Effect.runPromise(
        LanguageModel.generateText({ prompt: "Count to three" }).pipe(
          Effect.map(({ content }) => content),
          Effect.provide(live(model, extra))
        )
      )
  }
}
