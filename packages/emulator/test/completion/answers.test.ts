import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { countTokens, tokenize } from "../../src/internal/text/tokenizer.ts"
import { ask, instant, local } from "../support.ts"

describe("answers", () => {
  it.effect("speak of what was asked", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(ask("Tell me about lighthouses and fog"))
      assert.match(response.id, /^[0-9a-f]{32}$/)
      assert.strictEqual(response.model, "mistral-small-latest")
      assert.strictEqual(response.choices[0]?.finish_reason, "stop")
      assert.include(Completion.text(response), "lighthouses")
    }).pipe(Effect.provide(local())))

  it.effect("are the same for the same request, whatever the order of its keys, and others for other requests", () =>
    Effect.gen(function*() {
      const text = (request: CompletionRequest.Chat) => Effect.map(Chat.complete(request), Completion.text)
      const one = yield* text({ ...ask("Tell me about lighthouses"), temperature: 1, random_seed: 1 })
      const same = yield* text({ random_seed: 1, temperature: 1, ...ask("Tell me about lighthouses") })
      const seeded = yield* text({ ...ask("Tell me about lighthouses"), temperature: 1, random_seed: 2 })
      const other = yield* text(ask("Tell me about lighthouses and fog"))
      assert.strictEqual(same, one)
      assert.notStrictEqual(seeded, one)
      assert.notStrictEqual(other, one)
    }).pipe(Effect.provide(local())))

  it.effect("depend on the emulator's seed and on nothing else of it", () =>
    Effect.gen(function*() {
      const text = (seed: number) =>
        Effect.map(Chat.complete(ask("Tell me about fog")), Completion.text).pipe(
          Effect.provide(local({ ...instant, seed }))
        )
      assert.strictEqual(yield* text(1), yield* text(1))
      assert.notStrictEqual(yield* text(2), yield* text(1))
    }))

  for (const [name, request] of cases()) {
    it.effect(`fold from a stream into the whole answer: ${name}`, () =>
      Effect.gen(function*() {
        const whole = yield* Chat.complete(request)
        const folded = yield* Completion.collect(Chat.stream(request))
        assert.deepStrictEqual({ ...folded, created: 0 }, { ...whole, created: 0 })
      }).pipe(Effect.provide(local())))
  }

  for (const [name, request] of cases()) {
    it.effect(`count the tokens that are streamed, at most max_tokens of each choice: ${name}`, () =>
      Effect.gen(function*() {
        const chunks = yield* Stream.runCollect(Chat.stream(request))
        const last = request.messages.at(-1)
        const given = last?.role === "assistant" ? String(last.content) : ""
        const counts = chunks.flatMap(({ choices }) =>
          choices.map(({ delta }) => delta.content === given ? 0 : deltaTokens(delta))
        )
        const total = counts.reduce((sum, count) => sum + count, 0)
        assert.strictEqual(chunks.at(-1)?.usage?.completion_tokens, total)
        assert.isAtMost(total, (request.max_tokens ?? Infinity) * (request.n ?? 1))
      }).pipe(Effect.provide(local())))
  }

  it.effect("count what was sent and what was written", () =>
    Effect.gen(function*() {
      const request = ask("Tell me about fog", { n: 2 })
      const { choices, usage } = yield* Chat.complete(request)
      const written = choices.map((choice) => choice.message?.content)
      assert.strictEqual(usage?.prompt_tokens, 1 + countTokens("Tell me about fog"))
      assert.strictEqual(
        usage?.completion_tokens,
        written.reduce<number>((sum, text) => sum + countTokens(typeof text === "string" ? text : ""), 0)
      )
      assert.strictEqual(usage?.total_tokens, Number(usage?.prompt_tokens) + Number(usage?.completion_tokens))
    }).pipe(Effect.provide(local())))

  it.effect("end after max_tokens with the reason length, and begin as the longer answer does", () =>
    Effect.gen(function*() {
      const long = yield* Chat.complete(ask("Tell me about fog"))
      const short = yield* Chat.complete(ask("Tell me about fog", { max_tokens: 7 }))
      assert.strictEqual(short.choices[0]?.finish_reason, "length")
      assert.strictEqual(short.usage?.completion_tokens, 7)
      assert.strictEqual(Completion.text(short), tokenize(Completion.text(long)).slice(0, 7).join(""))
      const none = yield* Chat.complete(ask("Tell me about fog", { max_tokens: 0 }))
      assert.strictEqual(Completion.text(none), "")
      assert.strictEqual(none.choices[0]?.finish_reason, "length")
    }).pipe(Effect.provide(local())))

  it.effect("end before a stop text", () =>
    Effect.gen(function*() {
      const text = Completion.text(yield* Chat.complete(ask("Tell me about fog")))
      const end = text.indexOf(".")
      const one = yield* Chat.complete(ask("Tell me about fog", { stop: "." }))
      const several = yield* Chat.complete(ask("Tell me about fog", { stop: ["never written", text.slice(5, 9)] }))
      assert.strictEqual(Completion.text(one), text.slice(0, end))
      assert.strictEqual(one.choices[0]?.finish_reason, "stop")
      assert.strictEqual(Completion.text(several), text.slice(0, 5))
    }).pipe(Effect.provide(local())))

  it.effect("come n times, each its own", () =>
    Effect.gen(function*() {
      const { choices } = yield* Chat.complete(ask("Tell me about fog", { n: 3 }))
      assert.deepStrictEqual(choices.map((choice) => choice.index), [0, 1, 2])
      assert.strictEqual(new Set(choices.map((choice) => choice.message?.content)).size, 3)
    }).pipe(Effect.provide(local())))

  it.effect("begin with the prefix that was given", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete({
        model: "mistral-small-latest",
        messages: [
          { role: "user", content: "Tell me about fog" },
          { role: "assistant", content: "Fog is", prefix: true }
        ]
      })
      assert.match(Completion.text(response), /^Fog is \w/)
    }).pipe(Effect.provide(local())))

  it.live("are what the request predicts, and faster for it", () =>
    Effect.gen(function*() {
      const code = "const lighthouse = (fog: number) => fog * 2\n"
      const predicted = ask("Rename it", { prediction: { type: "content", content: code } })
      const [took, response] = yield* Effect.timed(Chat.complete(predicted))
      assert.strictEqual(Completion.text(response), code)
      assert.strictEqual(response.usage?.completion_tokens, countTokens(code))
      // At one token per second, only predicted tokens can arrive within the first second.
      assert.isBelow(Duration.toMillis(took), 900)
      const folded = yield* Completion.collect(Chat.stream(predicted))
      assert.deepStrictEqual({ ...folded, created: 0 }, { ...response, created: 0 })
      const cut = yield* Chat.complete({ ...predicted, max_tokens: 3, stop: "lighthouse" })
      assert.strictEqual(Completion.text(cut), "const ")
    }).pipe(Effect.provide(local({ timeToFirstToken: 0, tokensPerSecond: 1 }))))

  it.effect("go on from the prefix to the end of the prediction", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete({
        model: "mistral-small-latest",
        messages: [{ role: "user", content: "Fog" }, { role: "assistant", content: "Fog is", prefix: true }],
        prediction: { content: "Fog is wet." }
      })
      assert.strictEqual(Completion.text(response), "Fog is wet.")
    }).pipe(Effect.provide(local())))

  it.effect("have the form that was asked for, whether it was predicted or not", () =>
    Effect.gen(function*() {
      const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] }
      const format = { type: "json_schema", json_schema: { name: "a", schema } } as const
      const text = (content: string, response_format: CompletionRequest.Chat["response_format"] = format) =>
        Effect.map(
          Chat.complete(ask("Some JSON", { prediction: { content }, response_format: response_format! })),
          Completion.text
        )
      assert.strictEqual(yield* text("{\"a\": 1}"), "{\"a\": 1}")
      assert.isNumber(JSON.parse(yield* text("{\"a\": \"1\"}")).a)
      assert.strictEqual(yield* text("{\"b\": 1}", { type: "json_object" }), "{\"b\": 1}")
      assert.isObject(JSON.parse(yield* text("[1]", { type: "json_object" })))
    }).pipe(Effect.provide(local())))

  it.effect("begin with thinking if the request asks for it", () =>
    Effect.gen(function*() {
      for (
        const more of [
          { reasoning_effort: "high" },
          { prompt_mode: "reasoning", model: "magistral-medium-latest" }
        ] as const
      ) {
        const { choices } = yield* Chat.complete(ask("Tell me about fog", more))
        const content = choices[0]?.message?.content
        assert.isArray(content)
        assert.deepStrictEqual((content as ReadonlyArray<{ readonly type: unknown }>).map((piece) => piece.type), [
          "thinking",
          "text"
        ])
      }
      const { choices } = yield* Chat.complete(ask("Tell me about fog", { reasoning_effort: "none" }))
      assert.isString(choices[0]?.message?.content)
    }).pipe(Effect.provide(local())))

  it.effect("repeat what a tool answered", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete({
        model: "mistral-small-latest",
        messages: [
          { role: "user", content: "Use get_weather for Paris" },
          {
            role: "assistant",
            content: "",
            tool_calls: [{ id: "abcdef123", function: { name: "get_weather", arguments: "{}" } }]
          },
          { role: "tool", tool_call_id: "abcdef123", name: "get_weather", content: "18 degrees" }
        ],
        tools: [weather]
      })
      assert.include(Completion.text(response), "18 degrees")
    }).pipe(Effect.provide(local())))
})

describe("streams", () => {
  it.effect("begin with the role, bring one token at a time, and end with the reason and the usage", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Chat.stream(ask("Tell me about fog", { max_tokens: 4 })))
      assert.strictEqual(chunks.length, 6)
      assert.deepStrictEqual(chunks[0]?.choices[0]?.delta, { role: "assistant", content: "" })
      for (const chunk of chunks.slice(1, -1)) {
        assert.strictEqual(countTokens(Completion.chunkText(chunk)), 1)
        assert.isNull(chunk.choices[0]?.finish_reason)
        assert.isUndefined(chunk.usage)
      }
      assert.strictEqual(chunks.at(-1)?.choices[0]?.finish_reason, "length")
      assert.strictEqual(chunks.at(-1)?.usage?.completion_tokens, 4)
    }).pipe(Effect.provide(local())))

  it.effect("bring thinking as pieces and then plain texts", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Chat.stream(ask("Tell me about fog", { reasoning_effort: "high" })))
      const kinds = chunks.slice(1, -1).map((chunk) => typeof chunk.choices[0]?.delta.content)
      const turn = kinds.indexOf("string")
      assert.isAbove(turn, 0)
      assert.isTrue(kinds.slice(0, turn).every((kind) => kind === "object"))
      assert.isTrue(kinds.slice(turn).every((kind) => kind === "string"))
    }).pipe(Effect.provide(local())))

  it.effect("bring a tool call whole", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Chat.stream(ask("Now", { tools: [weather], tool_choice: "any" })))
      const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
      assert.strictEqual(calls.length, 1)
      assert.doesNotThrow(() => JSON.parse(String(calls[0]?.function.arguments)))
      assert.strictEqual(chunks.at(-1)?.choices[0]?.finish_reason, "tool_calls")
    }).pipe(Effect.provide(local())))
})

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } }
} as const

/** Counts the tokens of a delta from its content. */
const deltaTokens = ({ content, tool_calls }: Message.Delta): number => {
  const pieces = typeof content === "string" ? [content] : (content ?? []).map((piece) =>
    piece.type === "thinking"
      ? piece.thinking.map((inner) => inner.type === "text" ? inner.text : "").join("")
      : piece.type === "text"
      ? piece.text
      : ""
  )
  const calls = (tool_calls ?? []).flatMap((call) => [call.function.name ?? "", String(call.function.arguments)])
  return [...pieces, ...calls].reduce((sum, text) => sum + countTokens(text), 0)
}

function cases(): ReadonlyArray<readonly [string, CompletionRequest.Chat]> {
  return [
    ["a text", ask("Tell me about fog")],
    ["several choices", ask("Tell me about fog", { n: 3, max_tokens: 12 })],
    ["max_tokens of 0", ask("Tell me about fog", { max_tokens: 0 })],
    ["a stop text", ask("Tell me about fog", { stop: ["about", "."] })],
    ["thinking", ask("Tell me about fog", { reasoning_effort: "high", n: 2 })],
    ["thinking cut short", ask("Tell me about fog", { reasoning_effort: "high", max_tokens: 3 })],
    ["tool calls", ask("Use get_weather", { tools: [weather], n: 2 })],
    ["thinking and a tool call", ask("Tell me", { tools: [weather], tool_choice: "any", reasoning_effort: "high" })],
    ["a tool call cut short", ask("Use get_weather", { tools: [weather], max_tokens: 6 })],
    ["a JSON object", ask("Fog as JSON", { response_format: { type: "json_object" } })],
    ["other scripts", ask("Erzähl von Nebel, 霧について, 🌫️")],
    ["a prefix", {
      model: "mistral-small-latest",
      messages: [{ role: "user", content: "Fog" }, { role: "assistant", content: "Fog is", prefix: true }]
    }]
  ]
}
