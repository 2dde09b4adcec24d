/** The services of single endpoints: `Embeddings`, `Moderations` and `Models`. */
import {
  AzureAi,
  Embedding,
  Embeddings,
  type MistralError,
  Model,
  Models,
  Moderation,
  Moderations,
  OpenAiCompatible,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { over, testService } from "./fixtures/endpointTests.ts"
import { requests } from "./fixtures/scriptedClient.ts"

const embedding: Embedding.Response = {
  id: "e1",
  object: "list",
  model: "mistral-embed",
  data: [{ object: "embedding", embedding: [0.5, -1], index: 0 }],
  usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 }
}

const moderation: Moderation.Response = {
  id: "m1",
  model: "mistral-moderation-latest",
  results: [{ categories: { pii: true, law: false }, category_scores: { pii: 0.9, law: 0.01 } }]
}

const model: Model.Model = { id: "mistral-small-latest", capabilities: { vision: true }, aliases: ["mistral-small"] }

const texts = { model: "m", input: ["one", "two"] }
const conversation = { model: "m", input: [{ role: "user" as const, content: "Hi" }] }

testService("Embeddings", {
  ...Embeddings,
  key: Embeddings.Embeddings,
  operations: {
    create: {
      method: "POST",
      path: "/v1/embeddings",
      body: texts,
      response: embedding,
      call: (options) => Embeddings.create(texts, options)
    }
  }
})

testService("Moderations", {
  ...Moderations,
  key: Moderations.Moderations,
  operations: {
    create: {
      method: "POST",
      path: "/v1/moderations",
      body: texts,
      response: moderation,
      call: (options) => Moderations.create(texts, options)
    },
    createChat: {
      method: "POST",
      path: "/v1/chat/moderations",
      body: conversation,
      response: moderation,
      call: (options) => Moderations.createChat(conversation, options)
    }
  }
})

testService("Models", {
  ...Models,
  key: Models.Models,
  operations: {
    list: {
      method: "GET",
      path: "/v1/models",
      response: { object: "list", data: [model] },
      call: (options) => Models.list({}, options)
    },
    fetch: {
      method: "GET",
      path: "/v1/models/{model_id}",
      sent: "/v1/models/mistral-small-latest",
      response: model,
      call: (options) => Models.fetch("mistral-small-latest", options)
    }
  }
})

describe("Models.list", () => {
  it.effect("sends the query parameters that have a value, and no others", () =>
    Effect.gen(function*() {
      const models = yield* Models.Models
      yield* models.list()
      yield* models.list({ provider: "a b", model: "c&d" })
      yield* Models.list({ model: null })
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/models",
        "/v1/models?provider=a+b&model=c%26d",
        "/v1/models"
      ])
    }).pipe(Effect.provide(over(Models.layer, () => ScriptedHttpClient.json([model])))))

  it.effect("refuses a query parameter that it does not know, and sends nothing", () =>
    Effect.gen(function*() {
      const query = { provider: "a", limit: 1 }
      const { reason } = yield* Effect.flip(Models.list(query))
      assert.isTrue(reason._tag === "InvalidRequest" && reason.issues[0]?.path[0] === "limit")
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(over(Models.layer, []))))

  it.effect("keeps a list in either form", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(Model.models(yield* Models.list()), [model])
      assert.deepStrictEqual(Model.models(yield* Models.list()), [model])
    }).pipe(Effect.provide(over(Models.layer, [
      ScriptedHttpClient.json([model]),
      ScriptedHttpClient.json({ object: "list", data: [model] })
    ]))))
})

describe("Models.fetch", () => {
  it.effect("encodes an id as one segment of the path", () =>
    Effect.gen(function*() {
      const ids = ["ft:open-mistral-7b:587a6b29:20240514:7e773925", "a/b", "a b?c#d", "é%20", "...", "{model_id}"]
      for (const id of ids) yield* Models.fetch(id)
      assert.deepStrictEqual(
        (yield* requests).map(({ path }) => path),
        ids.map((id) => `/v1/models/${encodeURIComponent(id)}`)
      )
    }).pipe(Effect.provide(over(Models.layer, () => ScriptedHttpClient.json(model)))))

  it.effect("refuses an id that would change the path, and sends nothing", () =>
    Effect.gen(function*() {
      for (const id of ["", ".", "..", "\ud800"]) {
        const { reason } = yield* Effect.flip(Models.fetch(id))
        assert.isTrue(reason._tag === "InvalidRequest", id)
        assert.deepStrictEqual(
          reason._tag === "InvalidRequest" ? reason.issues.map(({ path }) => path) : [],
          [["params", "model_id"]]
        )
      }
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(over(Models.layer, []))))
})

describe("a request with a misspelt key", () => {
  const misspelt = { inputs: [] }
  for (
    const [name, call] of Object.entries<Effect.Effect<unknown, MistralError.MistralError, All>>({
      "Embeddings.create": Embeddings.create({ ...texts, ...misspelt }),
      "Moderations.create": Moderations.create({ ...texts, ...misspelt }),
      "Moderations.createChat": Moderations.createChat({ ...conversation, ...misspelt })
    })
  ) {
    it.effect(`is refused by ${name}, and nothing is sent`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(call)
        assert.isTrue(reason._tag === "InvalidRequest" && reason.issues[0]?.path[0] === "inputs")
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(over(all, []))))
  }
})

describe("an embedding that is not base64", () => {
  it.effect("is an InvalidResponse that names its place, but not its text", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Embeddings.create(texts))
      assert.isTrue(
        error.reason._tag === "InvalidResponse" &&
          JSON.stringify(error.reason.issues?.[0]?.path) === `["data",1,"embedding"]`
      )
      assert.notInclude(String(error), "not base64!")
    }).pipe(Effect.provide(over(Embeddings.layer, [
      ScriptedHttpClient.json({ model: "m", data: [{ embedding: "AAAA" }, { embedding: "not base64!" }] })
    ]))))
})

describe("a mock of one line", () => {
  it.effect("replaces Embeddings", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(Embedding.vectors(yield* Embeddings.create(texts)), [[1, 0]])
    }).pipe(Effect.provide(
      Layer.mock(Embeddings.Embeddings)({ create: () => Effect.succeed({ model: "m", data: [{ embedding: [1, 0] }] }) })
    )))

  it.effect("replaces the members of Moderations that a test needs", () =>
    Effect.gen(function*() {
      const { results } = yield* Moderations.create(texts)
      assert.deepStrictEqual(results.map(Moderation.flagged), [["pii"]])
      assert.strictEqual((yield* Effect.exit(Moderations.createChat(conversation)))._tag, "Failure")
    }).pipe(Effect.provide(Layer.mock(Moderations.Moderations)({ create: () => Effect.succeed(moderation) }))))

  it.effect("replaces Models", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Models.fetch("a"), { id: "a" })
      assert.deepStrictEqual(Model.models(yield* Models.list()), [{ id: "b" }])
    }).pipe(Effect.provide(
      Layer.mock(Models.Models)({ fetch: (id) => Effect.succeed({ id }), list: () => Effect.succeed([{ id: "b" }]) })
    )))
})

describe("Moderation.flagged", () => {
  it("names the categories that were found, in their order", () => {
    assert.deepStrictEqual(Moderation.flagged({ categories: { sexual: true, pii: false, law: true } }), [
      "sexual",
      "law"
    ])
    assert.deepStrictEqual([{}, { categories: null }, { category_scores: { pii: 1 } }].map(Moderation.flagged), [
      [],
      [],
      []
    ])
  })
})

type All = Embeddings.Embeddings | Moderations.Moderations | Models.Models

const all = Layer.mergeAll(Embeddings.layer, Moderations.layer, Models.layer)

describe("on another deployment", () => {
  const response = {
    object: "list",
    model: "nomic-embed-text",
    data: [{ object: "embedding", index: 0, embedding: [0.5, -1] }],
    usage: { prompt_tokens: 2, total_tokens: 2 }
  }

  it.effect("an OpenAI-compatible server gets OpenAI's names, and its response is read", () =>
    Effect.gen(function*() {
      const request = { model: "nomic-embed-text", input: "Hi", output_dimension: 2 }
      assert.deepStrictEqual(Embedding.vectors(yield* Embeddings.create(request)), [[0.5, -1]])
      const seen = yield* requests
      assert.deepStrictEqual(seen.map(({ body, url }) => ({ body, url })), [{
        body: { model: "nomic-embed-text", input: "Hi", dimensions: 2 },
        url: "http://localhost:11434/v1/embeddings"
      }])
    }).pipe(Effect.provide(
      Embeddings.layer.pipe(
        Layer.provide(OpenAiCompatible.layer({ baseUrl: "http://localhost:11434" })),
        Layer.provideMerge(ScriptedHttpClient.layer([ScriptedHttpClient.json(response)]))
      )
    )))

  for (
    const [name, client] of Object.entries({
      "Vertex AI": VertexAi.layer({ projectId: "p", region: "europe-west4", accessToken: Redacted.make("k") }),
      "Azure AI": AzureAi.layer({ endpoint: "https://a.test", apiKey: Redacted.make("k") })
    })
  ) {
    it.effect(`${name} serves none of them, and nothing is sent`, () =>
      Effect.gen(function*() {
        const calls: ReadonlyArray<Effect.Effect<unknown, MistralError.MistralError, All>> = [
          Embeddings.create(texts),
          Moderations.create(texts),
          Moderations.createChat(conversation),
          Models.list(),
          Models.fetch("m")
        ]
        for (const call of calls) {
          const error = yield* Effect.flip(call)
          assert.strictEqual(error.reason._tag, "InvalidRequest")
          assert.include(error.message, `${name} does not serve /v1/`)
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(
        all.pipe(Layer.provide(client), Layer.provideMerge(ScriptedHttpClient.layer()))
      )))
  }
})
