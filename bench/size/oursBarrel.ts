import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Effect, Layer, Redacted, Stream } from "effect"

const Live = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key") })),
  Layer.provide(FetchHttpClient.layer)
)

Chat.stream({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }).pipe(
  Stream.runForEach((chunk) => Effect.sync(() => console.log(Completion.chunkText(chunk)))),
  Effect.provide(Live),
  Effect.runPromise
)
