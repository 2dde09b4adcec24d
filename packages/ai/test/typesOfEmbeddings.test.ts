/**
 * The types of embedding models. The compiler checks them, by `npm run check`: a line that must not compile stands below
 * `@ts-expect-error`.
 */
import { MistralEmbeddingModel } from "@effect-mistral/ai"
import type { Embedding, MistralClient } from "@effect-mistral/core"
import { describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { type AiError, EmbeddingModel, type Model } from "effect/ai"
import { same } from "./fixtures/sameType.ts"

describe("an embedding model", () => {
  it("provides its dimensions where they are configured, and requires the client alone", () => {
    const plain = MistralEmbeddingModel.model("mistral-embed")
    same<typeof plain, Model.Model<"mistral", EmbeddingModel.EmbeddingModel, MistralClient.MistralClient>>(true)
    const sized = MistralEmbeddingModel.model("codestral-embed", { dimensions: 256 })
    type Provided = EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions
    same<typeof sized, Model.Model<"mistral", Provided, MistralClient.MistralClient>>(true)
  })

  it("is configured by the parameters of a request under Mistral's names", () => {
    type Config = MistralEmbeddingModel.ConfigOptions
    same<Config["output_dtype"], Embedding.Request["output_dtype"]>(true)
    same<Config["encoding_format"], Embedding.Request["encoding_format"]>(true)
    same<Config["dimensions"], number | undefined>(true)
  })

  it("keeps the type of an effect whose configuration is overridden", () => {
    const embedded = EmbeddingModel.EmbeddingModel.use((model) => model.embed("text"))
    const piped = embedded.pipe(MistralEmbeddingModel.withConfigOverride({ dimensions: 256 }))
    const first = MistralEmbeddingModel.withConfigOverride(embedded, { dimensions: 256 })
    same<typeof piped, typeof embedded>(true)
    same<typeof first, typeof embedded>(true)
    same<Effect.Error<typeof piped>, AiError.AiError>(true)
  })
})

/** These are checked by the compiler only. */
export const refusedConfigurations = (client: Layer.Layer<MistralClient.MistralClient>) => {
  const { model } = MistralEmbeddingModel
  // @ts-expect-error: the texts are given to the call
  model("m", { input: ["text"] })
  // @ts-expect-error: the name is given apart
  model("m", { model: "other" })
  // @ts-expect-error: not one of the types of numbers
  model("m", { output_dtype: "float64" })
  // @ts-expect-error: misspelt
  model("m", { dimension: 256 })
  // @ts-expect-error: misspelt, in an override
  MistralEmbeddingModel.withConfigOverride({ outputDimension: 256 })
  // @ts-expect-error: there are no dimensions
  return Effect.runFork(EmbeddingModel.Dimensions.pipe(Effect.provide(model("m")), Effect.provide(client)))
}
