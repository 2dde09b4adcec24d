/**
 * The headers a client sends, the sources of its settings, and the span of an operation.
 */
import { type Embedding, Endpoint, MistralClient, Model, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted, Schedule, Stream, Tracer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { readFileSync } from "node:fs"
import { version } from "../src/version.ts"
import { complete, stream } from "./fixtures/completions.ts"
import { failure } from "./fixtures/scriptedServer.ts"

describe("MistralClient", () => {
  it.effect("sends the key, the user agent and further headers, whole and streamed; the nearer setting wins", () =>
    Effect.gen(function*() {
      const options = { headers: { "x-b": "call", "x-c": "call" } }
      yield* complete(request, options)
      yield* Stream.runDrain(stream(request, options))
      for (const { headers } of yield* seen) {
        assert.deepInclude(headers, {
          authorization: "Bearer a-key",
          "content-type": "application/json",
          "user-agent": "my-app/1.0",
          "x-a": "client",
          "x-b": "call",
          "x-c": "call"
        })
      }
      assert.deepStrictEqual(
        (yield* seen).map(({ headers }) => headers.accept),
        ["application/json", "text/event-stream"]
      )
    }).pipe(Effect.provide(services({
      apiKey: Redacted.make("a-key"),
      userAgent: "my-app/1.0",
      headers: { "x-a": "client", "x-b": "client" }
    }))))

  it.effect("names itself and its version unless told otherwise, and sends no key it was not given", () =>
    Effect.gen(function*() {
      yield* complete(request)
      const [first] = yield* seen
      assert.strictEqual(first?.headers["user-agent"], `effect-mistral/${version}`)
      assert.isUndefined(first?.headers.authorization)
      assert.isUndefined(first?.headers.cookie)
    }).pipe(Effect.provide(services({}))))

  it("has the version of its package", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.strictEqual(version, manifest.version)
  })

  for (const [given, sent] of [["a-key\n", "Bearer a-key"], ["Bearer a-key", "Bearer a-key"]] as const) {
    it.effect(`sends the key ${JSON.stringify(given)} as ${JSON.stringify(sent)}`, () =>
      Effect.gen(function*() {
        yield* complete(request)
        assert.strictEqual((yield* seen)[0]?.headers.authorization, sent)
      }).pipe(Effect.provide(services({ apiKey: Redacted.make(given) }))))
  }

  for (const given of ["", "  ", "a\nb", "clé"]) {
    it.effect(`refuses the key ${JSON.stringify(given)} without showing it, and sends nothing`, () =>
      Effect.gen(function*() {
        const error = yield* failure(complete(request))
        assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.issues[0]?.path[0] === "apiKey")
        if (given.trim() !== "") assert.notInclude(error.message, given)
        assert.lengthOf(yield* seen, 0)
      }).pipe(Effect.provide(services({ apiKey: Redacted.make(given) }))))
  }

  it.effect("asks an effect for the key before every attempt", () => {
    let keys = 0
    return Effect.gen(function*() {
      yield* complete(request)
      yield* Stream.runDrain(stream(request))
      assert.deepStrictEqual(
        (yield* seen).map(({ headers }) => headers.authorization),
        ["Bearer key-1", "Bearer key-2", "Bearer key-3"]
      )
    }).pipe(Effect.provide(services(
      {
        apiKey: Effect.sync(() => Redacted.make(`key-${++keys}`)),
        retry: RetryPolicy.make({ schedule: Schedule.recurs(1) })
      },
      (request, index) => index === 0 ? ScriptedHttpClient.connectionError() : answer(request)
    )))
  })

  it.effect("changes the HTTP client last of all", () =>
    Effect.gen(function*() {
      yield* complete(request)
      assert.strictEqual((yield* seen)[0]?.headers.authorization, "changed")
    }).pipe(Effect.provide(services({
      apiKey: Redacted.make("a-key"),
      transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("authorization", "changed"))
    }))))

  for (const propagateTrace of [false, true]) {
    it.effect(`${propagateTrace ? "sends" : "does not send"} the trace's context ${propagateTrace ? "if told to" : "unless told to"}`, () =>
      Effect.gen(function*() {
        yield* Effect.withSpan(complete(request), "parent")
        assert.strictEqual((yield* seen)[0]?.headers.traceparent !== undefined, propagateTrace)
      }).pipe(Effect.provide(services({ propagateTrace }))))
  }

  it.effect("is configured by MISTRAL_API_KEY and MISTRAL_BASE_URL", () =>
    Effect.gen(function*() {
      yield* complete(request)
      const [first] = yield* seen
      assert.strictEqual(first?.headers.authorization, "Bearer from-config")
      assert.strictEqual(first?.url, "https://config.test/v1/chat/completions")
    }).pipe(
      Effect.provide(configured),
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromUnknown({ MISTRAL_API_KEY: "from-config", MISTRAL_BASE_URL: "https://config.test/v1/" })
      )
    ))

  it.effect("fails with a ConfigError where the key is missing", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(Effect.void, configured))
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(String(error), "MISTRAL_API_KEY")
    }).pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown({}))
    ))

  it.effect("calls any endpoint: models, one model by its id, embeddings", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      const list = yield* client.request(Endpoint.listModels, undefined)
      assert.deepStrictEqual(Model.models(list).map(({ id }) => id), ["m"])
      const one = yield* client.request(Endpoint.fetchModel, undefined, { params: { model_id: "ft:a/b" } })
      assert.strictEqual(one.id, "m")
      const embeddings: Embedding.Response = yield* client.request(Endpoint.createEmbeddings, {
        model: "e",
        input: "a"
      })
      assert.deepStrictEqual(embeddings.data[0]?.embedding, [0.5])
      const missing = yield* failure(client.request(Endpoint.fetchModel, undefined))
      assert.isTrue(missing.reason._tag === "InvalidRequest" && missing.reason.issues[0]?.path[1] === "model_id")
      assert.deepStrictEqual((yield* seen).map(({ body, method, path }) => ({ body, method, path })), [
        { method: "GET", path: "/v1/models", body: undefined },
        { method: "GET", path: "/v1/models/ft%3Aa%2Fb", body: undefined },
        { method: "POST", path: "/v1/embeddings", body: { model: "e", input: "a" } }
      ])
    }).pipe(Effect.provide(
      MistralClient.layer({}).pipe(Layer.provideMerge(ScriptedHttpClient.layer([
        ScriptedHttpClient.json({ object: "list", data: [{ id: "m", capabilities: {} }] }),
        ScriptedHttpClient.json({ id: "m", capabilities: {} }),
        ScriptedHttpClient.json({ model: "e", data: [{ index: 0, embedding: [0.5] }] })
      ])))
    )))
})

describe("the span of an operation", () => {
  it.effect("covers a stream from its first pull to its end, names model, tokens and outcome, and holds no text", () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Effect.gen(function*() {
      yield* Stream.runForEach(
        stream({ ...request, temperature: 0.5 }),
        () => Effect.sync(() => assert.strictEqual(spans[0]?.status._tag, "Started"))
      )
      const [span] = spans
      assert.lengthOf(spans, 1)
      assert.strictEqual(span?.name, "chat m")
      assert.strictEqual(span?.status._tag, "Ended")
      assert.deepInclude(Object.fromEntries(span?.attributes ?? []), {
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
        "server.address": "api.mistral.ai"
      })
      const text = JSON.stringify([...(span?.attributes ?? [])])
      assert.notInclude(text, "a secret question")
      assert.notInclude(text, "secret answer")
    }).pipe(Effect.provide(services({})), Effect.withTracer(tracer))
  })
})

const request = { model: "m", messages: [{ role: "user" as const, content: "a secret question" }] }

const answer = ({ headers }: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  headers.accept === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks(["a ", "secret answer"]))
    : ScriptedHttpClient.json(TestCompletion.response("a secret answer"))

const services = (
  options: MistralClient.Options,
  script: (request: ScriptedHttpClient.SeenRequest, index: number) => ScriptedHttpClient.Answer = answer
) =>
  MistralClient.layer({ retry: RetryPolicy.none, ...options }).pipe(
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

const configured = MistralClient.layerConfig().pipe(Layer.provideMerge(ScriptedHttpClient.layer(answer)))

const seen = ScriptedHttpClient.ScriptedHttpClient.use(({ requests }) => requests)
