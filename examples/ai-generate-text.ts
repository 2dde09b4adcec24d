/**
 * Mistral as the `LanguageModel` of `effect/ai`: a text, its usage, another configuration for one call, and errors by reason.
 *
 * Run: npm run example -- ai-generate-text
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { LanguageModel, Model } from "effect/ai"
import { MistralLive } from "./shared/mistral.ts"

const program = Effect.gen(function*() {
  const cheese = yield* LanguageModel.generateText({
    prompt: [
      { role: "system", content: "You are terse." },
      { role: "user", content: "Name a French cheese." }
    ]
  })
  yield* Console.log(`${yield* Model.ModelName}: ${cheese.text}`)
  yield* Console.log(`finish reason: ${cheese.finishReason}, ${cheese.usage.outputTokens.total} tokens`)

  const poem = yield* LanguageModel.generateText({ prompt: `Write a poem about this cheese: ${cheese.text}` }).pipe(
    MistralLanguageModel.withConfigOverride({ temperature: 1, max_tokens: 20 })
  )
  yield* Console.log(poem.text)

  yield* LanguageModel.generateText({ prompt: "Hello" }).pipe(
    MistralLanguageModel.withConfigOverride({ model: "no-such-model" }),
    Effect.catchReasons("AiError", {
      InvalidRequestError: ({ description, metadata }) =>
        Console.log(`refused with status ${metadata.mistral?.status}: ${description}`),
      RateLimitError: ({ retryAfter }) => Console.log("too many requests, again in", retryAfter)
    })
  )
})

const ModelLive = MistralLanguageModel.model("mistral-small-latest", { temperature: 0.3 }).pipe(
  Layer.provide(MistralLive)
)

program.pipe(Effect.provide(ModelLive), NodeRuntime.runMain)
