/** Core's client for Azure AI over the emulator, and raw requests to its path. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, local, postTo } from "../support.ts"
import { azure, callsOf, wrongKey } from "./deploymentSupport.ts"

const model = "Mistral-Large-3"

const send = postTo("/models/chat/completions?api-version=2024-05-01-preview")

describe("AzureAi.layer over the emulator", () => {
  it.effect("chats, whole and streamed, with the same text", () =>
    Effect.gen(function*() {
      const request = ask("Who is the best French painter?", { model })
      const whole = yield* Chat.complete(request)
      assert.strictEqual(whole.model, model)
      const chunks = yield* Stream.runCollect(Chat.stream(request))
      assert.isAbove(chunks.length, 3)
      assert.strictEqual(chunks.map(Completion.chunkText).join(""), Completion.text(whole))
      const { requests } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), [
        "/models/chat/completions?api-version=2024-05-01-preview",
        "/models/chat/completions?api-version=2024-05-01-preview"
      ])
    }).pipe(Effect.provide(azure())))

  it.effect("sends the key of the resource as a bearer token or as api-key", () =>
    Effect.gen(function*() {
      yield* Chat.complete(ask("Hi", { model }))
      const { requests } = yield* Emulator.Emulator
      assert.strictEqual((yield* requests)[0]?.headers["api-key"], "<redacted>")
    }).pipe(Effect.provide(azure({}, { apiKeyHeader: "api-key" }))))

  it.effect("sends Mistral's own parameters past Azure, and calls tools", () =>
    Effect.gen(function*() {
      const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] }
      const response = yield* Chat.complete(ask("What is the weather in Paris?", {
        model,
        random_seed: 1,
        safe_prompt: true,
        tools: [{ type: "function", function: { name: "get_weather", parameters } }],
        tool_choice: "any"
      }))
      assert.deepStrictEqual(callsOf(response).map(({ name }) => name), ["get_weather"])
    }).pipe(Effect.provide(azure())))

  it.effect("is answered by the rules of a script, and cut by faults", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("capital?", { model: "mine" }))), "Paris.")
      const { faults } = yield* Emulator.Emulator
      yield* faults.arm({ fault: { type: "missing_done" } })
      const cut = yield* Effect.flip(Stream.runDrain(Chat.stream(ask("Hi", { model }))))
      assert.strictEqual(cut.reason._tag, "StreamEndedEarly")
    }).pipe(Effect.provide(azure({ script: [{ when: { text: "capital" }, answer: { text: "Paris." } }] }))))

  it.effect("fails with Authentication for a wrong key, whole and streamed", () =>
    Effect.gen(function*() {
      for (const run of [Chat.complete(ask("Hi", { model })), Stream.runDrain(Chat.stream(ask("Hi", { model })))]) {
        const error = yield* Effect.flip(run)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.include(error.message, "Access denied due to invalid subscription key or wrong API endpoint.")
      }
    }).pipe(Effect.provide(azure({}, { apiKey: wrongKey }))))

  it.effect("fails with NotFound for a deployment that does not exist", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Chat.complete(ask("Hi", { model: "gpt-4o" })))
      assert.strictEqual(error.reason._tag, "NotFound")
      assert.include(error.message, "Unknown model: gpt-4o")
    }).pipe(Effect.provide(azure())))

  it.effect("fails with RateLimited over the limit, and knows when to come back", () =>
    Effect.gen(function*() {
      yield* Chat.complete(ask("Hi", { model }))
      const error = yield* Effect.flip(Chat.complete(ask("Hi", { model })))
      assert.isTrue(error.reason._tag === "RateLimited" && error.reason.retryAfter !== undefined)
    }).pipe(Effect.provide(azure({ requestsPerMinute: 1, clock: "context" }))))

  it.effect("finds deployments whatever the case of their names, and those that the options add", () =>
    Effect.gen(function*() {
      for (const name of ["mistral-large-3", "Mistral-Large-2411", "ministral-3B", "azureai", "My Deployment"]) {
        assert.strictEqual((yield* Chat.complete(ask("Hi", { model: name }))).model, name)
      }
    }).pipe(Effect.provide(azure({ models: { "My Deployment": "mistral-small-latest" } }))))
})

describe("the path of Azure AI", () => {
  it.effect("refuses parameters that Azure's API lacks, unless they are to be passed on or dropped", () =>
    Effect.gen(function*() {
      const body = { ...ask("Hi", { model }), n: 1, random_seed: 1 }
      const withHeader = (value: string) => send(body, { headers: { "extra-parameters": value } })
      for (const answer of [yield* send(body), yield* withHeader("error"), yield* withHeader("other")]) {
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(answer.json, {
          detail:
            "Extra parameters ['n', 'random_seed'] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model."
        })
      }
      for (const value of ["pass-through", "drop"]) assert.strictEqual((yield* withHeader(value)).status, 200)
      const passed = yield* send({ ...body, user: "u" }, { headers: { "extra-parameters": "pass-through" } })
      assert.strictEqual(passed.status, 422)
      assert.deepStrictEqual(passed.json, {
        detail: [{ type: "extra_forbidden", loc: ["body", "user"], msg: "Extra inputs are not permitted", input: "u" }]
      })
      const dropped = yield* send({ ...body, user: "u" }, { headers: { "extra-parameters": "drop" } })
      assert.strictEqual(dropped.status, 200)
    }).pipe(Effect.provide(local())))

  it.effect("takes Azure's seed for Mistral's", () =>
    Effect.gen(function*() {
      const text = (more: object) =>
        Effect.map(send({ ...ask("Tell me more", { model }), ...more }), (answer) => answer.text)
      const passing = { headers: { "extra-parameters": "pass-through" } }
      const [one, two] = [yield* text({ seed: 1 }), yield* text({ seed: 2 })]
      assert.notStrictEqual(contentOf(one), contentOf(two))
      const own = yield* send({ ...ask("Tell me more", { model }), random_seed: 1 }, passing)
      assert.strictEqual(contentOf(own.text), contentOf(one))
    }).pipe(Effect.provide(local())))

  it.effect("needs a version of the API", () =>
    Effect.gen(function*() {
      const body = ask("Hi", { model })
      for (
        const [query, status, code] of [
          ["", 404, "404"],
          ["?api-version=", 404, "404"],
          ["?api-version=latest", 400, "BadRequest"]
        ] as const
      ) {
        const answer = yield* postTo(`/models/chat/completions${query}`)(body)
        assert.strictEqual(answer.status, status)
        assert.deepInclude((answer.json as { error: object }).error, { code })
      }
      assert.strictEqual((yield* postTo("/models/chat/completions?api-version=2025-01-01")(body)).status, 200)
    }).pipe(Effect.provide(local())))

  it.effect("is not taken for a model of the list", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* send("[]")).status, 422)
      assert.strictEqual((yield* send("{")).status, 422)
      assert.strictEqual((yield* postTo("/v1/models/chat/completions")(ask("Hi", { model }))).status, 404)
    }).pipe(Effect.provide(local())))
})

const contentOf = (text: string): unknown => JSON.parse(text).choices[0].message.content
