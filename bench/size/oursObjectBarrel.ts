import { Chat } from "@effect-mistral/chat"
import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Effect, Layer, Redacted, Schema } from "effect"

const Live = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key") })),
  Layer.provide(FetchHttpClient.layer)
)

Chat.completeObject({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }],
  schema: Schema.Struct({ name: Schema.String })
}).pipe(
  Effect.map(({ value }) => console.log(value.name)),
  Effect.provide(Live),
  Effect.runPromise
)
