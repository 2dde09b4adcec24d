import * as MistralLanguageModel from "@effect-mistral/ai/MistralLanguageModel"
import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const Live = MistralLanguageModel.model("mistral-small-latest").pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key") })),
  Layer.provide(FetchHttpClient.layer)
)

LanguageModel.streamText({ prompt: "Hi" }).pipe(
  Stream.runForEach((part) => Effect.sync(() => console.log(part.type === "text-delta" ? part.delta : ""))),
  Effect.provide(Live),
  Effect.runPromise
)
