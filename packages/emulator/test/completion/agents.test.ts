import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { comparable, instant, local, postTo, problemsOf } from "../support.ts"

describe("agents", () => {
  it.effect("answer as their model does in a chat", () =>
    Effect.gen(function*() {
      const { agent_id: _, ...conversation } = ask("Tell me about lighthouses")
      const agent = yield* Agents.complete(ask("Tell me about lighthouses"))
      const chat = yield* Chat.complete({ ...conversation, model: "mistral-medium-latest" })
      assert.strictEqual(agent.model, "mistral-medium-latest")
      assert.include(Completion.text(agent), "lighthouses")
      assert.deepStrictEqual({ ...agent, created: 0 }, { ...chat, created: 0 })
    }).pipe(Effect.provide(local())))

  it.effect("are those of the options, each with its model", () =>
    Effect.gen(function*() {
      const small = yield* Agents.complete({ ...ask("Fog"), agent_id: "ag_small" })
      const large = yield* Agents.complete({ ...ask("Fog"), agent_id: "ag_large" })
      assert.strictEqual(small.model, "mistral-small-latest")
      assert.strictEqual(large.model, "mistral-large-latest")
      assert.notStrictEqual(Completion.text(small), Completion.text(large))
      assert.strictEqual((yield* post(ask("Fog"))).status, 404)
    }).pipe(Effect.provide(
      local({ ...instant, agents: { ag_small: "mistral-small-latest", ag_large: "mistral-large-latest" } })
    )))

  for (const [name, request] of cases()) {
    it.effect(`fold from a stream into the whole answer: ${name}`, () =>
      Effect.gen(function*() {
        const whole = yield* Agents.complete(request)
        const folded = yield* Completion.collect(Agents.stream(request))
        assert.deepStrictEqual(comparable(folded), comparable(whole))
      }).pipe(Effect.provide(local())))
  }

  it.effect("answer with and without /v1", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* post(ask("Hi")), yield* postTo("/agents/completions")(ask("Hi"))]
      for (const { json, status } of [one, other]) {
        assert.strictEqual(status, 200)
        assert.strictEqual((json as Completion.Response).model, "mistral-medium-latest")
      }
      const streamed = yield* postTo("/agents/completions")({ ...ask("Hi"), stream: true })
      assert.strictEqual(streamed.headers.get("content-type"), "text/event-stream; charset=utf-8")
      assert.isTrue(streamed.text.endsWith("\n\ndata: [DONE]\n\n"))
    }).pipe(Effect.provide(local())))

  it.effect("that nobody has set up are 404, whatever their id", () =>
    Effect.gen(function*() {
      for (const agent_id of ["ag_unknown", "", "constructor", "__proto__"]) {
        const answer = yield* post({ ...ask("Hi"), agent_id })
        assert.strictEqual(answer.status, 404)
        assert.deepStrictEqual(answer.json, {
          object: "error",
          message: `Agent not found: ${agent_id}`,
          type: "invalid_request_error",
          param: "agent_id",
          code: null
        })
      }
      const error = yield* Effect.flip(Agents.complete({ ...ask("Hi"), agent_id: "ag_unknown" }))
      assert.strictEqual(error.reason._tag, "NotFound")
      assert.include(error.message, "Agent not found: ag_unknown")
    }).pipe(Effect.provide(local())))

  it.effect("whose model does not exist or cannot chat are 400", () =>
    Effect.gen(function*() {
      for (const [agent_id, model] of Object.entries(unable)) {
        const answer = yield* post({ ...ask("Hi"), agent_id })
        assert.strictEqual(answer.status, 400)
        assert.deepInclude(answer.json, { message: `Invalid model: ${model}`, type: "invalid_model", code: "1500" })
      }
    }).pipe(Effect.provide(local({ ...instant, agents: unable }))))

  it.effect("keep to the rules of conversations", () =>
    Effect.gen(function*() {
      const call = { id: "turn1_0", function: { name: "f", arguments: "{}" } }
      for (
        const [more, code] of [
          [{ messages: [] }, "3230"],
          [{ messages: [{ role: "assistant", content: "Hi" }] }, "3230"],
          [
            {
              messages: [
                { role: "user", content: "Hi" },
                { role: "assistant", tool_calls: [call] },
                { role: "tool", content: "1", tool_call_id: call.id }
              ]
            },
            "3280"
          ],
          [{ tool_choice: { function: { name: "f" } } }, null]
        ] as const
      ) {
        const answer = yield* post({ ...ask("Hi"), ...more })
        assert.strictEqual(answer.status, 400)
        assert.deepInclude(answer.json, { object: "error", code })
      }
    }).pipe(Effect.provide(local())))

  it.effect("are not asked with what their model decides, or without an id", () =>
    Effect.gen(function*() {
      const { agent_id: _, ...rest } = ask("Hi")
      const more = { ...rest, model: "m", temperature: 0.5, top_p: 1, safe_prompt: true, n: 0 }
      const answer = yield* post(more)
      assert.strictEqual(answer.status, 422)
      assert.sameDeepMembers([...problemsOf(answer.json).detail], [
        { type: "missing", loc: ["body", "agent_id"], msg: "Field required", input: more },
        ...(["model", "temperature", "top_p", "safe_prompt"] as const).map((key) => ({
          type: "extra_forbidden",
          loc: ["body", key],
          msg: "Extra inputs are not permitted",
          input: more[key]
        })),
        {
          type: "greater_than_equal",
          loc: ["body", "n"],
          msg: "Input should be greater than or equal to 1",
          input: 0,
          ctx: { ge: 1 }
        }
      ])
    }).pipe(Effect.provide(local())))

  it.effect("the client reads a 422 as a validation error with its places", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      // The client validates requests itself. With a schema that accepts everything, the server has to.
      const lax = { ...Endpoint.agents.complete, request: Schema.Unknown }
      const { reason } = yield* Effect.flip(client.request(lax, { ...ask("Hi"), model: "m" }))
      assert.strictEqual(reason._tag, "Validation")
      if (reason._tag === "Validation") {
        assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["model"]])
      }
    }).pipe(Effect.provide(local())))
})

const post = postTo("/v1/agents/completions")

const ask = (content: string, more?: Partial<CompletionRequest.Agents>): CompletionRequest.Agents => ({
  agent_id: "ag_emulator",
  messages: [{ role: "user", content }],
  ...more
})

const unable = { ag_nothing: "no-such-model", ag_embed: "mistral-embed" }

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } }
} as const

function cases(): ReadonlyArray<readonly [string, CompletionRequest.Agents]> {
  return [
    ["a text", ask("Tell me about fog")],
    ["several choices, cut short", ask("Tell me about fog", { n: 3, max_tokens: 12 })],
    ["a stop text", ask("Tell me about fog", { stop: "." })],
    ["thinking", ask("Tell me about fog", { reasoning_effort: "high" })],
    ["tool calls", ask("Use get_weather", { tools: [weather] })],
    ["a JSON object", ask("Fog as JSON", { response_format: { type: "json_object" } })]
  ]
}
