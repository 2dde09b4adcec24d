/**
 * `@portkey-ai/gateway` in front of the emulator, as a gateway for Mistral and as one for any OpenAI-compatible server.
 *
 * Over the versions of Hono's server that npm gives it, the gateway answers every stream with 500, because it changes
 * headers of a response of `fetch` that cannot be changed: it is started with a `fetch` whose responses can be.
 */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { Completion, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault, type Script } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import {
  answered,
  asked,
  callsTools,
  completes,
  each,
  failedStream,
  failure,
  makesObjects,
  refuses,
  request
} from "./conversation.ts"
import { runsLanguageModels } from "./languageModel.ts"
import { Program, startScript, ways } from "./program.ts"

const fetchWithMutableHeaders = `
const { fetch, Response } = globalThis
globalThis.fetch = async (...request) => {
  const { body, headers, status, statusText } = await fetch(...request)
  return new Response(body, { headers: new Headers(headers), status, statusText })
}`

const statuses = {
  400: "BadRequest",
  403: "PermissionDenied",
  404: "NotFound",
  409: "Conflict",
  422: "Validation",
  429: "RateLimited",
  500: "ServerError",
  503: "ServerError"
} as const

const script: Script.Script = [
  { when: { text: asked.hello }, answer: { text: answered.hello } },
  { when: { text: asked.weather }, answer: { tool_calls: [answered.call] } },
  { when: { text: "18 degrees" }, answer: { text: answered.weather } },
  { when: { text: asked.painter }, answer: { text: JSON.stringify(answered.painter) } },
  { when: { text: "Think first" }, answer: { thinking: "Is it foggy?", text: "It is." } },
  ...Object.keys(statuses).map((status): Script.Rule => ({
    when: { text: `Refuse with ${status}` },
    answer: {
      error: {
        status: Number(status),
        body: { object: "error", message: `Refused with ${status}`, type: "some_error", param: null, code: "1234" }
      }
    }
  }))
]

const emulator = Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script })

/** The gateway, told by the headers of a request to which provider it is to forward. */
const gateway = (provider: string) =>
  Layer.effect(
    Program,
    Effect.gen(function*() {
      const { apiKey, url } = yield* Emulator.Emulator
      const gateway = yield* startScript({
        package: "@portkey-ai/gateway",
        script: "build/start-server.js",
        nodeFlags: ["--import", `data:text/javascript,${encodeURIComponent(fetchWithMutableHeaders)}`],
        flags: (port) => ["--headless", `--port=${port}`],
        health: "/"
      })
      const headers = { "x-portkey-provider": provider, "x-portkey-custom-host": `${url}/v1` }
      return { url: gateway, apiKey: Redacted.value(apiKey), headers }
    })
  ).pipe(Layer.provideMerge(emulator))

const patient = RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 3 })) })

/** What the gateway puts before the sentences of a provider. */
const prefixes = { "mistral-ai": "mistral-ai error: ", openai: "" }

for (const provider of ["mistral-ai", "openai"] as const) {
  layer(gateway(provider), { excludeTestServices: true })(`Portkey's gateway to ${provider}`, (it) => {
    completes(it, { usage: true })
    callsTools(it)
    makesObjects(it)
    runsLanguageModels(it)
    refuses(
      it,
      Object.entries(statuses).map(([status, reason]) => ({
        text: `Refuse with ${status}`,
        status: Number(status),
        reason,
        sentence: `${prefixes[provider]}Refused with ${status}`,
        code: "1234",
        isRetryable: status === "429" || Number(status) >= 500
      }))
    )

    each(it, "thinking is kept apart from the text", (way) =>
      Effect.gen(function*() {
        for (const call of [Chat.complete, (request: Chat.Request) => Completion.collect(Chat.stream(request))]) {
          const response = yield* call(request("Think first"))
          assert.strictEqual(Completion.text(response), "It is.")
          assert.include(JSON.stringify(response.choices[0]?.message), "Is it foggy?")
        }
      }).pipe(Effect.provide(way.layer())))

    each(it, "a wrong key and a wrong model are named", (way) =>
      Effect.gen(function*() {
        const wrongKey = Chat.complete(request(asked.hello)).pipe(Effect.provide(way.layer({ apiKey: "wrong-key" })))
        const unauthorized = yield* failure(wrongKey)
        assert.deepStrictEqual([unauthorized.reason._tag, unauthorized.status], ["Authentication", 401])
        assert.include(unauthorized.message, "Unauthorized")
        const unknown = yield* failure(Chat.complete({ ...request("Hi"), model: "nothing" }))
        assert.deepStrictEqual([unknown.reason._tag, unknown.status], ["BadRequest", 400])
        assert.include(unknown.message, "Invalid model: nothing")
      }).pipe(Effect.provide(way.layer())))

    each(it, "the gateway's own refusals are read", (way) =>
      Effect.gen(function*() {
        const refused = yield* failure(Chat.complete(request(asked.hello)))
        assert.deepStrictEqual([refused.reason._tag, refused.status], ["BadRequest", 400])
        assert.include(refused.message, "Invalid provider passed")
        const slow = Chat.complete(request(asked.hello)).pipe(
          Effect.provide(way.layer({ headers: { "x-portkey-request-timeout": "20" } }))
        )
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.delay("1 second"))
        const late = yield* failure(slow)
        assert.deepStrictEqual([late.reason._tag, late.status, late.isRetryable], ["BadRequest", 408, true])
        assert.include(late.message, "Request exceeded the timeout sent in the request: 20ms")
        const unreachable = yield* failure(
          Chat.complete(request(asked.hello)).pipe(
            Effect.provide(way.layer({ headers: { "x-portkey-custom-host": "http://127.0.0.1:1/v1" } }))
          )
        )
        assert.deepStrictEqual([unreachable.reason._tag, unreachable.status], ["ServerError", 500])
      }).pipe(Effect.provide(way.layer({ headers: { "x-portkey-provider": "nobody" } }))))

    each(it, "an answer is retried", (way) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        for (
          const call of [
            Chat.complete,
            (...all: Parameters<typeof Chat.stream>) => Completion.collect(Chat.stream(...all))
          ]
        ) {
          yield* faults.next(Fault.status(503, { retryAfter: 0 }), { times: 2 })
          const retried = yield* call(request(asked.hello), { retry: patient })
          assert.strictEqual(Completion.text(retried), answered.hello)
        }
      }).pipe(Effect.provide(way.layer())))

    // Once, because the gateway waits for a second before it retries.
    each(it, "an answer is retried by the gateway", (way) =>
      Effect.gen(function*() {
        const { faults, url } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503))
        const config = { provider, custom_host: `${url}/v1`, api_key: "emulator-key", retry: { attempts: 2 } }
        const retrying = way.layer({ headers: { "x-portkey-config": JSON.stringify(config) } })
        const response = yield* Effect.provide(Chat.complete(request(asked.hello)), retrying)
        assert.strictEqual(Completion.text(response), answered.hello)
      }), (way) => way === ways[0])

    each(it, "a stream that is cut behind the gateway fails, with all that came", (way) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        for (const fault of [Fault.cut({ afterEvents: 3 }), Fault.errorEvent({ afterEvents: 3 }), Fault.missingDone]) {
          yield* faults.next(fault)
          const { error, text } = yield* failedStream(Chat.stream(request(asked.hello)))
          assert.isTrue(text !== "" && answered.hello.startsWith(text), text)
          // To Mistral, the gateway ends the stream in place of forwarding the error.
          const forwarded = fault.type === "error_event" && provider === "openai"
          assert.strictEqual(error.reason._tag, forwarded ? "StreamError" : "StreamEndedEarly")
          assert.isTrue(error.isRetryable)
          if (forwarded) assert.include(error.message, "Internal server error")
        }
      }).pipe(Effect.provide(way.layer())))

    each(it, "a stream without an end is whole where the finish reason counts as one", (way) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.missingDone)
        const response = yield* Completion.collect(Chat.stream(request(asked.hello)))
        assert.strictEqual(Completion.text(response), answered.hello)
      }).pipe(Effect.provide(way.layer({ endOfStream: "finishReason" }))), (way) => way.client === "OpenAiCompatible")

    each(it, "a stalled upstream runs into the time limits", (way) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.stall({ afterEvents: 3 }))
        const { error } = yield* failedStream(Chat.stream(request(asked.hello), { timeout: { idle: "100 millis" } }))
        assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "idle", error.message)
        yield* faults.next(Fault.stall())
        const late = yield* failure(Chat.complete(request(asked.hello), { timeout: { firstByte: "100 millis" } }))
        assert.isTrue(late.reason._tag === "Timeout" && late.reason.phase === "firstByte", late.message)
      }).pipe(Effect.provide(way.layer())))

    each(it, "forwards agents and fill-in-the-middle", (way) =>
      Effect.gen(function*() {
        const agent = { agent_id: "ag_emulator", messages: [{ role: "user" as const, content: asked.hello }] }
        assert.strictEqual(Completion.text(yield* Agents.complete(agent)), answered.hello)
        assert.strictEqual(Completion.text(yield* Completion.collect(Agents.stream(agent))), answered.hello)
        const fim = { model: "codestral-latest", prompt: asked.hello, suffix: "}" }
        assert.strictEqual(Completion.text(yield* Fim.complete(fim)), answered.hello)
        assert.strictEqual(Completion.text(yield* Completion.collect(Fim.stream(fim))), answered.hello)
      }).pipe(Effect.provide(way.layer())), (way) => way.client === "MistralClient")

    each(it, "a config with two targets falls back to the second", (way) =>
      Effect.gen(function*() {
        const { url } = yield* Emulator.Emulator
        const target = { provider, custom_host: `${url}/v1` }
        const config = {
          strategy: { mode: "fallback" },
          targets: [{ ...target, api_key: "wrong" }, { ...target, api_key: "emulator-key" }]
        }
        const both = way.layer({ headers: { "x-portkey-config": JSON.stringify(config) } })
        yield* Effect.gen(function*() {
          assert.strictEqual(Completion.text(yield* Chat.complete(request(asked.hello))), answered.hello)
          const streamed = yield* Completion.collect(Chat.stream(request(asked.hello)))
          assert.strictEqual(Completion.text(streamed), answered.hello)
        }).pipe(Effect.provide(both))
      }))
  })
}
