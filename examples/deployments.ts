/**
 * Runs the same program on two deployments by changing the Layer: Mistral's platform, and an OpenAI-compatible server.
 *
 * Run: npm run example -- deployments
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, OpenAiCompatible } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"

const program = Chat.complete({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Name a French painter." }],
  max_tokens: 20
}).pipe(Effect.map(Completion.text))

// The emulator plays both servers: it serves paths with and without /v1, as such servers do.
const platform = Layer.unwrap(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url }))
)
const compatible = Layer.unwrap(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => OpenAiCompatible.layer({ apiKey, baseUrl: `${url}/v1` }))
)

const main = Effect.gen(function*() {
  yield* Console.log(`Mistral:           ${yield* Effect.provide(program, Layer.provide(Chat.layer, platform))}`)
  yield* Console.log(`OpenAI-compatible: ${yield* Effect.provide(program, Layer.provide(Chat.layer, compatible))}`)
})

main.pipe(
  Effect.provide(Layer.merge(Emulator.layer(), UndiciHttpClient.layer)),
  NodeRuntime.runMain
)
