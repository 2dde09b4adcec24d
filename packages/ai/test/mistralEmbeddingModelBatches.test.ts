/** The requests of many texts and of calls at the same time, and the configuration that they share or do not. */
import { MistralEmbeddingModel } from "@effect-mistral/ai"
import { MistralClient, OpenAiCompatible } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { EmbeddingModel, Model } from "effect/ai"
import { TestClock } from "effect/testing"
import {
  bodies,
  embedMany,
  inputs,
  lengths,
  model,
  response,
  service,
  textsOf,
  vectorsOf
} from "./fixtures/embeddings.ts"

describe("many texts", () => {
  it.effect("are sent in requests of a size, and come back in order with the sum of their tokens", () =>
    Effect.gen(function*() {
      const read = yield* embedMany(["a", "bb", "ccc", "dddd", "eeeee"])
      assert.deepStrictEqual(yield* inputs, [["a", "bb"], ["ccc", "dddd"], ["eeeee"]])
      assert.deepStrictEqual(vectorsOf(read), [1, 2, 3, 4, 5].map((length) => [length, 0.5]))
      assert.strictEqual(read.usage.inputTokens, 5)
    }).pipe(Effect.provide(model(lengths, { batchSize: 2 }))))

  it.effect("are sent in requests of 256 texts and 48,000 characters by default", () =>
    Effect.gen(function*() {
      const read = yield* embedMany([
        ...Array.from({ length: 300 }, () => "a"),
        "b".repeat(30_000),
        "c".repeat(50_000),
        "d"
      ])
      assert.deepStrictEqual((yield* inputs).map(({ length }) => length), [256, 45, 1, 1])
      assert.lengthOf(read.embeddings, 303)
    }).pipe(Effect.provide(model(lengths))))

  it.effect("are sent in requests of a number of characters, and a longer text alone", () =>
    Effect.gen(function*() {
      yield* embedMany(["aaa", "bb", "c", "dddddddd", "e"])
      assert.deepStrictEqual(yield* inputs, [["aaa", "bb"], ["c"], ["dddddddd"], ["e"]])
    }).pipe(Effect.provide(model(lengths, { batchCharacters: 5 }))))

  it.effect("need one request for each where the size is not a sensible one", () =>
    Effect.gen(function*() {
      yield* embedMany(["a", "b"])
      assert.deepStrictEqual(yield* inputs, [["a"], ["b"]])
    }).pipe(Effect.provide(model(lengths, { batchSize: 0 }))))

  it.effect("have no number of tokens where one of their requests has none", () =>
    Effect.gen(function*() {
      const read = yield* embedMany(["a", "b"])
      assert.isUndefined(read.usage.inputTokens)
    }).pipe(Effect.provide(model([response([[1]]), response([[1]], { usage: null })], { batchSize: 1 }))))

  it.effect("are sent one request after the other, or as many at once as is allowed", () =>
    Effect.gen(function*() {
      const slow = () => ({ ...response([[1]]), delay: Duration.seconds(1) })
      const seconds = Effect.fnUntraced(function*(concurrency?: number | "unbounded") {
        const fiber = yield* embedMany(["a", "b", "c", "d"]).pipe(
          Effect.timed,
          Effect.provide(model(slow, { batchSize: 1, ...(concurrency === undefined ? {} : { concurrency }) })),
          Effect.forkChild
        )
        yield* TestClock.adjust("10 seconds")
        return Duration.toSeconds((yield* Fiber.join(fiber))[0])
      })
      assert.deepStrictEqual([yield* seconds(), yield* seconds(2), yield* seconds("unbounded")], [4, 2, 1])
    }))

  it.effect("are sent in halves where the server says that they have too many tokens", () =>
    Effect.gen(function*() {
      const read = yield* embedMany(["a", "bb", "ccc", "dddd", "eeeee"])
      assert.deepStrictEqual(vectorsOf(read), [1, 2, 3, 4, 5].map((length) => [length, 0.5]))
      assert.strictEqual(read.usage.inputTokens, 5)
      assert.deepStrictEqual((yield* inputs).map((texts) => texts.length), [5, 3, 2, 1, 2])
    }).pipe(Effect.provide(model((request) => textsOf(request).length > 2 ? tooMany : lengths(request)))))

  it.effect("fail as one where a single text has too many tokens", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(embedMany(["a", "b"]))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      assert.include(error.message, "Too many tokens overall, split into more batches")
      assert.deepStrictEqual(yield* inputs, [["a", "b"], ["a"]])
    }).pipe(Effect.provide(model(() => tooMany))))

  it.effect("fail as one where one of their requests fails", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(embedMany(["a", "b", "c"]))
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.lengthOf(yield* inputs, 2)
    }).pipe(
      Effect.provide(model([response([[1]]), ScriptedHttpClient.json({}, { status: 500 })], { batchSize: 1 }))
    ))

  it.effect("are named by their positions among all where one cannot be sent", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(embedMany(["a", "b", "c", "d\ud800"]))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      if (error.reason._tag !== "InvalidRequestError") return
      assert.strictEqual(error.reason.parameter, "input.3")
      assert.include(error.message, "nothing was sent: input.3: ")
    }).pipe(Effect.provide(model(lengths, { batchSize: 2 }))))
})

describe("calls of embed that run at the same time", () => {
  const embedAll = (texts: ReadonlyArray<string>) =>
    Effect.flatMap(service, ({ embed }) => Effect.forEach(texts, embed, { concurrency: "unbounded" }))

  it.effect("share a request, and each gets its own vector", () =>
    Effect.gen(function*() {
      const read = yield* embedAll(["a", "bb", "a", "ccc"])
      assert.deepStrictEqual(read.map(({ vector }) => vector[0]), [1, 2, 1, 3])
      assert.deepStrictEqual(yield* inputs, [["a", "bb", "a", "ccc"]])
    }).pipe(Effect.provide(model(lengths))))

  it.effect("are divided as the texts of embedMany are", () =>
    Effect.gen(function*() {
      const read = yield* embedAll(["a", "bb", "ccc"])
      assert.deepStrictEqual(read.map(({ vector }) => vector[0]), [1, 2, 3])
      assert.deepStrictEqual(yield* inputs, [["a", "bb"], ["ccc"]])
    }).pipe(Effect.provide(model(lengths, { batchSize: 2 }))))

  it.effect("share no request where their configurations differ", () =>
    Effect.gen(function*() {
      const { embed } = yield* service
      const by = (config: MistralEmbeddingModel.ConfigOptions) => MistralEmbeddingModel.withConfigOverride(config)
      yield* Effect.all([
        embed("a"),
        embed("b").pipe(by({ output_dimension: 8 })),
        embed("c").pipe(by({ output_dimension: 16 })),
        embed("d").pipe(by({ output_dimension: 8 })),
        embed("e").pipe(by({ model: "other" })),
        embed("f").pipe(by({ requestOptions: { apiKey: Redacted.make("one") } })),
        embed("g").pipe(by({ requestOptions: { apiKey: Redacted.make("two") } })),
        embed("h").pipe(by({ requestOptions: { apiKey: Redacted.make("one") } })),
        embed("i")
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* bodies, [
        { model: "codestral-embed", input: ["a", "i"] },
        { model: "codestral-embed", input: ["b", "d"], output_dimension: 8 },
        { model: "codestral-embed", input: ["c"], output_dimension: 16 },
        { model: "other", input: ["e"] },
        { model: "codestral-embed", input: ["f", "h"] },
        { model: "codestral-embed", input: ["g"] }
      ])
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).slice(4).map(({ headers }) => headers["authorization"]), [
        "Bearer one",
        "Bearer two"
      ])
    }).pipe(Effect.provide(model(lengths))))

  it.effect("all fail where their request does", () =>
    Effect.gen(function*() {
      const { embed } = yield* service
      const errors = yield* Effect.forEach(["a", "b"], (text) => Effect.flip(embed(text)), { concurrency: "unbounded" })
      assert.deepStrictEqual(errors.map(({ reason }) => reason._tag), ["RateLimitError", "RateLimitError"])
    }).pipe(Effect.provide(model([ScriptedHttpClient.json({ message: "Slow down" }, { status: 429 })]))))
})

describe("dimensions", () => {
  it.effect("are sent and provided", () =>
    Effect.gen(function*() {
      yield* embedMany(["a"])
      assert.strictEqual(yield* EmbeddingModel.Dimensions, 512)
      assert.deepStrictEqual(yield* bodies, [{ model: "codestral-embed", input: ["a"], output_dimension: 512 }])
    }).pipe(
      Effect.provide(
        MistralEmbeddingModel.model("codestral-embed", { dimensions: 512 }).pipe(
          Layer.provide(MistralClient.layer({})),
          Layer.provideMerge(ScriptedHttpClient.layer(lengths))
        )
      )
    ))

  it.effect("are provided and not sent where the parameter is removed", () =>
    Effect.gen(function*() {
      yield* embedMany(["a"])
      assert.strictEqual(yield* EmbeddingModel.Dimensions, 1024)
      assert.deepStrictEqual(yield* bodies, [{ model: "mistral-embed", input: ["a"] }])
    }).pipe(
      Effect.provide(
        MistralEmbeddingModel.layer({ model: "mistral-embed", dimensions: 1024, output_dimension: undefined }).pipe(
          Layer.provide(MistralClient.layer({})),
          Layer.provideMerge(ScriptedHttpClient.layer(lengths))
        )
      )
    ))

  it.effect("of an override win, by either name, and are provided", () =>
    Effect.gen(function*() {
      const call = Effect.andThen(embedMany(["a"]), EmbeddingModel.Dimensions)
      const by = (config: MistralEmbeddingModel.ConfigOptions) => MistralEmbeddingModel.withConfigOverride(call, config)
      assert.strictEqual(yield* by({ dimensions: 256 }), 256)
      yield* by({ output_dimension: 128 })
      yield* by({ output_dimension: undefined })
      assert.deepStrictEqual((yield* bodies).map(({ output_dimension }) => output_dimension), [256, 128, undefined])
    }).pipe(
      Effect.provide(
        MistralEmbeddingModel.model("codestral-embed", { dimensions: 512 }).pipe(
          Layer.provide(MistralClient.layer({})),
          Layer.provideMerge(ScriptedHttpClient.layer(lengths))
        )
      )
    ))

  it.effect("are sent to a server that is compatible with OpenAI under its own name", () =>
    Effect.gen(function*() {
      yield* embedMany(["a"])
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [
        { model: "codestral-embed", input: ["a"], dimensions: 512 }
      ])
    }).pipe(
      Effect.provide(
        MistralEmbeddingModel.model("codestral-embed", { dimensions: 512 }).pipe(
          Layer.provide(OpenAiCompatible.layer({ baseUrl: "https://a.test" })),
          Layer.provideMerge(ScriptedHttpClient.layer(lengths))
        )
      )
    ))

  it("are in the type of the model only where they are given", () => {
    const withDimensions: Layer.Layer<EmbeddingModel.Dimensions, never, MistralClient.MistralClient> =
      MistralEmbeddingModel.model("codestral-embed", { dimensions: 512 })
    // @ts-expect-error: `Dimensions` are not provided
    const without: Layer.Layer<EmbeddingModel.Dimensions, never, MistralClient.MistralClient> = MistralEmbeddingModel
      .model("codestral-embed")
    // @ts-expect-error: a key that does not exist
    MistralEmbeddingModel.model("codestral-embed", { output_dimensions: 512 })
    // @ts-expect-error: the texts are those of the call
    MistralEmbeddingModel.model("codestral-embed", { input: "a" })
    assert.isDefined([withDimensions, without])
  })
})

describe("configuration", () => {
  it.effect("of an inner override wins over an outer one, and both over the model's, in effects and streams", () =>
    Effect.gen(function*() {
      const call = embedMany(["a"])
      const twice = call.pipe(
        MistralEmbeddingModel.withConfigOverride({
          output_dtype: "uint8",
          requestOptions: { headers: { "x-a": "1" } }
        }),
        MistralEmbeddingModel.withConfigOverride({
          output_dtype: "binary",
          model: "outer",
          requestOptions: { headers: { "x-b": "2" } }
        })
      )
      yield* twice
      yield* Stream.runDrain(
        MistralEmbeddingModel.withConfigOverride(Stream.fromEffect(call), { output_dtype: "ubinary" })
      )
      yield* call
      assert.deepStrictEqual(yield* bodies, [
        { model: "outer", input: ["a"], output_dtype: "uint8" },
        { model: "codestral-embed", input: ["a"], output_dtype: "ubinary" },
        { model: "codestral-embed", input: ["a"], output_dtype: "int8" }
      ])
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [first] = yield* requests
      assert.deepStrictEqual([first?.headers["x-a"], first?.headers["x-b"]], ["1", "2"])
    }).pipe(Effect.provide(model(lengths, { output_dtype: "int8" }))))

  it.effect("names the provider and the model", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Model.ProviderName, "mistral")
      assert.strictEqual(yield* Model.ModelName, "codestral-embed")
    }).pipe(Effect.provide(model(lengths))))

  it.effect("of two models over two clients never mixes", () =>
    Effect.gen(function*() {
      const over = (host: string) =>
        MistralEmbeddingModel.model("codestral-embed").pipe(
          Layer.provide(MistralClient.layer({ baseUrl: `https://${host}` }))
        )
      yield* embedMany(["a"]).pipe(Effect.provide(over("one.test")))
      yield* embedMany(["a"]).pipe(Effect.provide(over("two.test")))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ url }) => new URL(url).host), ["one.test", "two.test"])
    }).pipe(Effect.provide(ScriptedHttpClient.layer(lengths))))
})

const tooMany = ScriptedHttpClient.json(
  { object: "error", message: "Too many tokens overall, split into more batches.", code: "3210" },
  { status: 400 }
)
