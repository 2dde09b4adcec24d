import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const Live = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key") })),
  Layer.provide(FetchHttpClient.layer)
)

Chat.stream({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }).pipe(
  Stream.runForEach((chunk) => Effect.sync(() => console.log(Completion.chunkText(chunk)))),
  // What asks for an object is loaded when it is needed.
  Effect.andThen(Effect.promise(() => import("./object.ts"))),
  Effect.flatMap(({ painter }) => painter),
  Effect.map((name) => console.log(name)),
  Effect.provide(Live),
  Effect.runPromise
)
