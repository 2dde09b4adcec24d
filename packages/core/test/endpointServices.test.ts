/** The services of single endpoints: `Embeddings`, `Moderations` and `Models`. */
import {
  AzureAi,
  Embedding,
  Embeddings,
  MistralClient,
  type MistralError,
  Model,
  Models,
  Moderation,
  Moderations,
  OpenAiCompatible,
  type RequestOptions,
  RetryPolicy,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted, Schedule } from "effect"
import { optionPlaces, type Subject as OptionsSubject } from "./fixtures/optionsTests.ts"
import { open, requests, type Script, within } from "./fixtures/scriptedClient.ts"

type Options = RequestOptions.RequestOptions

interface Operation {
  readonly method: "GET" | "POST"
  readonly path: string
  /** The path as it is sent, where that is another. */
  readonly sent?: string
  readonly body?: unknown
  readonly response: unknown
}

/** A service, and its operations as functions that require it. */
interface Subject<Self> extends Pick<OptionsSubject<Self, unknown>, "key" | "layer" | "layerOptions" | "make"> {
  readonly operations: Readonly<
    Record<
      string,
      Operation & { readonly call: (options?: Options) => Effect.Effect<unknown, MistralError.MistralError, Self> }
    >
  >
}

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

subject("Embeddings", {
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

subject("Moderations", {
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

subject("Models", {
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

function subject<Self>(name: string, { key, layer, layerOptions, make, operations }: Subject<Self>) {
  const places = optionPlaces({ key, layer, layerOptions, make })

  for (const [operation, { body, call, method, path, response, sent = path }] of Object.entries(operations)) {
    describe(`${name}.${operation}`, () => {
      it.effect("sends the request as it is, and gives the response with the keys that it does not know", () =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* call(), { ...response as object, unknown: [1] })
          const seen = yield* requests
          assert.deepStrictEqual(seen.map(({ body, method, path }) => ({ body, method, path })), [
            { body, method, path: sent }
          ])
          assert.strictEqual(yield* open, 0)
        }).pipe(
          Effect.provide(over(layer, () => ScriptedHttpClient.json({ ...response as object, unknown: [1] })))
        ))

      it.effect("names itself in an error", () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(call())
          assert.deepStrictEqual(
            [error.operation, error.method, error.path, error.status],
            [`${name}.${operation}`, method, path, 404]
          )
        }).pipe(Effect.provide(over(layer, () => ScriptedHttpClient.json({}, { status: 404 })))))

      for (const [place, set] of Object.entries(places)) {
        const run = (options: Options, script: Script) => {
          const { call: ofCall, client, live } = set(options)
          return Effect.gen(function*() {
            const result = yield* within(Effect.result(call(ofCall)), "1 minute")
            return { result, seen: yield* requests }
          }).pipe(Effect.provide(over(live, script, client)))
        }

        it.effect(`obeys the options ${place}: headers, base URL and further keys of the body`, () =>
          Effect.gen(function*() {
            const { result, seen } = yield* run(
              { headers: { "x-a": "1" }, baseUrl: "https://there.test", extraBody: { extra: [1] } },
              () => ScriptedHttpClient.json(response)
            )
            assert.strictEqual(result._tag, "Success")
            assert.deepStrictEqual(
              seen.map(({ body, headers, url }) => ({ body, header: headers["x-a"], url })),
              [{
                body: body === undefined ? undefined : { ...body, extra: [1] },
                header: "1",
                url: `https://there.test${sent}`
              }]
            )
          }))

        it.effect(`obeys the options ${place}: the retry policy and the time limits`, () =>
          Effect.gen(function*() {
            const retried = yield* run(
              { retry: RetryPolicy.make({ schedule: Schedule.recurs(2) }) },
              () => ScriptedHttpClient.json({}, { status: 503 })
            )
            assert.lengthOf(retried.seen, 3)
            const { result } = yield* run(
              { timeout: { firstByte: "7 seconds" } },
              () => ScriptedHttpClient.bytes([], { ending: "hang" })
            )
            assert.isTrue(
              result._tag === "Failure" && result.failure.reason._tag === "Timeout" &&
                Duration.toMillis(result.failure.reason.duration) === 7000
            )
          }))
      }

      it.effect("lets the nearer option win, key by key", () =>
        Effect.gen(function*() {
          const at = (place: string, ...names: ReadonlyArray<string>) => ({
            headers: Object.fromEntries(names.map((name) => [`x-${name}`, place]))
          })
          const service = at("service", "service", "call")
          for (const live of [layerOptions(service), Layer.effect(key, make(service))]) {
            yield* Effect.gen(function*() {
              yield* call(at("call", "call"))
              yield* call()
              assert.deepStrictEqual(
                (yield* requests).map(({ headers }) => [headers["x-client"], headers["x-service"], headers["x-call"]]),
                [["client", "service", "call"], ["client", "service", "service"]]
              )
            }).pipe(
              Effect.provide(
                over(live, () => ScriptedHttpClient.json(response), at("client", "client", "service", "call"))
              )
            )
          }
        }))
    })
  }
}

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

function over<Self>(
  live: Layer.Layer<Self, never, MistralClient.MistralClient>,
  script: Script,
  client?: MistralClient.Options
) {
  return live.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none, ...client })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )
}

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
