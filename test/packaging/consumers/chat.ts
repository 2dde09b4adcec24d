/** A completion that is streamed, and one as a value of a schema. */
import { Chat } from "@effect-mistral/chat"
import { Completion } from "@effect-mistral/core"
import { Effect, Layer, Schema } from "effect"
import { ClientLive, print } from "./client.ts"

const request: Chat.Request = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }],
  max_tokens: 8
}

const program = Effect.gen(function*() {
  const streamed = yield* Completion.collect(Chat.stream(request))
  const { value } = yield* Chat.completeObject({
    ...request,
    max_tokens: 500,
    schema: Schema.Struct({ name: Schema.String })
  })
  return [streamed.usage?.completion_tokens, typeof value.name]
})

print(await Effect.runPromise(Effect.provide(program, Chat.layer.pipe(Layer.provide(ClientLive)))))
