import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { Emulator, Script } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { ask, instant, local, post, postTo } from "../support.ts"

describe("a script", () => {
  it.effect("answers what fits a rule, and leaves the rest as it was", () =>
    Effect.gen(function*() {
      const capital = yield* Chat.complete(ask("What is the capital of France?"))
      assert.strictEqual(Completion.text(capital), "Paris.")
      assert.strictEqual(capital.choices[0]?.finish_reason, "stop")
      const other = yield* Chat.complete(ask("Tell me about fog"))
      const made = yield* Effect.provide(Chat.complete(ask("Tell me about fog")), local())
      assert.deepStrictEqual({ ...other, created: 0 }, { ...made, created: 0 })
    }).pipe(Effect.provide(scripted([{ when: { text: "capital of France" }, answer: { text: "Paris." } }]))))

  it.effect("tells requests apart by path, model, agent, last message and pattern", () =>
    Effect.gen(function*() {
      const text = (request: Effect.Effect<Completion.Response, unknown, Chat.Chat | Agents.Agents | Fim.Fim>) =>
        Effect.map(request, Completion.text)
      assert.strictEqual(yield* text(Fim.complete({ model: "codestral-latest", prompt: "a" })), "by path")
      assert.strictEqual(yield* text(Chat.complete(ask("a", { model: "ft:mine" }))), "by model")
      assert.strictEqual(
        yield* text(Agents.complete({ agent_id: "ag_mine", messages: ask("a").messages })),
        "by agent"
      )
      assert.strictEqual(yield* text(Chat.complete(ask("Room 12"))), "by pattern")
      const pieces = ask("", { messages: [{ role: "user", content: [{ type: "text", text: "room 12" }] }] })
      assert.strictEqual(yield* text(Chat.complete(pieces)), "by text")
      const earlier = ask("", {
        messages: [
          { role: "user", content: "room 12" },
          { role: "assistant", content: "Yes?" },
          { role: "user", content: "Nothing" }
        ]
      })
      assert.strictEqual(yield* text(Chat.complete(earlier)), "the rest")
    }).pipe(Effect.provide(scripted([
      { when: { path: "/v1/fim/completions" }, answer: { text: "by path" } },
      { when: { model: "ft:mine" }, answer: { text: "by model" } },
      { when: { agent_id: "ag_mine" }, answer: { text: "by agent" } },
      { when: { pattern: "^Room \\d+$" }, answer: { text: "by pattern" } },
      { when: { text: "room", model: "mistral-small-latest" }, answer: { text: "by text" } },
      { answer: { text: "the rest" } }
    ]))))

  it.effect("uses a rule as often as it says, and then the next", () =>
    Effect.gen(function*() {
      const texts = yield* Effect.replicateEffect(Effect.map(Chat.complete(ask("Hi")), Completion.text), 4)
      assert.deepStrictEqual(texts, ["one", "two", "two", "many"])
    }).pipe(Effect.provide(scripted([
      { answer: { text: "one" }, times: 1 },
      { answer: { text: "two" }, times: 2 },
      { answer: { text: "many" } }
    ]))))

  it.effect("gives thinking, tool calls and usage, whole and streamed", () =>
    Effect.gen(function*() {
      const whole = yield* Chat.complete(ask("Hi", { n: 2 }))
      const [choice] = whole.choices
      assert.strictEqual(whole.choices.length, 2)
      assert.strictEqual(choice?.finish_reason, "tool_calls")
      assert.deepStrictEqual(choice?.message?.content, [
        { type: "thinking", thinking: [{ type: "text", text: "Let me look." }], closed: true },
        { type: "text", text: "One moment." }
      ])
      const [given, made] = choice?.message?.tool_calls ?? []
      assert.deepStrictEqual(given, {
        id: "abcdef123",
        function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" }
      })
      assert.match(String(made?.id), /^[A-Za-z0-9]{9}$/)
      assert.strictEqual(made?.function.arguments, "{not JSON")
      assert.deepStrictEqual(whole.usage, {
        prompt_tokens: 1000,
        completion_tokens: 7,
        total_tokens: 1007,
        service_tier: "priority"
      })
      const folded = yield* Completion.collect(Chat.stream(ask("Hi", { n: 2 })))
      assert.deepStrictEqual({ ...folded, created: 0 }, { ...whole, created: 0 })
    }).pipe(Effect.provide(scripted([{
      answer: {
        thinking: "Let me look.",
        text: "One moment.",
        tool_calls: [
          { id: "abcdef123", name: "get_weather", arguments: { city: "Paris" } },
          { name: "get_time", arguments: "{not JSON" }
        ],
        usage: { prompt_tokens: 1000, completion_tokens: 7, service_tier: "priority" }
      }
    }]))))

  it.effect("is cut by max_tokens and stop, but not where it says how the answer ended", () =>
    Effect.gen(function*() {
      const ended = (request: CompletionRequest.Chat) =>
        Effect.map(Chat.complete(request), (response) => [
          Completion.text(response),
          response.choices[0]?.finish_reason,
          response.usage?.completion_tokens
        ])
      assert.deepStrictEqual(yield* ended(ask("Cut", { max_tokens: 2 })), ["One two", "length", 2])
      assert.deepStrictEqual(yield* ended(ask("Cut", { stop: " three" })), ["One two", "stop", 2])
      assert.deepStrictEqual(yield* ended(ask("Whole", { max_tokens: 2 })), ["One two three", "model_length", 3])
    }).pipe(Effect.provide(scripted([
      { when: { text: "Cut" }, answer: { text: "One two three" } },
      { when: { text: "Whole" }, answer: { text: "One two three", finish_reason: "model_length" } }
    ]))))

  it.effect("comes after the prefix that a request gives", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(ask("", {
        messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "Good ", prefix: true }]
      }))
      assert.strictEqual(Completion.text(response), "Good morning")
    }).pipe(Effect.provide(scripted([{ answer: { text: "morning" } }]))))

  it.effect("refuses at any endpoint, with its own body and headers or with the body of the fault with its status", () =>
    Effect.gen(function*() {
      const own = yield* post(ask("Full"))
      assert.deepStrictEqual([own.status, own.json], [503, { detail: "Full" }])
      assert.strictEqual(own.headers.get("retry-after"), "3")
      const usual = yield* postTo("/embeddings")({ model: "mistral-embed", input: ["a", "Full"] })
      assert.deepStrictEqual([usual.status, usual.json], [500, {
        object: "error",
        message: "Internal server error",
        type: "internal_server_error",
        param: null,
        code: "1000"
      }])
    }).pipe(Effect.provide(scripted([
      {
        when: { path: "/v1/chat/completions" },
        answer: { error: { status: 503, body: { detail: "Full" }, headers: { "retry-after": "3" } } }
      },
      // A reply applies to completions only, so embeddings go on to the next rule.
      { when: { text: "Full" }, answer: { text: "Full" } },
      { when: { text: "Full" }, answer: { error: { status: 500 } } }
    ]))))

  it.effect("does not answer what the API's rules forbid", () =>
    Effect.gen(function*() {
      const order = yield* post({ model: "m", messages: [{ role: "assistant", content: "Hi" }] })
      assert.deepInclude(order.json, { code: "3230" })
      assert.strictEqual((yield* post({ ...ask("Hi"), store: true })).status, 422)
      assert.strictEqual((yield* post(ask("Hi"), { headers: { authorization: "Bearer wrong" } })).status, 401)
    }).pipe(Effect.provide(scripted([{ answer: { text: "Yes" } }]))))

  it.effect("is read from JSON, and a key that no rule has is an error with its place", () =>
    Effect.gen(function*() {
      const rules = [{ when: { pattern: "a+" }, answer: { tool_calls: [{ name: "f", arguments: {} }] }, times: 2 }]
      assert.deepStrictEqual(yield* Script.fromUnknown(rules), rules)
      for (
        const [wrong, place] of [
          [[{ when: { txt: "a" }, answer: {} }], "txt"],
          [[{ answer: { text: 1 } }], "text"],
          [[{ when: { pattern: "(" }, answer: {} }], "a regular expression"],
          [[{ when: {} }], "answer"],
          [[{ answer: { error: { status: 200 } } }], "status"],
          [[{ answer: { error: { status: 500, headers: { "retry after": "1" } } } }], "[\"retry after\"]"],
          [[{ answer: { error: { status: 500, headers: { "retry-after": "1\n2" } } } }], "a valid header value"],
          [{ rules: [] }, "array"]
        ] as const
      ) {
        const error = yield* Effect.flip(Script.fromUnknown(wrong))
        assert.include(error.message, place)
      }
    }))

  it.effect("with a pattern that is none keeps the emulator from starting", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(
        Effect.provide(Emulator.Emulator, Emulator.layer({ script: [{ when: { pattern: "(" }, answer: {} }] }))
      )
      assert.include(String(exit), "Invalid regular expression")
    }))

  it.effect("is in the documentation as it can be read", () =>
    Effect.gen(function*() {
      const page = readFileSync(new URL("../../../../docs/emulator-scripts.md", import.meta.url), "utf8")
      const [, json = ""] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? []
      assert.strictEqual((yield* Script.fromUnknown(JSON.parse(json))).length, 5)
    }))

  it.effect("starts from its beginning in every emulator", () =>
    Effect.gen(function*() {
      const script = [{ answer: { text: "first" }, times: 1 }]
      for (let run = 0; run < 2; run++) {
        const text = yield* Effect.provide(Effect.map(Chat.complete(ask("Hi")), Completion.text), scripted(script))
        assert.strictEqual(text, "first")
      }
    }))
})

const scripted = (script: Script.Script) => local({ ...instant, script } satisfies Emulator.Options)
