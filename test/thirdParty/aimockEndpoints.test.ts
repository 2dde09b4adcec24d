/** Embeddings, moderations and models of `@copilotkit/aimock`, a server of OpenAI's API. */
import { LLMock } from "@copilotkit/aimock"
import {
  Embedding,
  Embeddings,
  FetchHttpClient,
  Model,
  Models,
  Moderation,
  Moderations,
  OpenAiCompatible
} from "@effect-mistral/core"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"

const client = Layer.unwrap(Effect.gen(function*() {
  const { url } = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const mock = new LLMock({ port: 0 })
      mock.onEmbedding("fixed", { embedding: [0.5, -0.25, 1] })
      mock.onModerate("stab", {
        flagged: true,
        categories: { violence: true, "hate/threatening": false },
        category_scores: { violence: 0.9, "hate/threatening": 0.1 }
      })
      mock.onMessage("Hi", { content: "Hello" })
      await mock.start()
      return mock
    }),
    (mock) => Effect.promise(() => mock.stop())
  )
  return OpenAiCompatible.layer({ baseUrl: url, apiKey: Redacted.make("mock") })
}))

const services = Layer.mergeAll(Embeddings.layer, Moderations.layer, Models.layer).pipe(
  Layer.provide(client),
  Layer.provide(FetchHttpClient.layer)
)

layer(services, { excludeTestServices: true })("aimock", (it) => {
  it.effect("gives embeddings of a dimension, as lists also where base64 was requested", () =>
    Effect.gen(function*() {
      const request = { model: "text-embedding-3-small", input: ["one", "two"], output_dimension: 8 }
      const plain = Embedding.vectors(yield* Embeddings.create(request))
      assert.deepStrictEqual(plain.map(({ length }) => length), [8, 8])
      const coded = yield* Embeddings.create({ ...request, encoding_format: "base64" })
      assert.deepStrictEqual(Embedding.vectors(coded), plain)
    }))

  it.effect("gives a fixed embedding, with its usage", () =>
    Effect.gen(function*() {
      const response = yield* Embeddings.create({ model: "text-embedding-3-small", input: "fixed" })
      assert.deepStrictEqual(Embedding.vectors(response), [[0.5, -0.25, 1]])
      assert.isAtLeast(response.usage?.total_tokens ?? -1, 0)
    }))

  it.effect("gives the categories of a text by OpenAI's names", () =>
    Effect.gen(function*() {
      const flagged = (input: string) =>
        Effect.map(
          Moderations.create({ model: "omni-moderation-latest", input }),
          ({ results }) => results.map(Moderation.flagged)
        )
      assert.deepStrictEqual(yield* flagged("I will stab him"), [["violence"]])
      assert.deepStrictEqual(yield* flagged("Good morning"), [[]])
    }))

  it.effect("lists models", () =>
    Effect.gen(function*() {
      const ids = Model.models(yield* Models.list()).map(({ id }) => id)
      assert.isNotEmpty(ids)
    }))
})
