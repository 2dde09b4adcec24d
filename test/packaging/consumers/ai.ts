/** A model of `effect/ai`: a text, whole and streamed, and a tool. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Effect, Layer, Schema, Stream } from "effect"
import { LanguageModel, Tool, Toolkit } from "effect/ai"
import { ClientLive, print } from "./client.ts"

const Tools = Toolkit.make(Tool.make("get_weather", {
  description: "The temperature in a city",
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.Struct({ celsius: Schema.Finite })
}))

const program = Effect.gen(function*() {
  const text = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
    MistralLanguageModel.withConfigOverride({ max_tokens: 8 })
  )
  const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
  const called = yield* LanguageModel.generateText({ prompt: "Weather?", toolkit: Tools, toolChoice: "required" })
  return [text.usage.outputTokens.total, parts.at(-1)?.type, called.toolResults.map(({ result }) => result)]
})

const Live = Layer.merge(
  MistralLanguageModel.model("mistral-small-latest", { max_tokens: 100 }),
  Tools.toLayer({ get_weather: () => Effect.succeed({ celsius: 21 }) })
).pipe(Layer.provide(ClientLive))

print(await Effect.runPromise(Effect.provide(program, Live)))
