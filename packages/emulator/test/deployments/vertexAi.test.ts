/** Core's client for Vertex AI over the emulator, and raw requests to its paths. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, local, postTo } from "../support.ts"
import { callsOf, vertex, wrongKey } from "./deploymentSupport.ts"

const place = "/v1/projects/p/locations/europe-west4/publishers/mistralai/models"

const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] }
  }
}

describe("VertexAi.layer over the emulator", () => {
  it.effect("chats, whole and streamed, with the same text", () =>
    Effect.gen(function*() {
      const request = ask("Who is the best French painter?", { model: "mistral-small-2503" })
      const whole = yield* Chat.complete(request)
      assert.strictEqual(whole.model, "mistral-small-2503")
      const chunks = yield* Stream.runCollect(Chat.stream(request))
      assert.isAbove(chunks.length, 3)
      assert.strictEqual(chunks.map(Completion.chunkText).join(""), Completion.text(whole))
      const { requests } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/v1/projects/my-project/locations/europe-west4/publishers/mistralai/models/mistral-small-2503:rawPredict",
        "/v1/projects/my-project/locations/europe-west4/publishers/mistralai/models/mistral-small-2503:streamRawPredict"
      ])
    }).pipe(Effect.provide(vertex())))

  it.effect("fills in, whole and streamed, with the names of 2024 and of today", () =>
    Effect.gen(function*() {
      for (const [model, named] of [["codestral-2405", "codestral"], ["codestral-2", "codestral-2"]] as const) {
        const request = { model, prompt: "def add(a, b):\n    ", suffix: "\n\nprint(add(1, 2))" }
        const whole = yield* Fim.complete(request)
        assert.strictEqual(whole.model, named)
        const chunks = yield* Stream.runCollect(Fim.stream(request))
        assert.strictEqual(chunks.map(Completion.chunkText).join(""), Completion.text(whole))
      }
    }).pipe(Effect.provide(vertex())))

  it.effect("calls tools, whole and streamed", () =>
    Effect.gen(function*() {
      const request = ask("What is the weather in Paris?", {
        model: "mistral-medium-3",
        tools: [weather],
        tool_choice: "any"
      })
      const calls = callsOf(yield* Chat.complete(request))
      assert.deepStrictEqual(calls.map(({ name }) => name), ["get_weather"])
      assert.deepStrictEqual(callsOf(yield* Completion.collect(Chat.stream(request))), calls)
    }).pipe(Effect.provide(vertex())))

  it.effect("is answered by the rules of a script, for a model that Vertex AI does not have, too", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("capital?", { model: "any" }))), "Paris.")
    }).pipe(Effect.provide(vertex({
      script: [{ when: { path: "/v1/chat/completions", text: "capital" }, answer: { text: "Paris." } }]
    }))))

  it.effect("leaves an event of each completion", () =>
    Effect.gen(function*() {
      yield* Chat.complete(ask("Hi", { model: "mistral-small-2503" }))
      const search = yield* postTo("/v1/observability/chat-completion-events/search")({
        search_params: { filters: null }
      })
      assert.strictEqual(search.status, 200)
      assert.strictEqual(search.text.split("\"event_id\"").length, 2)
    }).pipe(Effect.provide(vertex())))

  it.effect("fails with NotFound for a model that Vertex AI does not have, and with Authentication for a wrong token", () =>
    Effect.gen(function*() {
      for (
        const run of [
          Chat.complete,
          (request: Parameters<typeof Chat.stream>[0]) => Stream.runDrain(Chat.stream(request))
        ]
      ) {
        const missing = yield* Effect.flip(run(ask("Hi", { model: "mistral-small-latest" })))
        assert.strictEqual(missing.reason._tag, "NotFound")
        assert.include(
          missing.message,
          "Publisher Model `projects/my-project/locations/europe-west4/publishers/mistralai/models/mistral-small-latest` was not found"
        )
      }
    }).pipe(Effect.provide(vertex())))

  it.effect("fails with Authentication for a wrong token, whole and streamed", () =>
    Effect.gen(function*() {
      const request = ask("Hi", { model: "mistral-small-2503" })
      for (const run of [Chat.complete(request), Stream.runDrain(Chat.stream(request))]) {
        const error = yield* Effect.flip(run)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.include(error.message, "Request had invalid authentication credentials.")
      }
    }).pipe(Effect.provide(vertex({}, { accessToken: wrongKey }))))

  it.effect("fails with RateLimited over the limit, in Google's words", () =>
    Effect.gen(function*() {
      yield* Chat.complete(ask("Hi", { model: "mistral-small-2503" }))
      const error = yield* Effect.flip(Chat.complete(ask("Hi", { model: "mistral-small-2503" })))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.include(error.message, "Quota exceeded for aiplatform.googleapis.com")
    }).pipe(Effect.provide(vertex({ requestsPerMinute: 1, clock: "context" }))))

  it.effect("reads the model's own refusals, and faults", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const unable = yield* Effect.flip(Fim.complete({ model: "mistral-small-2503", prompt: "def" }))
      assert.strictEqual(unable.reason._tag, "BadRequest")
      yield* faults.arm({ fault: { type: "missing_done" } })
      const cut = yield* Effect.flip(Stream.runDrain(Chat.stream(ask("Hi", { model: "mistral-small-2503" }))))
      assert.strictEqual(cut.reason._tag, "StreamEndedEarly")
    }).pipe(Effect.provide(vertex())))

  it.effect("has the models that the options add", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Chat.complete(ask("Hi", { model: "mistral-medium-9" }))).model, "mistral-medium-9")
    }).pipe(Effect.provide(vertex({ models: { "mistral-medium-9": "mistral-medium-latest" } }))))
})

describe("the paths of Vertex AI", () => {
  const body = ask("Hi", { model: "mistral-large" })

  it.effect("take a version after an @, and name the model as the body does", () =>
    Effect.gen(function*() {
      for (const id of ["mistral-large@2407", "mistral-large-2411@001", "mistral-large%402407"]) {
        assert.deepInclude((yield* postTo(`${place}/${id}:rawPredict`)(body)).json, { model: "mistral-large" })
      }
    }).pipe(Effect.provide(local())))

  it.effect("refuse what Vertex AI's SDKs lack, as the model does", () =>
    Effect.gen(function*() {
      for (
        const [more, type] of [
          [{ safe_prompt: true }, "extra_forbidden"],
          [{ prompt_cache_key: "a" }, "extra_forbidden"],
          [{ service_tier: "auto" }, "extra_forbidden"],
          [{ reasoning_effort: "low" }, "literal_error"]
        ] as const
      ) {
        const answer = yield* postTo(`${place}/mistral-medium-3:rawPredict`)({ ...body, ...more })
        assert.strictEqual(answer.status, 422)
        assert.include(answer.text, `"type":"${type}","loc":["body","${Object.keys(more)[0]}"]`)
      }
      assert.strictEqual((yield* postTo(`${place}/mistral-medium-3:rawPredict`)("{")).status, 422)
    }).pipe(Effect.provide(local())))

  it.effect("have Google's errors, as a list at the method for streams", () =>
    Effect.gen(function*() {
      const whole = yield* postTo(`${place}/nothing:rawPredict`)(body)
      const streamed = yield* postTo(`${place}/nothing:streamRawPredict`)({ ...body, stream: true })
      assert.strictEqual(whole.status, 404)
      assert.deepInclude((whole.json as { error: object }).error, { code: 404, status: "NOT_FOUND" })
      assert.deepStrictEqual(JSON.parse(streamed.text), [whole.json])
      const anonymous = yield* postTo(`${place}/mistral-medium-3:rawPredict`)(body, { headers: { authorization: "" } })
      assert.strictEqual(anonymous.status, 401)
      assert.include(anonymous.text, "Request is missing required authentication credential.")
    }).pipe(Effect.provide(local())))

  it.effect("are only those of Mistral's models and of the two methods", () =>
    Effect.gen(function*() {
      for (
        const path of [
          `${place}/mistral-medium-3:predict`,
          `${place}/mistral-medium-3`,
          `${place}/:rawPredict`,
          place.replace("mistralai", "google") + "/gemini:rawPredict"
        ]
      ) assert.strictEqual((yield* postTo(path)(body)).status, 404, path)
    }).pipe(Effect.provide(local())))
})
