import * as Chat from "@effect-mistral/chat/Chat"
import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const Live = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key") })),
  Layer.provide(FetchHttpClient.layer)
)

Chat.completeObject({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Who?" }],
  schema: Schema.Struct({ name: Schema.String })
}).pipe(
  Effect.map(({ value }) => console.log(value.name)),
  Effect.provide(Live),
  Effect.runPromise
)
