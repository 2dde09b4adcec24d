/** Embeddings over all places that serve the API, which differ by the layer of the client alone. */
import { MistralEmbeddingModel } from "@effect-mistral/ai"
import { AzureAi, MistralClient, OpenAiCompatible, RetryPolicy, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { EmbeddingModel } from "effect/ai"
import type { HttpClient } from "effect/http"

type Client = Layer.Layer<MistralClient.MistralClient, never, HttpClient.HttpClient>

const apiKey = Redacted.make("the-key")
const retry = RetryPolicy.none

const over = (client: Client, config: Omit<MistralEmbeddingModel.ConfigOptions, "model"> = {}) =>
  MistralEmbeddingModel.model("codestral-embed", config).pipe(Layer.provide(client))

const embed = (...texts: ReadonlyArray<string>) =>
  EmbeddingModel.EmbeddingModel.use((model) => model.embedMany(texts)).pipe(
    Effect.map(({ embeddings, usage }) => ({ vectors: embeddings.map(({ vector }) => vector), usage }))
  )

/** A server that answers in another order than that of the texts. */
const server = ScriptedHttpClient.layer([
  ScriptedHttpClient.json({
    id: "1",
    object: "list",
    model: "codestral-embed",
    data: [
      { object: "embedding", index: 1, embedding: [0, 1] },
      { object: "embedding", index: 0, embedding: [1, 0] }
    ],
    usage: { prompt_tokens: 4, completion_tokens: 0, total_tokens: 4 }
  })
])

const compatible = OpenAiCompatible.layer({ baseUrl: "https://gateway.test", apiKey, retry })

describe("embeddings", () => {
  const places: ReadonlyArray<readonly [name: string, client: Client, url: string, dimensions: object]> = [
    [
      "Mistral",
      MistralClient.layer({ apiKey, retry }),
      "https://api.mistral.ai/v1/embeddings",
      { output_dimension: 2 }
    ],
    ["an OpenAI-compatible server", compatible, "https://gateway.test/v1/embeddings", { dimensions: 2 }]
  ]
  for (const [name, client, url, dimensions] of places) {
    it.effect(`of ${name} have the order of the texts, and their dimensions under its own name`, () =>
      Effect.gen(function*() {
        const { usage, vectors } = yield* embed("one", "two")
        assert.deepStrictEqual(vectors, [[1, 0], [0, 1]])
        assert.strictEqual(usage.inputTokens, 4)
        assert.strictEqual(yield* EmbeddingModel.Dimensions, 2)
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const [seen] = yield* requests
        assert.strictEqual(seen?.url, url)
        assert.strictEqual(seen?.headers.authorization, "Bearer the-key")
        assert.deepStrictEqual(seen?.body, { model: "codestral-embed", input: ["one", "two"], ...dimensions })
      }).pipe(
        Effect.provide(MistralEmbeddingModel.model("codestral-embed", { dimensions: 2 }).pipe(Layer.provide(client))),
        Effect.provide(server)
      ))
  }

  const refused: ReadonlyArray<readonly [name: string, client: Client, config: object, sentence: string]> = [
    ["Vertex AI", VertexAi.layer({ projectId: "p", accessToken: apiKey, retry }), {}, "Vertex AI does not serve"],
    ["Azure AI", AzureAi.layer({ endpoint: "https://res.test", apiKey, retry }), {}, "Azure AI does not serve"],
    ["an OpenAI-compatible server, by other numbers than floats", compatible, { output_dtype: "int8" }, "output_dtype"],
    ["an OpenAI-compatible server, with metadata", compatible, { metadata: { a: 1 } }, "metadata"]
  ]
  for (const [name, client, config, sentence] of refused) {
    it.effect(`that a place does not serve are an invalid request that is not sent: ${name}`, () =>
      Effect.gen(function*() {
        const { isRetryable, reason } = yield* Effect.flip(embed("one", "two"))
        assert.strictEqual(reason._tag, "InvalidRequestError")
        assert.isFalse(isRetryable)
        assert.include("description" in reason ? reason.description : "", sentence)
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(over(client, config)), Effect.provide(ScriptedHttpClient.layer())))
  }
})
