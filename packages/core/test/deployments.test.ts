/**
 * The exact request that each deployment is sent, whole and streamed, and errors in that platform's shapes.
 */
import {
  AzureAi,
  Completion,
  type CompletionRequest,
  Deployment,
  Endpoint,
  MistralClient,
  OpenAiCompatible,
  RetryPolicy,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { complete, stream } from "./fixtures/completions.ts"
import { failure } from "./fixtures/scriptedServer.ts"

const key = Redacted.make("the-key")
const messages = [{ role: "user" as const, content: "Hi" }]

describe("Mistral's platform", () => {
  for (
    const [given, url] of [
      [Deployment.hosts.eu, "https://api.eu.mistral.ai/v1/chat/completions"],
      [Deployment.hosts.us, "https://api.us.mistral.ai/v1/chat/completions"],
      ["https://any.test/", "https://any.test/v1/chat/completions"],
      ["https://any.test/v1", "https://any.test/v1/chat/completions"],
      ["https://any.test/prefix/v1/", "https://any.test/prefix/v1/chat/completions"],
      [undefined, "https://api.mistral.ai/v1/chat/completions"]
    ] as const
  ) {
    it.effect(`is called at ${url} with the base URL ${given}`, () =>
      Effect.gen(function*() {
        const { seen } = yield* chat(MistralClient.layer({ apiKey: key, baseUrl: given }))
        assert.strictEqual(seen[0]?.url, url)
        assert.strictEqual(seen[0]?.headers.authorization, "Bearer the-key")
      }))
  }

  it.effect("is called at another base URL by a single call, streamed too", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* Stream.runDrain(stream({ model: "m", messages }, { baseUrl: "https://one.test" }))
      assert.strictEqual((yield* requests)[0]?.url, "https://one.test/v1/chat/completions")
    }).pipe(Effect.provide(services(MistralClient.layer({})))))
})

describe("Vertex AI", () => {
  const vertex = VertexAi.layer({ projectId: "my-project", region: "us-central1", accessToken: key })
  const models =
    "https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1/publishers/mistralai/models"

  it.effect("is sent chat at rawPredict and streamRawPredict, with the token and the model in the body", () =>
    Effect.gen(function*() {
      const { seen } = yield* chat(vertex, "mistral-small-2503")
      assert.deepStrictEqual(seen.map(essence), [
        {
          url: `${models}/mistral-small-2503:rawPredict`,
          accept: "application/json",
          authorization: "Bearer the-key",
          body: { model: "mistral-small-2503", messages, stream: false }
        },
        {
          url: `${models}/mistral-small-2503:streamRawPredict`,
          accept: "text/event-stream",
          authorization: "Bearer the-key",
          body: { model: "mistral-small-2503", messages, stream: true }
        }
      ])
    }))

  it.effect("is sent fill-in-the-middle at the same URLs, and has the models of 2024 with their version apart", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const request = { prompt: "def", suffix: "return a+b", min_tokens: 1, metadata: { a: 1 } }
      yield* completeCode({ model: "codestral-2405", ...request })
      yield* Stream.runDrain(streamCode({ model: "codestral-2", ...request }))
      assert.deepStrictEqual((yield* requests).map(({ body, url }) => ({ body, url })), [
        { url: `${models}/codestral@2405:rawPredict`, body: { model: "codestral", ...request, stream: false } },
        { url: `${models}/codestral-2:streamRawPredict`, body: { model: "codestral-2", ...request, stream: true } }
      ])
    }).pipe(Effect.provide(services(vertex))))

  it.effect("is in europe-west4 unless set, and has a host of its own for the global region", () =>
    Effect.gen(function*() {
      const { seen } = yield* chat(VertexAi.layer({ projectId: "p", accessToken: key }))
      assert.match(
        seen[0]!.url,
        /^https:\/\/europe-west4-aiplatform\.googleapis\.com\/v1\/projects\/p\/locations\/europe-west4\//
      )
      const global = yield* chat(VertexAi.layer({ projectId: "p", region: "global", accessToken: key }))
      assert.match(global.seen[0]!.url, /^https:\/\/aiplatform\.googleapis\.com\/v1\/projects\/p\/locations\/global\//)
    }))

  for (
    const [name, more] of Object.entries({
      prompt_cache_key: { prompt_cache_key: "k" },
      service_tier: { service_tier: "auto" as const },
      safe_prompt: { safe_prompt: true },
      reasoning_effort: { reasoning_effort: "low" as const }
    })
  ) {
    it.effect(`is not sent ${name}, which it does not take`, () =>
      Effect.gen(function*() {
        const error = yield* failure(complete({ model: "m", messages, ...more }))
        assert.isTrue(
          error.reason._tag === "InvalidRequest" && error.reason.issues.some(({ path }) => path[0] === name)
        )
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(services(vertex))))
  }

  it.effect("is not asked for what it does not serve", () =>
    Effect.gen(function*() {
      const error = yield* MistralClient.MistralClient.use((client) =>
        failure(client.request(Endpoint.listModels, undefined))
      )
      assert.include(error.message, "Vertex AI does not serve /v1/models")
    }).pipe(Effect.provide(Layer.provide(vertex, ScriptedHttpClient.layer()))))

  it.effect("asks for a token before each attempt, and keeps one until a minute before it expires", () =>
    Effect.gen(function*() {
      let asked = 0
      const token = VertexAi.untilExpired(Effect.gen(function*() {
        const now = yield* DateTime.now
        return { token: Redacted.make(`token-${++asked}`), expiresAt: DateTime.add(now, { minutes: 60 }) }
      }))
      const tokens = Effect.map(Effect.all([token, token], { concurrency: 2 }), (tokens) => tokens.map(Redacted.value))
      assert.deepStrictEqual(yield* tokens, ["token-1", "token-1"])
      yield* TestClock.adjust("58 minutes")
      assert.deepStrictEqual(yield* tokens, ["token-1", "token-1"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* tokens, ["token-2", "token-2"])
    }))

  it.effect("takes the token of google-auth-library, and says so when there is none", () =>
    Effect.gen(function*() {
      const { seen } = yield* chat(VertexAi.layer({
        projectId: "p",
        accessToken: VertexAi.fromGoogleAuth({ getAccessToken: () => Promise.resolve("google") })
      }))
      assert.strictEqual(seen[0]?.headers.authorization, "Bearer google")
      const none = VertexAi.layer({
        projectId: "p",
        accessToken: VertexAi.fromGoogleAuth({ getAccessToken: () => Promise.reject(new Error("secret-laden")) }),
        retry: RetryPolicy.none
      })
      const error = yield* failure(complete({ model: "m", messages })).pipe(Effect.provide(services(none)))
      assert.strictEqual(error.reason._tag, "ApiKeyUnavailable")
      assert.include(error.message, "google-auth-library gave no access token")
      assert.notInclude(error.message, "secret-laden")
    }))

  it.effect("reports errors in Google's shape", () =>
    Effect.gen(function*() {
      const body = { error: { code: 404, message: "Publisher Model was not found.", status: "NOT_FOUND" } }
      const error = yield* refused(vertex, ScriptedHttpClient.json(body, { status: 404 }))
      assert.isTrue(
        error.reason._tag === "NotFound" && error.reason.serverMessage === "Publisher Model was not found." &&
          error.reason.code === "404"
      )
      const list = yield* refused(vertex, ScriptedHttpClient.json([body], { status: 404 }))
      assert.isTrue(list.reason._tag === "NotFound" && list.reason.serverMessage === "Publisher Model was not found.")
    }))
})

describe("Azure AI", () => {
  const azure = AzureAi.layer({ endpoint: "https://res.services.ai.azure.com/", apiKey: key })

  it.effect("is sent chat at /models/chat/completions with a version of the API", () =>
    Effect.gen(function*() {
      const { seen } = yield* chat(azure, "mistral-large-2411")
      const url = "https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"
      assert.deepStrictEqual(seen.map(essence), [
        {
          url,
          accept: "application/json",
          authorization: "Bearer the-key",
          body: { model: "mistral-large-2411", messages, stream: false }
        },
        {
          url,
          accept: "text/event-stream",
          authorization: "Bearer the-key",
          body: { model: "mistral-large-2411", messages, stream: true }
        }
      ])
    }))

  it.effect("takes another version of the API, and safe_prompt, but no service_tier and no fill-in-the-middle", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* complete({ model: "azureai", messages, safe_prompt: true })
      assert.include((yield* requests)[0]!.url, "?api-version=2025-01-01")
      const tier = yield* failure(complete({ model: "azureai", messages, service_tier: "auto" }))
      assert.include(tier.message, "service_tier: Azure AI does not take this key")
      const fim = yield* failure(completeCode({ model: "codestral-latest", prompt: "a" }))
      assert.include(fim.message, "Azure AI does not serve /v1/fim/completions")
    }).pipe(Effect.provide(services(
      AzureAi.layer({ endpoint: "https://res.services.ai.azure.com", apiKey: key, apiVersion: "2025-01-01" })
    ))))

  it.effect("is sent a header that lets Mistral's own keys pass, unless the options have one", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const send = (headers?: Record<string, string>) =>
        complete({ model: "azureai", messages, safe_prompt: true }, { headers })
      yield* complete({ model: "azureai", messages })
      yield* send()
      yield* send({ "Extra-Parameters": "drop" })
      yield* Stream.runDrain(stream({ model: "azureai", messages }, { extraBody: { random_seed: 1 } }))
      assert.deepStrictEqual((yield* requests).map(({ headers }) => headers["extra-parameters"]), [
        undefined,
        "pass-through",
        "drop",
        "pass-through"
      ])
    }).pipe(Effect.provide(services(azure))))

  it.effect("reports errors in Azure's shape", () =>
    Effect.gen(function*() {
      const body = { error: { code: "unauthorized", message: "Access denied due to invalid subscription key." } }
      const error = yield* refused(azure, ScriptedHttpClient.json(body, { status: 401 }))
      assert.isTrue(
        error.reason._tag === "Authentication" && error.reason.code === "unauthorized" &&
          error.reason.serverMessage === "Access denied due to invalid subscription key."
      )
    }))
})

describe("an OpenAI-compatible server", () => {
  for (
    const [given, url] of [
      ["http://localhost:8000", "http://localhost:8000/v1/chat/completions"],
      ["http://localhost:8000/v1/", "http://localhost:8000/v1/chat/completions"],
      ["https://gateway.test/openai", "https://gateway.test/openai/v1/chat/completions"],
      ["https://gateway.test/api/v3", "https://gateway.test/api/v3/chat/completions"],
      ["https://gateway.test/v1beta/openai", "https://gateway.test/v1beta/openai/chat/completions"],
      ["https://gateway.test/v1?api-version=1", "https://gateway.test/v1/chat/completions?api-version=1"],
      ["https://models.github.ai/inference/chat/completions", "https://models.github.ai/inference/chat/completions"]
    ] as const
  ) {
    it.effect(`is called at ${url} with the base URL ${given}, without a key`, () =>
      Effect.gen(function*() {
        const { seen } = yield* chat(OpenAiCompatible.layer({ baseUrl: given }))
        assert.deepStrictEqual(seen.map((request) => request.url), [url, url])
        assert.isUndefined(seen[0]?.headers.authorization)
      }))
  }

  it.effect("is sent its own names, and keys of its own only by extraBody", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const tool = { type: "function" as const, function: { name: "f", parameters: { type: "object" } } }
      yield* complete({ model: "m", messages, random_seed: 7, tools: [], tool_choice: "auto", safe_prompt: false })
      yield* complete(
        { model: "m", messages, tools: [tool], tool_choice: "any" },
        { extraBody: { top_k: 5, stream_options: null } }
      )
      const unchecked = Object.assign({ model: "m", messages }, { top_k: 5 })
      const unknown = yield* failure(complete(unchecked))
      assert.strictEqual(unknown.reason._tag, "InvalidRequest")
      const mistralOnly = yield* failure(complete({ model: "m", messages, safe_prompt: true }))
      assert.strictEqual(mistralOnly.reason._tag, "InvalidRequest")
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [
        { model: "m", messages, seed: 7, stream: false },
        { model: "m", messages, tools: [tool], tool_choice: "required", stream: false, top_k: 5, stream_options: null }
      ])
    }).pipe(Effect.provide(services(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" })))))

  it.effect("has no version in its URLs where the options say so", () =>
    Effect.gen(function*() {
      const { seen } = yield* chat(OpenAiCompatible.layer({
        baseUrl: "https://models.github.ai/inference",
        version: false,
        apiKey: key
      }))
      assert.strictEqual(seen[0]?.url, "https://models.github.ai/inference/chat/completions")
      assert.strictEqual(seen[0]?.headers.authorization, "Bearer the-key")
    }))

  it.effect("is sent fill-in-the-middle as a completion with a suffix, and no agents", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const request = { model: "codestral", prompt: "def", suffix: "return", max_tokens: 9, random_seed: 1, stop: "a" }
      yield* completeCode(request)
      yield* Stream.runDrain(streamCode({ model: "codestral", prompt: "def", suffix: "" }))
      const body = { model: "codestral", prompt: "def" }
      assert.deepStrictEqual((yield* requests).map(({ body, url }) => ({ body, url })), [
        {
          url: "http://localhost:8000/v1/completions",
          body: { ...body, suffix: "return", max_tokens: 9, seed: 1, stop: "a", stream: false }
        },
        { url: "http://localhost:8000/v1/completions", body: { ...body, stream: true } }
      ])
      const agents = yield* MistralClient.MistralClient.use((client) =>
        failure(client.request(Endpoint.agents.complete, { agent_id: "a", messages }))
      )
      assert.strictEqual(agents.reason._tag, "InvalidRequest")
      assert.include(agents.message, "it has no agents")
      assert.lengthOf(yield* requests, 2)
    }).pipe(Effect.provide(services(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" })))))

  it.effect("may send usage in a last chunk without choices, and errors wrapped in `error`", () =>
    Effect.gen(function*() {
      const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
      const answer = yield* Completion.collect(stream({ model: "m", messages })).pipe(
        Effect.provide(services(
          OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }),
          () =>
            ScriptedHttpClient.sse([
              {
                id: "1",
                model: "m",
                choices: [{ index: 0, delta: { role: "assistant", content: "ok" }, finish_reason: "stop" }]
              },
              { id: "1", model: "m", choices: [], usage }
            ])
        ))
      )
      assert.deepStrictEqual(answer.usage, usage)
      const body = {
        error: {
          message: "Incorrect API key provided",
          type: "invalid_request_error",
          param: null,
          code: "invalid_api_key"
        }
      }
      const error = yield* refused(
        OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }),
        ScriptedHttpClient.json(body, { status: 401 })
      )
      assert.isTrue(error.reason._tag === "Authentication" && error.reason.code === "invalid_api_key")
    }))
})

type Client = Layer.Layer<MistralClient.MistralClient, never, HttpClient.HttpClient>

const answer = (request: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  request.headers.accept === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks("ok"))
    : ScriptedHttpClient.json(TestCompletion.response("ok"))

const services = (
  client: Client,
  script: (request: ScriptedHttpClient.SeenRequest) => ScriptedHttpClient.Answer = answer
) => Layer.provideMerge(client, ScriptedHttpClient.layer(script))

const completeCode = (request: CompletionRequest.Fim) =>
  MistralClient.MistralClient.use((client) => client.request(Endpoint.fim.complete, { ...request, stream: false }))

const streamCode = (request: CompletionRequest.Fim) =>
  Stream.unwrap(
    Effect.map(
      MistralClient.MistralClient,
      (client) => client.stream(Endpoint.fim.stream, { ...request, stream: true })
    )
  )

/** Requests a completion of a deployment, whole and streamed, and gives the requests that were sent. */
const chat = (client: Client, model = "m") =>
  Effect.gen(function*() {
    const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    assert.strictEqual(Completion.text(yield* complete({ model, messages })), "ok")
    assert.strictEqual(Completion.text(yield* Completion.collect(stream({ model, messages }))), "ok")
    return { seen: yield* requests }
  }).pipe(Effect.provide(services(client)))

const refused = (client: Client, refusal: ScriptedHttpClient.Answer) =>
  failure(complete({ model: "m", messages }, { retry: RetryPolicy.none })).pipe(
    Effect.provide(services(client, () => refusal))
  )

const essence = ({ body, headers, url }: ScriptedHttpClient.SeenRequest) => ({
  url,
  accept: headers.accept,
  authorization: headers.authorization,
  body
})
