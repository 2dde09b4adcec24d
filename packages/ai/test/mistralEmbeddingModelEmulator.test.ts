/** `MistralEmbeddingModel` over the emulator: vectors, limits of a request, data types and refusals. */
import { MistralEmbeddingModel } from "@effect-mistral/ai"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { EmbeddingModel } from "effect/ai"

const embedMany = (texts: ReadonlyArray<string>) =>
  Effect.flatMap(EmbeddingModel.EmbeddingModel, ({ embedMany }) => embedMany(texts))

const clientOf = (apiKey?: Redacted.Redacted<string>) =>
  Layer.unwrap(Effect.map(
    Emulator.Emulator,
    (emulator) => MistralClient.layer({ apiKey: apiKey ?? emulator.apiKey, retry: RetryPolicy.none })
  ))

const model = (
  name: string,
  config?: Omit<MistralEmbeddingModel.ConfigOptions, "model">,
  client = clientOf()
) => MistralEmbeddingModel.model(name, config).pipe(Layer.provide(client), Layer.provideMerge(Emulator.layerMemory()))

const length = (vector: ReadonlyArray<number>) => Math.hypot(...vector)

const similarity = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
  a.reduce((sum, one, at) => sum + one * b[at]!, 0) / length(a) / length(b)

describe("the embedding model over the emulator", () => {
  it.effect("embeds texts that are alike as vectors that are alike", () =>
    Effect.gen(function*() {
      const { embeddings, usage } = yield* embedMany(["The cat sleeps", "A cat sleeps", "Quarterly revenue"])
      const [cat, sameCat, revenue] = embeddings.map(({ vector }) => vector)
      assert.deepStrictEqual(embeddings.map(({ vector }) => vector.length), [1024, 1024, 1024])
      assert.isAbove(similarity(cat!, sameCat!), similarity(cat!, revenue!) + 0.3)
      assert.isAbove(usage.inputTokens ?? 0, 5)
      const { embed } = yield* EmbeddingModel.EmbeddingModel
      assert.deepStrictEqual((yield* embed("The cat sleeps")).vector, cat)
    }).pipe(Effect.provide(model("mistral-embed"))))

  it.effect("has the dimensions that are chosen", () =>
    Effect.gen(function*() {
      const { embeddings } = yield* embedMany(["a"])
      assert.lengthOf(embeddings[0]!.vector, yield* EmbeddingModel.Dimensions)
    }).pipe(Effect.provide(
      MistralEmbeddingModel.model("codestral-embed", { dimensions: 64 }).pipe(
        Layer.provide(clientOf()),
        Layer.provide(Emulator.layerMemory())
      )
    )))

  it.effect("reads every data type in both encodings as the same numbers", () =>
    Effect.gen(function*() {
      for (const output_dtype of ["float", "int8", "uint8", "binary", "ubinary"] as const) {
        const vector = (encoding_format: "float" | "base64") =>
          Effect.map(
            MistralEmbeddingModel.withConfigOverride(embedMany(["a"]), { output_dtype, encoding_format }),
            ({ embeddings }) => embeddings[0]!.vector
          )
        const numbers = yield* vector("float")
        assert.lengthOf(numbers, output_dtype.endsWith("binary") ? 8 : 64)
        assert.deepStrictEqual(yield* vector("base64"), numbers)
      }
    }).pipe(Effect.provide(model("codestral-embed", { dimensions: 64 }))))

  it.effect("divides texts that have too many tokens for a request", () =>
    Effect.gen(function*() {
      const texts = Array.from({ length: 50 }, (_, at) => `text ${at} `.repeat(300))
      const { embeddings, usage } = yield* embedMany(texts)
      const { requests } = yield* Emulator.Emulator
      const sizes = (yield* requests).map(({ body }) => [Reflect.get(Object(body), "input")].flat().length)
      assert.deepStrictEqual(sizes, [50, 25, 25])
      assert.isAbove(usage.inputTokens ?? 0, 16384)
      // Each has the vector that it has alone.
      for (const at of [0, 24, 25, 49]) {
        assert.deepStrictEqual((yield* embedMany([texts[at]!])).embeddings[0], embeddings[at])
      }
    }).pipe(Effect.provide(model("codestral-embed", { dimensions: 8, batchCharacters: Infinity }))))

  it.effect("tells why a request is refused", () =>
    Effect.gen(function*() {
      for (
        const [layer, tag, sentence] of [
          [model("mistral-embed", { dimensions: 512 }), "InvalidRequestError", "does not support output_dimension"],
          [model("codestral-embed", { dimensions: 5000 }), "InvalidRequestError", "at most 3072 dimensions"],
          [model("no-such-model"), "InvalidRequestError", "Invalid model: no-such-model"],
          [model("mistral-embed", {}, clientOf(Redacted.make("wrong"))), "AuthenticationError", "Unauthorized"]
        ] as const
      ) {
        const error = yield* embedMany(["a"]).pipe(Effect.flip, Effect.provide(layer))
        assert.strictEqual(error.reason._tag, tag)
        assert.include(error.message, sentence)
      }
    }))
})
