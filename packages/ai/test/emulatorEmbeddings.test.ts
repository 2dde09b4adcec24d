/** Embeddings over the emulator, which gives like texts like vectors and checks requests as Mistral does. */
import { MistralEmbeddingModel } from "@effect-mistral/ai"
import { RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { EmbeddingModel, Model } from "effect/ai"
import { emulatedClient } from "./fixtures/emulatedModel.ts"

const model = MistralEmbeddingModel.model("codestral-embed", { dimensions: 32 }).pipe(
  Layer.provideMerge(emulatedClient())
)

const texts = ["The cat sleeps on the sofa.", "The cat sleeps on the sofas.", "Stock markets fell in autumn."]

const likeness = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)

const bodies = Effect.flatMap(
  Emulator.Emulator,
  ({ requests }) =>
    // The cast is safe: the emulator refuses another body.
    Effect.map(requests, (all) => all.map(({ body }) => body as { readonly input: ReadonlyArray<string> }))
)

describe("embeddings of the emulator", () => {
  it.effect("are one vector of the dimensions for each text, by which like texts are found", () =>
    Effect.gen(function*() {
      const service = yield* EmbeddingModel.EmbeddingModel
      const { embeddings, usage } = yield* service.embedMany(texts)
      assert.deepStrictEqual(embeddings.map(({ vector }) => vector.length), [32, 32, 32])
      assert.isAbove(usage.inputTokens ?? 0, 0)
      const [first = [], second = [], third = []] = embeddings.map(({ vector }) => vector)
      assert.isAbove(likeness(first, second), likeness(first, third))
      assert.strictEqual(yield* EmbeddingModel.Dimensions, 32)
      assert.deepStrictEqual([yield* Model.ProviderName, yield* Model.ModelName], ["mistral", "codestral-embed"])
    }).pipe(Effect.provide(model)))

  it.effect("of single texts at the same time are one request, and equal those of a list", () =>
    Effect.gen(function*() {
      const service = yield* EmbeddingModel.EmbeddingModel
      const single = yield* Effect.forEach(texts, service.embed, { concurrency: "unbounded" })
      const { embeddings } = yield* service.embedMany(texts)
      assert.deepStrictEqual(single.map(({ vector }) => vector), embeddings.map(({ vector }) => vector))
      assert.deepStrictEqual((yield* bodies).map(({ input }) => input), [texts, texts])
    }).pipe(Effect.provide(model)))

  it.effect("are cut into requests of a number of texts, and keep their order", () =>
    Effect.gen(function*() {
      const service = yield* EmbeddingModel.EmbeddingModel
      const many = Array.from({ length: 10 }, (_, at) => `Text number ${at}`)
      const { embeddings } = yield* MistralEmbeddingModel.withConfigOverride(service.embedMany(many), { batchSize: 4 })
      const whole = yield* service.embedMany(many)
      assert.deepStrictEqual(embeddings, whole.embeddings)
      assert.deepStrictEqual((yield* bodies).map(({ input }) => input.length), [4, 4, 2, 10])
    }).pipe(Effect.provide(model)))

  it.live("are retried, and fail with the right reason where the server stays overloaded", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const service = yield* EmbeddingModel.EmbeddingModel
      yield* faults.next(Fault.status(503), { times: 2 })
      assert.lengthOf((yield* service.embedMany(texts)).embeddings, 3)
      yield* faults.next(Fault.status(503), { times: 3 })
      const busy = yield* Effect.flip(service.embedMany(texts))
      assert.deepStrictEqual([busy.reason._tag, busy.isRetryable, busy.module, busy.method], [
        "InternalProviderError",
        true,
        "MistralEmbeddingModel",
        "embedMany"
      ])
      yield* faults.next(Fault.status(401))
      const refused = yield* Effect.flip(service.embed("one"))
      assert.strictEqual(refused.reason._tag, "AuthenticationError")
    }).pipe(Effect.provide(
      MistralEmbeddingModel.model("codestral-embed").pipe(Layer.provideMerge(emulatedClient([], {
        retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 2 })) })
      })))
    )))

  it.effect("of a model that does not let a request choose their dimensions are an invalid request", () =>
    Effect.gen(function*() {
      const service = yield* EmbeddingModel.EmbeddingModel
      const { reason } = yield* Effect.flip(service.embedMany(texts))
      assert.strictEqual(reason._tag, "InvalidRequestError")
    }).pipe(Effect.provide(
      MistralEmbeddingModel.model("mistral-embed", { dimensions: 5000 }).pipe(Layer.provideMerge(emulatedClient()))
    )))
})
