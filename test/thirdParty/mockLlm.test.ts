/**
 * `@dwmkerr/mock-llm`, a server whose answers are rules. It sends what a rule says and no more: choices without `index`,
 * answers without `id`, `model` or `usage`, tool calls without `id` or `arguments`.
 *
 * It cannot stream tool calls: it cuts the text of an answer into chunks, and throws where there is none. aimock and
 * Portkey's gateway stream them in its place.
 */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { Completion, RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schedule, Stream } from "effect"
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
import { model, Program, startScript } from "./program.ts"

const rule = (content: unknown, match: string, more: { readonly status?: number; readonly path?: string } = {}) => ({
  path: more.path ?? "/v1/chat/completions",
  method: "POST",
  match,
  response: { status: more.status ?? 200, content: typeof content === "string" ? content : JSON.stringify(content) }
})

const last = (text: string) => `contains(body.messages[-1].content, '${text}')`

const answer = (message: object, finish_reason = "stop") => ({
  id: "chatcmpl-{{timestamp}}",
  object: "chat.completion",
  model: "{{jmes request body.model}}",
  choices: [{ message: { role: "assistant", ...message }, finish_reason }]
})

const error = (message: string, more: object = {}) => ({ error: { message, type: "some_error", param: null, ...more } })

const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503] as const

/** Of the rules that match a request, the last one answers. */
const rules = [
  rule(
    `{
  "id": "chatcmpl-{{timestamp}}",
  "object": "chat.completion",
  "model": "{{jmes request body.model}}",
  "choices": [{
    "message": { "role": "assistant", "content": "{{jmes request body.messages[-1].content}}" },
    "finish_reason": "stop"
  }]
}`,
    "@"
  ),
  rule(answer({ content: answered.hello }), last(asked.hello)),
  rule(answer({ content: JSON.stringify(answered.painter) }), last(asked.painter)),
  rule(
    answer({
      content: null,
      tool_calls: [{
        id: answered.call.id,
        type: "function",
        function: { name: answered.call.name, arguments: JSON.stringify(answered.call.arguments) }
      }]
    }, "tool_calls"),
    last(asked.weather)
  ),
  rule(answer({ content: answered.weather }), "body.messages[-1].role == 'tool'"),
  // The next two are the examples of the program's README, word for word.
  rule(
    {
      choices: [{
        message: { role: "assistant", content: "Hi there! How can I help you today?" },
        finish_reason: "stop"
      }]
    },
    "body.messages[-1].content == 'hello'"
  ),
  rule(
    { choices: [{ message: { tool_calls: [{ function: { name: "get_weather" } }] }, finish_reason: "tool_calls" }] },
    last("bare call")
  ),
  ...statuses.map((status) =>
    rule(error(`Refused with ${status}`, { code: `code_${status}` }), last(`Refuse with ${status}`), { status })
  ),
  rule(error("Slow down", { code: 429 }), last("Limited, with status 200")),
  rule(error("Upstream failed", { code: 502 }), last("Broken, with status 200")),
  rule({ error: "Unexpected endpoint or method" }, last("Refused in one word, with status 200")),
  rule({ choices: [] }, last("No choice")),
  rule({}, last("Nothing at all")),
  rule(answer({ content: "From the agent." }), "body.agent_id == 'ag_1'", { path: "/v1/agents/completions" }),
  rule(answer({ content: "return 1" }), "body.suffix == '}'", { path: "/v1/fim/completions" }),
  rule(
    { object: "text_completion", choices: [{ text: "return 2", index: 0, logprobs: null, finish_reason: "stop" }] },
    "body.suffix == '}'",
    { path: "/v1/completions" }
  ),
  { ...rule(error("Busy"), last("Busy for a moment"), { status: 503 }), sequence: 0 },
  { ...rule(error("Busy still"), last("Busy for a moment"), { status: 429 }), sequence: 1 },
  { ...rule(answer({ content: "Here I am." }), last("Busy for a moment")), sequence: 2 }
]

const mockLlm = Layer.effect(
  Program,
  Effect.gen(function*() {
    const url = yield* startScript({
      package: "@dwmkerr/mock-llm",
      script: "dist/main.js",
      flags: () => ["--config", "none.yaml"],
      env: (port) => ({ PORT: String(port), HOST: "127.0.0.1" }),
      health: "/health"
    })
    yield* Effect.promise(() =>
      fetch(`${url}/config`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ rules, streaming: { chunkSize: 7, chunkIntervalMs: 1 } })
      })
    )
    return { url, apiKey: "any", headers: {} }
  })
)

/** Begins the rules with a `sequence` anew. */
const begin = Effect.flatMap(Program, ({ url }) =>
  Effect.promise(async () => {
    const rules = await (await fetch(`${url}/config`)).text()
    await fetch(`${url}/config`, { method: "DELETE" })
    await fetch(`${url}/config`, { method: "POST", headers: { "content-type": "application/json" }, body: rules })
  }))

layer(mockLlm, { excludeTestServices: true })("mock-llm", (it) => {
  completes(it, { usage: false })
  callsTools(it, ["whole"])
  makesObjects(it)
  runsLanguageModels(it, ["whole"])

  const tags = {
    400: "BadRequest",
    401: "Authentication",
    403: "PermissionDenied",
    404: "NotFound",
    409: "Conflict",
    422: "Validation",
    429: "RateLimited",
    500: "ServerError",
    503: "ServerError"
  } as const
  refuses(it, [
    ...statuses.map((status) => ({
      text: `Refuse with ${status}`,
      status,
      reason: tags[status],
      sentence: `Refused with ${status}`,
      code: `code_${status}`,
      isRetryable: status === 429 || status >= 500
    })),
    {
      text: "Limited, with status 200",
      status: 429,
      reason: "RateLimited",
      sentence: "Slow down",
      code: "429",
      isRetryable: true
    },
    {
      text: "Broken, with status 200",
      status: 502,
      reason: "ServerError",
      sentence: "Upstream failed",
      code: "502",
      isRetryable: true
    }
  ], ["whole"])

  each(
    it,
    "reads the answers of its README, which have no `id`, `model`, `index` or `arguments`",
    (way) =>
      Effect.gen(function*() {
        const hello = yield* Chat.complete(request("hello"))
        assert.strictEqual(Completion.text(hello), "Hi there! How can I help you today?")
        assert.deepStrictEqual([hello.id, hello.model, hello.choices[0]?.index], ["", "", 0])
        const streamed = yield* Completion.collect(Chat.stream(request("hello")))
        assert.strictEqual(Completion.text(streamed), "Hi there! How can I help you today?")
        const { choices: [choice] } = yield* Chat.complete(request("bare call"))
        assert.strictEqual(choice?.finish_reason, "tool_calls")
        const [call] = choice?.message?.tool_calls ?? []
        assert.strictEqual(call?.function.name, "get_weather")
        assert.deepStrictEqual(JSON.parse(String(call?.function.arguments)), {})
      }).pipe(Effect.provide(way.layer()))
  )

  each(it, "echoes what is sent", (way) =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Chat.complete(request("Écho 霧"))), "Écho 霧")
      assert.strictEqual(Completion.text(yield* Completion.collect(Chat.stream(request("Écho 霧")))), "Écho 霧")
    }).pipe(Effect.provide(way.layer())))

  each(
    it,
    "an error in a stream, which the program sends with status 200 and without an end, is an error",
    (way) =>
      Effect.gen(function*() {
        for (const status of statuses) {
          const { error, text } = yield* failedStream(Chat.stream(request(`Refuse with ${status}`)))
          assert.strictEqual(text, "")
          assert.strictEqual(error.reason._tag, "StreamError")
          assert.include(error.message, `Refused with ${status}`)
          assert.include(error.message, `code_${status}`)
        }
        const limited = yield* failedStream(Chat.stream(request("Limited, with status 200")))
        assert.deepStrictEqual([limited.error.status, limited.error.isRetryable], [429, true])
        const broken = yield* failedStream(Chat.stream(request("Broken, with status 200")))
        assert.deepStrictEqual([broken.error.status, broken.error.isRetryable], [502, true])
      }).pipe(Effect.provide(way.layer()))
  )

  each(
    it,
    "an answer that is an error in one word, or without a choice, is no success",
    (way) =>
      Effect.gen(function*() {
        const refused = yield* failure(Chat.complete(request("Refused in one word, with status 200")))
        assert.include(refused.message, "Unexpected endpoint or method")
        assert.notInclude(refused.message, "choices")
        for (const text of ["No choice", "Nothing at all"]) {
          const { reason } = yield* failure(Chat.complete(request(text)))
          assert.isTrue(reason._tag === "InvalidResponse" && reason.kind === "schema")
        }
      }).pipe(Effect.provide(way.layer()))
  )

  each(it, "an error of the program itself has its sentence", (way) =>
    Effect.gen(function*() {
      // The program throws where it is to stream an answer without text, and says so in JSON under `text/event-stream`.
      const thrown = yield* failure(Stream.runDrain(Chat.stream(request("bare call"))))
      assert.deepStrictEqual([thrown.reason._tag, thrown.status, thrown.isRetryable], ["ServerError", 500, true])
      assert.include(thrown.message, "Cannot read properties of undefined (reading 'length')")
      const large = yield* failure(Chat.complete(request("x".repeat(200_000))))
      assert.deepStrictEqual([large.reason._tag, large.status], ["BadRequest", 413])
      assert.include(large.message, "request entity too large")
    }).pipe(Effect.provide(way.layer())))

  each(it, "an agent that no rule knows is not found", (way) =>
    Effect.gen(function*() {
      const error = yield* failure(Agents.complete({ agent_id: "ag_2", messages: [{ role: "user", content: "Hi" }] }))
      assert.deepStrictEqual([error.reason._tag, error.status], ["NotFound", 404])
      assert.include(error.message, "Cannot POST /v1/agents/completions")
    }).pipe(Effect.provide(way.layer())), (way) => way.client === "MistralClient")

  each(
    it,
    "as an OpenAI-compatible server it has no agents, and fills in by completions with a suffix",
    (way) =>
      Effect.gen(function*() {
        const error = yield* failure(Agents.complete({ agent_id: "ag_1", messages: [{ role: "user", content: "Hi" }] }))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, "agents")
        const filled = yield* Fim.complete({ model, prompt: "{", suffix: "}" })
        assert.strictEqual(Completion.text(filled), "return 2")
        assert.strictEqual(filled.choices[0]?.finish_reason, "stop")
      }).pipe(Effect.provide(way.layer())),
    (way) => way.client === "OpenAiCompatible"
  )

  each(it, "retries rules of 503 and 429 until the program answers", (way) =>
    Effect.gen(function*() {
      yield* begin
      assert.strictEqual(Completion.text(yield* Chat.complete(request("Busy for a moment"))), "Here I am.")
    }).pipe(
      Effect.provide(way.layer({
        retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 3 })) })
      }))
    ))

  each(it, "serves agents and fill-in-the-middle where rules say so", (way) =>
    Effect.gen(function*() {
      const agent = { agent_id: "ag_1", messages: [{ role: "user" as const, content: "Hi" }] }
      assert.strictEqual(Completion.text(yield* Agents.complete(agent)), "From the agent.")
      assert.strictEqual(Completion.text(yield* Completion.collect(Agents.stream(agent))), "From the agent.")
      const fim = { model, prompt: "{", suffix: "}" }
      assert.strictEqual(Completion.text(yield* Fim.complete(fim)), "return 1")
      assert.strictEqual(Completion.text(yield* Completion.collect(Fim.stream(fim))), "return 1")
    }).pipe(Effect.provide(way.layer())), (way) => way.client === "MistralClient")
})
