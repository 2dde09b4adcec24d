import * as MistralLanguageModel from "@effect-mistral/ai/MistralLanguageModel"
import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { apiKey, type Client, messages } from "./Client.ts"
import { perServer } from "./perServer.ts"

const runtime = perServer((baseUrl) =>
  ManagedRuntime.make(
    MistralClient.layer({ apiKey: Redacted.make(apiKey), baseUrl }).pipe(Layer.provide(FetchHttpClient.layer))
  )
)

const prompt = messages.map(({ content }) => content).join("\n")

const service = (model: string) => MistralLanguageModel.make({ model })

/** `LanguageModel` of `effect/ai` over this library. */
export const client: Client = {
  name: "ours-ai",
  validates: "every chunk and every part (Schema)",
  stream: (baseUrl, model, onText) =>
    runtime(baseUrl).runPromise(
      Effect.flatMap(service(model), (languageModel) =>
        Stream.runForEachArray(languageModel.streamText({ prompt }), (parts) =>
          Effect.sync(() => {
            for (const part of parts) {
              if (part.type === "text-delta") {
                onText(part.delta)
              }
            }
          })))
    ),
  complete: (baseUrl, model) =>
    runtime(baseUrl).runPromise(
      Effect.flatMap(service(model), (languageModel) =>
        Effect.map(
          LanguageModel.generateText({ prompt }).pipe(
            Effect.provideService(LanguageModel.LanguageModel, languageModel)
          ),
          ({ text }) => text.length
        ))
    )
}
