import {
  AzureAi,
  Classification,
  Classifiers,
  MistralClient,
  OpenAiCompatible,
  RetryPolicy,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { over, testService } from "./fixtures/endpointTests.ts"
import { requests } from "./fixtures/scriptedClient.ts"

const response: Classification.Response = {
  id: "c1",
  model: "ministral-3b-latest",
  results: [{ intent: { scores: { refund: 0.9, parcel: 0.1 } }, language: { scores: { en: 1, fr: 0 } } }]
}

const texts = { model: "m", input: ["one", "two"] }
const messages = [{ role: "user" as const, content: "Hi" }]
const conversation = { model: "m", input: { messages } }

testService("Classifiers", {
  ...Classifiers,
  key: Classifiers.Classifiers,
  operations: {
    classify: {
      method: "POST",
      path: "/v1/classifications",
      body: texts,
      response,
      call: (options) => Classifiers.classify(texts, options)
    },
    classifyChat: {
      method: "POST",
      path: "/v1/chat/classifications",
      body: conversation,
      response,
      call: (options) => Classifiers.classifyChat(conversation, options)
    }
  }
})

describe("a request", () => {
  it.effect("is sent as it is: one text or several, one conversation or several", () =>
    Effect.gen(function*() {
      const sent = [
        { model: "m", input: "one" },
        { model: "m", input: [] },
        { model: "m", input: ["one"], metadata: { a: [1] } },
        { model: "m", input: "one", metadata: null }
      ]
      for (const request of sent) yield* Classifiers.classify(request)
      const conversations = [conversation, { model: "m", input: [{ messages }, { messages: [] }] }]
      for (const request of conversations) yield* Classifiers.classifyChat(request)
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [...sent, ...conversations])
    }).pipe(Effect.provide(scripted)))

  const refused: ReadonlyArray<readonly [request: object, path: ReadonlyArray<string | number>]> = [
    [{ ...texts, inputs: [] }, ["inputs"]],
    [{ input: "a" }, ["model"]],
    [{ model: null, input: "a" }, ["model"]],
    [{ model: "m" }, ["input"]],
    [{ model: "m", input: ["a", 5] }, ["input", 1]]
  ]
  const refusedChats: ReadonlyArray<readonly [request: object, path: ReadonlyArray<string | number>]> = [
    [{ ...conversation, metadata: {} }, ["metadata"]],
    // The form of a request to moderate conversations.
    [{ model: "m", input: messages }, ["input", 0, "messages"]],
    [{ model: "m", input: { messages, tools: [] } }, ["input", "tools"]],
    [{ model: "m", input: [{ messages }, { messages: [{ role: "user" }] }] }, ["input", 1, "messages", 0, "content"]],
    [{ model: "m", input: "Hi" }, ["input"]]
  ]
  it.effect("that does not fit the API is refused with the place, and nothing is sent", () =>
    Effect.gen(function*() {
      for (const [request, path] of [...refused, ...refusedChats]) {
        const error = yield* Effect.flip(
          refused.some(([one]) => one === request)
            // The casts are safe: the requests are to be refused at runtime.
            ? Classifiers.classify(request as Classification.Request)
            : Classifiers.classifyChat(request as Classification.ChatRequest)
        )
        assert.isTrue(error.reason._tag === "InvalidRequest")
        if (error.reason._tag !== "InvalidRequest") return
        assert.deepInclude(error.reason.issues.map((issue) => issue.path), path, JSON.stringify(request))
      }
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(scripted)))

  it.effect("is retried after a truncated response, like one to moderate", () =>
    Effect.gen(function*() {
      for (const call of [Classifiers.classify(texts), Classifiers.classifyChat(conversation)]) {
        yield* Effect.flip(call)
      }
      assert.lengthOf(yield* requests, 4)
    }).pipe(Effect.provide(
      Classifiers.layer.pipe(
        Layer.provide(MistralClient.layer({ retry: RetryPolicy.make({ schedule: Schedule.recurs(1) }) })),
        Layer.provideMerge(ScriptedHttpClient.layer(() => ScriptedHttpClient.bytes(["{\"id\": "], { ending: "fail" })))
      )
    )))

  for (
    const [name, client] of Object.entries({
      "Vertex AI": VertexAi.layer({ projectId: "p", region: "europe-west4", accessToken: Redacted.make("k") }),
      "Azure AI": AzureAi.layer({ endpoint: "https://a.test", apiKey: Redacted.make("k") })
    })
  ) {
    it.effect(`is not served by ${name}, and nothing is sent`, () =>
      Effect.gen(function*() {
        for (const call of [Classifiers.classify(texts), Classifiers.classifyChat(conversation)]) {
          assert.include((yield* Effect.flip(call)).message, `${name} does not serve /v1/`)
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(
        Classifiers.layer.pipe(Layer.provide(client), Layer.provideMerge(ScriptedHttpClient.layer()))
      )))
  }

  it.effect("goes to an OpenAI-compatible server as it is, which a server of Mistral's models may serve", () =>
    Effect.gen(function*() {
      yield* Classifiers.classify({ ...texts, metadata: { a: 1 } })
      assert.deepStrictEqual((yield* requests).map(({ body, url }) => ({ body, url })), [
        { body: { ...texts, metadata: { a: 1 } }, url: "http://localhost:8000/v1/classifications" }
      ])
    }).pipe(Effect.provide(
      Classifiers.layer.pipe(
        Layer.provide(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" })),
        Layer.provideMerge(ScriptedHttpClient.layer([ScriptedHttpClient.json(response)]))
      )
    )))
})

describe("a mock of one line", () => {
  it.effect("replaces the members of Classifiers that a test needs", () =>
    Effect.gen(function*() {
      const { results } = yield* Classifiers.classify(texts)
      assert.deepStrictEqual(results.map(Classification.labels), [{ intent: "refund", language: "en" }])
      assert.strictEqual((yield* Effect.exit(Classifiers.classifyChat(conversation)))._tag, "Failure")
    }).pipe(Effect.provide(Layer.mock(Classifiers.Classifiers)({ classify: () => Effect.succeed(response) }))))
})

describe("Classification.best", () => {
  it("gives the label with the highest score, the first of several", () => {
    assert.deepStrictEqual(Classification.best({ scores: { a: 0.2, b: 0.7, c: 0.1 } }), { label: "b", score: 0.7 })
    assert.deepStrictEqual(Classification.best({ scores: { a: 0.4, b: 0.4, c: 0.2 } }), { label: "a", score: 0.4 })
    assert.deepStrictEqual(Classification.best({ scores: { a: 0 } }), { label: "a", score: 0 })
    assert.deepStrictEqual(Classification.best({ scores: { a: -3, b: -2 } }), { label: "b", score: -2 })
    assert.isUndefined(Classification.best({ scores: {} }))
  })
})

describe("Classification.labels", () => {
  it("gives the label of each target that has any", () => {
    assert.deepStrictEqual(
      Classification.labels({ a: { scores: { x: 0.1, y: 0.9 } }, b: { scores: {} }, c: { scores: { z: 1 } } }),
      { a: "y", c: "z" }
    )
    assert.deepStrictEqual(Classification.labels({}), {})
  })

  it("keeps labels and targets of any name", () => {
    const result = JSON.parse("{\"__proto__\":{\"scores\":{\"constructor\":1}}}")
    const labels = Classification.labels(result)
    assert.deepStrictEqual(Object.entries(labels), [["__proto__", "constructor"]])
  })
})

const scripted = over(Classifiers.layer, () => ScriptedHttpClient.json(response))
