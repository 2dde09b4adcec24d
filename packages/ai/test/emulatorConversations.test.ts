/**
 * Conversations that go on at the emulator, which refuses what Mistral refuses: ones that were left in the middle of a call,
 * that came from other providers, and that were stored in between.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref, Schema, Stream } from "effect"
import { Chat, LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import { deliveries } from "./fixtures/deliveries.ts"
import { emulatedModel, outline, sentMessages } from "./fixtures/emulatedModel.ts"
import { journey, journeyHandlers, journeyScript, question } from "./fixtures/journey.ts"

const script = [
  { when: { text: "Never mind" }, answer: { text: "As you like." } },
  { when: { text: "Go on" }, answer: { text: "I went on." } },
  ...journeyScript
]

const lastOutline = Effect.map(sentMessages, (all) => outline(all.at(-1) ?? []))

/** Asks in both ways, and gives the messages that were sent. */
const goesOn = (prompt: Prompt.RawInput) =>
  Effect.gen(function*() {
    const tools = yield* journey
    const lines: Array<ReadonlyArray<string>> = []
    for (const ask of Object.values(deliveries)) {
      const { finish, text } = yield* ask({ prompt, toolkit: tools })
      assert.deepStrictEqual([text, finish], ["I went on.", "stop"])
      lines.push(yield* lastOutline)
    }
    assert.deepStrictEqual(lines[0], lines[1])
    return lines[0] ?? []
  }).pipe(Effect.provide(journeyHandlers([])))

const called = (id: string, name: string, params: unknown) => ({ type: "tool-call" as const, id, name, params })
const resulted = (id: string, name: string, result: unknown) => ({
  type: "tool-result" as const,
  id,
  name,
  isFailure: false,
  result
})

describe("a conversation that was left in the middle of a call", () => {
  it.effect("goes on after its stream was left when the call came", () =>
    Effect.gen(function*() {
      const tools = yield* journey
      const chat = yield* Chat.empty
      yield* chat.streamText({ prompt: question, toolkit: tools }).pipe(
        Stream.takeUntil(({ type }) => type === "tool-call"),
        Stream.runDrain
      )
      const answer = yield* deliveries.streamed({ prompt: "Never mind", toolkit: tools }, chat)
      assert.strictEqual(answer.text, "As you like.")
      const messages = (yield* sentMessages).at(-1) ?? []
      const calls = messages.flatMap(({ tool_calls }) => tool_calls ?? [])
      assert.isAtLeast(calls.length, 1)
      assert.deepStrictEqual(
        messages.flatMap(({ tool_call_id }) => tool_call_id ?? []),
        calls.map(({ id }) => id)
      )
    }).pipe(Effect.provide(journeyHandlers([])), Effect.provide(emulatedModel(script))))

  it.effect("goes on where one of two calls has no result", () =>
    Effect.gen(function*() {
      const lines = yield* goesOn([
        { role: "user", content: [{ type: "text", text: "Where is it warm?" }] },
        {
          role: "assistant",
          content: [
            called("weather01", "get_weather", { city: "Lyon" }),
            called("weather02", "get_weather", { city: "Nice" })
          ]
        },
        { role: "tool", content: [resulted("weather02", "get_weather", { degrees: 21 })] },
        { role: "user", content: [{ type: "text", text: "Go on" }] }
      ])
      assert.lengthOf(lines, 6)
      assert.strictEqual(
        lines[1],
        "assistant | get_weather({\"city\":\"Lyon\"}) | get_weather({\"city\":\"Nice\"})"
      )
      assert.strictEqual(lines.filter((line) => line.startsWith("tool | get_weather | {\"degrees\":21}")).length, 1)
      assert.strictEqual(lines.filter((line) => line.startsWith("tool | get_weather | ")).length, 2)
      assert.match(lines[4] ?? "", /^assistant \| ./)
      assert.strictEqual(lines[5], "user | Go on")
    }).pipe(Effect.provide(emulatedModel(script))))

  it.effect("goes on where the calls are the last thing", () =>
    Effect.gen(function*() {
      yield* goesOn([
        { role: "user", content: [{ type: "text", text: "Where is it warm?" }] },
        { role: "assistant", content: [called("weather01", "get_weather", { city: "Lyon" })] },
        { role: "user", content: [{ type: "text", text: "And now?" }] },
        { role: "assistant", content: [called("weather03", "get_weather", { city: "Nice" })] },
        { role: "tool", content: [resulted("weather03", "get_weather", { degrees: 21 })] },
        { role: "user", content: [{ type: "text", text: "Go on" }] }
      ])
    }).pipe(Effect.provide(emulatedModel(script))))

  it.effect("goes on where a system message follows a result", () =>
    Effect.gen(function*() {
      yield* goesOn([
        { role: "user", content: [{ type: "text", text: "Where is it warm?" }] },
        { role: "assistant", content: [called("weather01", "get_weather", { city: "Lyon" })] },
        { role: "tool", content: [resulted("weather01", "get_weather", { degrees: 12 })] },
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Go on" }] }
      ])
    }).pipe(Effect.provide(emulatedModel(script))))

  it.effect("goes on where an approval was denied", () =>
    Effect.gen(function*() {
      const pay = Toolkit.make(
        Tool.make("pay", {
          parameters: Schema.Struct({ amount: Schema.Int }),
          success: Schema.String,
          needsApproval: true
        })
      )
      const tools = yield* Effect.provide(pay, pay.toLayer({ pay: () => Effect.succeed("paid") }))
      const chat = yield* Chat.empty
      const first = yield* chat.generateText({ prompt: "Pay it", toolkit: tools })
      const request = first.content.find((part) => part.type === "tool-approval-request")
      assert.isDefined(request)
      const answer = yield* chat.generateText({
        prompt: [
          {
            role: "tool",
            content: [{
              type: "tool-approval-response",
              approvalId: request?.approvalId ?? "",
              approved: false,
              reason: "Never mind"
            }]
          }
        ],
        toolkit: tools
      })
      assert.strictEqual(answer.finishReason, "stop")
      const [, second] = yield* sentMessages
      assert.deepStrictEqual(second?.map(({ role }) => role), ["user", "assistant", "tool"])
    }).pipe(Effect.provide(emulatedModel([
      { when: { text: "Pay it" }, answer: { tool_calls: [{ name: "pay", arguments: { amount: 3 } }] } },
      { answer: { text: "Then not." } }
    ]))))
})

describe("a conversation that came from another provider", () => {
  const nine = /^[A-Za-z0-9]{9}$/

  for (
    const [provider, id] of [
      ["OpenAI", "call_Hn3pNSqLBKJ4TwMbMQkPb1yY"],
      ["Anthropic", "toolu_01A09q90qw90lq917835lq9"],
      ["Google", "0"],
      ["a gateway", "chatcmpl-tool-2f3b5c8e9d5b4d0f8a1e"],
      ["a local server", "d3b07384-d113-4ec6-a7c4-8f1f0a5b9c1e"]
    ] as const
  ) {
    it.effect(`goes on with the ids of its calls made anew: ${provider}`, () =>
      Effect.gen(function*() {
        yield* goesOn([
          { role: "system", content: "Be brief." },
          { role: "user", content: [{ type: "text", text: "Where is it warm?" }] },
          {
            role: "assistant",
            content: [
              {
                type: "reasoning",
                text: "Look it up.",
                options: { anthropic: { info: { type: "thinking", signature: "EqQBCgIYAhIM" } } }
              },
              { type: "text", text: "I look.", options: { openai: { itemId: "msg_1" } } },
              called(id, "get_weather", { city: "Lyon" }),
              called(`${id}2`, "get_weather", { city: "Nice" })
            ]
          },
          {
            role: "tool",
            content: [
              resulted(id, "get_weather", { degrees: 12 }),
              resulted(`${id}2`, "get_weather", { degrees: 21 })
            ]
          },
          { role: "assistant", content: [{ type: "text", text: "It is warm in Nice." }] },
          { role: "user", content: [{ type: "text", text: "Go on" }] }
        ])
        const messages = (yield* sentMessages).at(-1) ?? []
        const calls = messages.flatMap(({ tool_calls }) => tool_calls ?? []).map(({ id }) => id)
        assert.lengthOf(new Set(calls), 2)
        for (const call of calls) assert.match(call, nine)
        assert.deepStrictEqual(messages.flatMap(({ tool_call_id }) => tool_call_id ?? []), calls)
        // What only the other provider understands is not sent.
        assert.notInclude(JSON.stringify(messages), "EqQBCgIYAhIM")
      }).pipe(Effect.provide(emulatedModel(script))))
  }

  it.effect("goes on with calls that its provider ran itself, and files that its model made", () =>
    Effect.gen(function*() {
      const lines = yield* goesOn([
        { role: "user", content: [{ type: "text", text: "Search and draw" }] },
        {
          role: "assistant",
          content: [
            { ...called("srvtoolu_1", "web_search", { query: "fog" }), providerExecuted: true },
            { ...resulted("srvtoolu_1", "web_search", [{ url: "https://example.com" }]) },
            { type: "file", mediaType: "image/png", data: "iVBORw0KGgo=" },
            { type: "text", text: "Here it is." }
          ]
        },
        { role: "user", content: [{ type: "text", text: "Go on" }] }
      ])
      assert.deepStrictEqual(lines, ["user | Search and draw", "assistant | Here it is.", "user | Go on"])
    }).pipe(Effect.provide(emulatedModel(script))))

  it.effect("goes on where messages of the assistant stand in a row", () =>
    Effect.gen(function*() {
      yield* goesOn([
        { role: "assistant", content: [{ type: "text", text: "Hello." }] },
        { role: "assistant", content: [{ type: "text", text: "How can I help?" }] },
        { role: "user", content: [{ type: "text", text: "Where is it warm?" }] },
        { role: "assistant", content: [called("a", "get_weather", { city: "Lyon" })] },
        { role: "assistant", content: [called("b", "get_weather", { city: "Nice" })] },
        { role: "tool", content: [resulted("a", "get_weather", 1), resulted("b", "get_weather", 2)] },
        { role: "user", content: [{ type: "text", text: "Go on" }] }
      ])
    }).pipe(Effect.provide(emulatedModel(script))))
})

describe("a chat of effect/ai", () => {
  for (const [delivery, ask] of Object.entries(deliveries)) {
    it.effect(`remembers, also where it was stored as JSON between two calls, ${delivery}`, () =>
      Effect.gen(function*() {
        const tools = yield* journey
        const chat = yield* Chat.fromPrompt([{ role: "system", content: "Be brief." }])
        yield* ask({ prompt: question, toolkit: tools }, chat)
        const restored = yield* Chat.fromJson(yield* chat.exportJson)
        const { results } = yield* ask({ prompt: [], toolkit: tools }, restored)
        assert.sameMembers(Object.keys(results), ["trainbad1", "hotel0001"])
        const again = yield* Chat.fromJson(yield* restored.exportJson)
        assert.deepStrictEqual(yield* Ref.get(again.history), yield* Ref.get(restored.history))
        yield* ask({ prompt: [], toolkit: tools }, again)
        const last = yield* ask({ prompt: [], toolkit: tools }, again)
        assert.deepStrictEqual([last.text, last.finish], ["You go to Nice, without a hotel.", "stop"])
        assert.deepStrictEqual((yield* sentMessages).at(-1)?.map(({ role }) => role), [
          "system",
          "user",
          "assistant",
          "tool",
          "tool",
          "assistant",
          "tool",
          "tool",
          "assistant",
          "tool"
        ])
      }).pipe(Effect.provide(journeyHandlers([])), Effect.provide(emulatedModel(journeyScript))))

    it.effect(`sends thinking back as it came, also after it was stored, ${delivery}`, () =>
      Effect.gen(function*() {
        const tools = yield* Toolkit.empty
        const chat = yield* Chat.empty
        const first = yield* ask({ prompt: "Think", toolkit: tools }, chat)
        assert.deepStrictEqual([first.reasoning, first.text], ["It is fog, I think.", "Fog."])
        const restored = yield* Chat.fromJson(yield* chat.exportJson)
        yield* ask({ prompt: "Go on", toolkit: tools }, restored)
        const [, second] = yield* sentMessages
        assert.deepStrictEqual(second?.[1], {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "It is fog, I think." }], closed: true },
            { type: "text", text: "Fog." }
          ]
        })
      }).pipe(Effect.provide(emulatedModel([
        { when: { text: "Think" }, answer: { thinking: "It is fog, I think.", text: "Fog." } },
        ...script
      ]))))
  }

  it.effect("keeps the objects that it generated", () =>
    Effect.gen(function*() {
      const chat = yield* Chat.empty
      const { value } = yield* chat.generateObject({
        prompt: "Who painted it?",
        schema: Schema.Struct({ name: Schema.String })
      })
      assert.deepStrictEqual(value, { name: "Claude Monet" })
      yield* chat.generateText({ prompt: "Go on" })
      assert.deepStrictEqual(yield* lastOutline, [
        "user | Who painted it?",
        "assistant | {\"name\":\"Claude Monet\"}",
        "user | Go on"
      ])
    }).pipe(Effect.provide(emulatedModel([
      { when: { text: "Who painted" }, answer: { text: "{\"name\":\"Claude Monet\"}" } },
      ...script
    ]))))

  it.effect("continues an answer that it is given, and holds the beginning once", () =>
    Effect.gen(function*() {
      const prompt = Prompt.make([
        { role: "user", content: [{ type: "text", text: "Where?" }] },
        { role: "assistant", content: [{ type: "text", text: "In the fog, " }] }
      ])
      const whole = yield* LanguageModel.generateText({ prompt })
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt }))
      const streamed = parts.map((part) => part.type === "text-delta" ? part.delta : "").join("")
      assert.deepStrictEqual([whole.text, streamed], ["there is a ship.", "there is a ship."])
      for (const messages of yield* sentMessages) {
        assert.deepStrictEqual(messages.at(-1), { role: "assistant", content: "In the fog, ", prefix: true } as object)
      }
    }).pipe(Effect.provide(emulatedModel([{ answer: { text: "there is a ship." } }]))))
})
