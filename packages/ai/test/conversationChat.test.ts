import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Ref, Schema } from "effect"
import { Chat, Prompt, Tool, Toolkit } from "effect/ai"
import { assistant, call, result, tool, user } from "./fixtures/promptParts.ts"
import { answering, lastMessages } from "./fixtures/sentMessages.ts"

const Bakery = Toolkit.make(Tool.make("bake", { success: Schema.String, needsApproval: true }))

const history: ReadonlyArray<Prompt.MessageEncoded> = [
  { role: "system", content: "You know painters." },
  {
    role: "user",
    content: [
      { type: "text", text: "Who painted this?" },
      {
        type: "file",
        mediaType: "image/png",
        data: Uint8Array.of(1, 2, 3),
        options: { mistral: { imageDetail: "low" } }
      },
      { type: "file", mediaType: "application/pdf", data: new URL("https://a.test/b.pdf"), fileName: "b.pdf" }
    ]
  },
  assistant(
    { type: "reasoning", text: "I look.", options: { mistral: { signature: "sig", closed: true } } },
    call("call_0fypS1hVXl3OsBXtxzU9vKpe", "look", { at: ["b.pdf"] }),
    call("call_1fypS1hVXl3OsBXtxzU9vKpe", "look", "{\"at\": [")
  ),
  tool({
    ...result("call_0fypS1hVXl3OsBXtxzU9vKpe", { found: true }, "look"),
    modelOutput: [
      { type: "text", text: "Look:" },
      { type: "file", mediaType: "image/png", data: Uint8Array.of(4, 5, 6) }
    ]
  }),
  assistant({
    type: "text",
    text: "Monet.",
    options: {
      mistral: { content: [{ type: "text", text: "Monet." }, { type: "reference", reference_ids: [1, "b"] }] }
    }
  }),
  user("When?")
]

it.effect("a chat that was kept as JSON sends the same messages as before", () =>
  Effect.gen(function*() {
    const chat = yield* Chat.fromPrompt(history)
    const restored = yield* Chat.fromJson(yield* chat.exportJson)
    const exported = yield* Chat.fromExport(yield* chat.export)
    const bodies = []
    for (const each of [chat, restored, exported]) {
      yield* each.generateText({ prompt: "And where?" })
      bodies.push(yield* lastMessages)
    }
    assert.strictEqual(bodies[0]?.length, 8)
    assert.deepStrictEqual(bodies[1], bodies[0])
    assert.deepStrictEqual(bodies[2], bodies[0])
  }).pipe(Effect.provide(answering())))

it.effect("a chat that is asked again sends the earlier messages byte for byte", () =>
  Effect.gen(function*() {
    const chat = yield* Chat.fromPrompt(history)
    yield* chat.generateText({ prompt: "And where?" })
    const first = yield* lastMessages
    yield* chat.generateText({ prompt: "And why?" })
    const second = yield* lastMessages
    assert.strictEqual(JSON.stringify(second.slice(0, first.length)), JSON.stringify(first))
    assert.deepStrictEqual(second.slice(first.length), [
      { role: "assistant", content: "Good." },
      { role: "user", content: "And why?" }
    ])
  }).pipe(Effect.provide(answering())))

it.effect("a chat goes on after it was left between a call and its result", () =>
  Effect.gen(function*() {
    const chat = yield* Chat.fromPrompt([user("Bake"), assistant("I bake.", call("aB3dE6gH9", "bake", { loaves: 2 }))])
    yield* chat.generateText({ prompt: "Never mind" })
    assert.deepStrictEqual(yield* lastMessages, [
      { role: "user", content: "Bake" },
      {
        role: "assistant",
        content: "I bake.",
        tool_calls: [{ id: "aB3dE6gH9", type: "function", function: { name: "bake", arguments: "{\"loaves\":2}" } }]
      },
      {
        role: "tool",
        content: "This tool call was not carried out, so it has no result.",
        tool_call_id: "aB3dE6gH9",
        name: "bake"
      },
      { role: "assistant", content: "I have the results of the tool calls." },
      { role: "user", content: "Never mind" }
    ])
    // The repairs are made on the way out: the history is as it was.
    const { content } = yield* Ref.get(chat.history)
    assert.deepStrictEqual(content.map(({ role }) => role), ["user", "assistant", "user", "assistant"])
  }).pipe(Effect.provide(answering())))

it.effect("a chat with a refused file sends nothing, and goes on without it", () =>
  Effect.gen(function*() {
    const chat = yield* Chat.empty
    const film = Prompt.make([{ role: "user", content: [{ type: "file", mediaType: "video/mp4", data: "AQID" }] }])
    const error = yield* Effect.flip(chat.generateText({ prompt: film }))
    assert.strictEqual(error._tag, "AiError")
    assert.strictEqual(error.module, "MistralLanguageModel")
    assert.strictEqual(error.method, "generateText")
    assert.strictEqual(error.reason._tag, "InvalidUserInputError")
    yield* chat.generateText({ prompt: "Hi" })
    const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    assert.strictEqual((yield* requests).length, 1)
    assert.deepStrictEqual(yield* lastMessages, [{ role: "user", content: "Hi" }])
  }).pipe(Effect.provide(answering())))

it.effect("a chat whose answer was begun for the model has the answer once", () =>
  Effect.gen(function*() {
    const chat = yield* Chat.empty
    const { text } = yield* chat.generateText({ prompt: [user("Who?"), assistant("The best painter ")] })
    assert.strictEqual(text, "is Claude Monet.")
    assert.deepStrictEqual(yield* lastMessages, [
      { role: "user", content: "Who?" },
      { role: "assistant", content: "The best painter ", prefix: true }
    ])
    yield* chat.generateText({ prompt: "Why?" })
    assert.deepStrictEqual(yield* lastMessages, [
      { role: "user", content: "Who?" },
      { role: "assistant", content: "The best painter is Claude Monet." },
      { role: "user", content: "Why?" }
    ])
  }).pipe(Effect.provide(answering("The best painter is Claude Monet."))))

it.effect("a chat whose call was approved has the result of the call before what the model wrote after it", () =>
  Effect.gen(function*() {
    const toolkit = yield* Bakery
    const chat = yield* Chat.empty
    const first = yield* chat.generateText({ prompt: "Bake", toolkit })
    const request = first.content.find((part) => part.type === "tool-approval-request")
    yield* chat.generateText({
      prompt: [tool({ type: "tool-approval-response", approvalId: request?.approvalId ?? "", approved: true })],
      toolkit
    })
    const bake = [
      { role: "user", content: "Bake" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "aB3dE6gH9", type: "function", function: { name: "bake", arguments: "{}" } }]
      },
      { role: "tool", content: "bread", tool_call_id: "aB3dE6gH9", name: "bake" }
    ]
    assert.deepStrictEqual(yield* lastMessages, bake)
    yield* chat.generateText({ prompt: "Thanks", toolkit })
    assert.deepStrictEqual(yield* lastMessages, [
      ...bake,
      { role: "assistant", content: "There is bread." },
      { role: "user", content: "Thanks" }
    ])
  }).pipe(
    Effect.provide(Bakery.toLayer({ bake: () => Effect.succeed("bread") })),
    Effect.provide(
      MistralLanguageModel.model("mistral-small-latest").pipe(
        Layer.provide(MistralClient.layer({})),
        Layer.provideMerge(ScriptedHttpClient.layer((_, index) =>
          ScriptedHttpClient.json(
            index === 0
              ? TestCompletion.response("", { toolCalls: [TestCompletion.toolCall("bake", {})] })
              : TestCompletion.response("There is bread.")
          )
        ))
      )
    )
  ))
