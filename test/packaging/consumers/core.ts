/** Embeddings, and an error that is caught by its reason. */
import { Embedding, Embeddings, Models } from "@effect-mistral/core"
import { Effect, Layer } from "effect"
import { ClientLive, print } from "./client.ts"

const program = Effect.gen(function*() {
  const response = yield* Embeddings.create({ model: "mistral-embed", input: ["one", "two"] })
  const reason = yield* Models.fetch("no-such-model").pipe(
    Effect.map(() => "found"),
    Effect.catchReason("MistralError", "NotFound", ({ _tag }) => Effect.succeed(_tag))
  )
  return [Embedding.vectors(response).length, reason]
})

print(
  await Effect.runPromise(
    Effect.provide(program, Layer.merge(Embeddings.layer, Models.layer).pipe(Layer.provide(ClientLive)))
  )
)
