/** Calls over the emulator that do not go the usual way: approved ones, ones that the program answers, and unknown ones. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref, Schema, Stream } from "effect"
import { Chat, LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import { deliveries } from "./fixtures/deliveries.ts"
import { emulatedModel, outline, sentMessages } from "./fixtures/emulatedModel.ts"

const lastOutline = Effect.map(sentMessages, (all) => outline(all.at(-1) ?? []))

const Pay = Tool.make("pay", { parameters: Schema.Struct({ amount: Schema.Int }), success: Schema.String })

const script = [
  {
    when: { text: "Pay both" },
    answer: {
      tool_calls: [
        { id: "payment01", name: "pay", arguments: { amount: 3 } },
        { id: "payment02", name: "pay", arguments: { amount: 4 } }
      ]
    }
  },
  { when: { text: "paid 4" }, answer: { text: "Both are paid." } },
  { when: { text: "Sing" }, answer: { tool_calls: [{ id: "singing01", name: "sing", arguments: { song: "Fog" } }] } },
  { when: { text: "Go on" }, answer: { text: "I went on." } }
]

describe("a call that needs an approval", () => {
  const toolkit = Toolkit.make(Pay.setNeedsApproval(true))

  for (const [delivery, ask] of Object.entries(deliveries)) {
    it.effect(`runs once it is approved, and the conversation goes on, ${delivery}`, () => {
      const paid: Array<number> = []
      return Effect.gen(function*() {
        const tools = yield* toolkit
        const chat = yield* Chat.empty
        const first = yield* ask({ prompt: "Pay both", toolkit: tools }, chat)
        assert.deepStrictEqual([first.calls.length, first.results, paid], [2, {}, []])
        const history = yield* Ref.get(chat.history)
        const requests = history.content.flatMap((message) =>
          message.role === "assistant" ? message.content.filter((part) => part.type === "tool-approval-request") : []
        )
        assert.lengthOf(requests, 2)
        const second = yield* ask({
          prompt: [{
            role: "tool",
            content: requests.map(({ approvalId }) => ({
              type: "tool-approval-response",
              approvalId,
              approved: true
            }))
          }],
          toolkit: tools
        }, chat)
        assert.deepStrictEqual([second.text, second.finish], ["Both are paid.", "stop"])
        assert.sameMembers(paid, [3, 4])
        assert.deepStrictEqual(yield* lastOutline, [
          "user | Pay both",
          "assistant | pay({\"amount\":3}) | pay({\"amount\":4})",
          "tool | pay | paid 3",
          "tool | pay | paid 4"
        ])
      }).pipe(
        Effect.provide(toolkit.toLayer({
          pay: ({ amount }) => Effect.sync(() => `paid ${paid.push(amount) && amount}`)
        })),
        Effect.provide(emulatedModel(script))
      )
    })
  }
})

describe("calls that the program answers itself", () => {
  it.effect("come with encoded parameters, whole and streamed, and their results are sent", () =>
    Effect.gen(function*() {
      const options = { prompt: "Pay both", toolkit: Toolkit.make(Pay), disableToolCallResolution: true } as const
      const whole = yield* LanguageModel.generateText(options)
      const parts = yield* Stream.runCollect(LanguageModel.streamText(options))
      const streamed = parts.filter((part) => part.type === "tool-call")
      for (const calls of [whole.toolCalls, streamed]) {
        assert.deepStrictEqual(calls.map(({ id, params }) => [id, params]), [
          ["payment01", { amount: 3 }],
          ["payment02", { amount: 4 }]
        ])
      }
      const prompt = Prompt.concat(Prompt.make("Pay both"), Prompt.fromResponseParts(whole.content))
      const { text } = yield* LanguageModel.generateText({
        prompt: Prompt.concat(prompt, [{
          role: "tool",
          content: whole.toolCalls.map(({ id, name, params }) => ({
            type: "tool-result",
            id,
            name,
            isFailure: false,
            result: `paid ${params.amount}`
          }))
        }])
      })
      assert.strictEqual(text, "Both are paid.")
    }).pipe(Effect.provide(emulatedModel(script))))
})

describe("a call of a tool that is not in the toolkit", () => {
  const toolkit = Toolkit.make(Pay)
  const handlers = toolkit.toLayer({ pay: () => Effect.die(new Error("it ran")) })

  for (const [delivery, ask] of Object.entries(deliveries)) {
    it.effect(`is an error that may be retried, and the chat goes on, ${delivery}`, () =>
      Effect.gen(function*() {
        const tools = yield* toolkit
        const chat = yield* Chat.empty
        const error = yield* Effect.flip(ask({ prompt: "Sing", toolkit: tools }, chat))
        assert.strictEqual(error.reason._tag, "ToolNotFoundError")
        assert.isTrue(error.isRetryable)
        const { text } = yield* ask({ prompt: "Go on", toolkit: tools }, chat)
        assert.strictEqual(text, "I went on.")
      }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script))))
  }

  it.effect("is returned as it is where the program checks calls itself", () =>
    Effect.gen(function*() {
      const options = {
        prompt: "Sing",
        toolkit,
        disableToolCallResolution: true,
        toolCallValidation: "deferred"
      } as const
      const { toolCalls } = yield* LanguageModel.generateText(options)
      const parts = yield* Stream.runCollect(LanguageModel.streamText(options))
      for (const calls of [toolCalls, parts.filter((part) => part.type === "tool-call")]) {
        assert.deepStrictEqual(calls.map(({ id, name, params }) => [id, name, params]), [
          ["singing01", "sing", { song: "Fog" }]
        ])
      }
    }).pipe(Effect.provide(emulatedModel(script))))
})

describe("a call whose handler is interrupted", () => {
  it.live("leaves a conversation that goes on", () => {
    const slow = Toolkit.make(Pay)
    return Effect.gen(function*() {
      const tools = yield* slow
      const chat = yield* Chat.empty
      for (const ask of Object.values(deliveries)) {
        const fiber = yield* Effect.forkChild(ask({ prompt: "Pay both", toolkit: tools }, chat))
        yield* Effect.sleep("200 millis")
        yield* Fiber.interrupt(fiber)
        const { text } = yield* ask({ prompt: "Go on", toolkit: tools }, chat)
        assert.strictEqual(text, "I went on.")
      }
    }).pipe(
      Effect.provide(slow.toLayer({ pay: () => Effect.never })),
      Effect.provide(emulatedModel(script))
    )
  })
})

describe("a tool that fails for good", () => {
  class Broke extends Schema.TaggedError<Broke>()("Broke", { missing: Schema.Int }) {}
  const strict = Toolkit.make(Pay.setFailure(Broke))

  for (const [delivery, ask] of Object.entries(deliveries)) {
    it.effect(`fails the call with its own error, and the chat goes on, ${delivery}`, () =>
      Effect.gen(function*() {
        const tools = yield* strict
        const chat = yield* Chat.empty
        const error = yield* Effect.flip(ask({ prompt: "Pay both", toolkit: tools }, chat))
        assert.isTrue(error instanceof Broke)
        const { text } = yield* ask({ prompt: "Go on", toolkit: tools }, chat)
        assert.strictEqual(text, "I went on.")
      }).pipe(
        Effect.provide(strict.toLayer({ pay: ({ amount }) => Effect.fail(new Broke({ missing: amount })) })),
        Effect.provide(emulatedModel(script))
      ))
  }
})
