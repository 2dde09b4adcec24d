/**
 * What a model answered is sent back in the next turn as core sends it back with `Message.fromReceived`: nothing is lost that
 * a request may hold, whether the answer came whole or streamed.
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Message, MistralClient, OpenAiCompatible } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Chat, Tool, Toolkit } from "effect/ai"
import { lastMessages } from "./fixtures/sentMessages.ts"

const thinking = (...pieces: ReadonlyArray<unknown>) => ({ type: "thinking", thinking: pieces, closed: true })
const text = (text: string) => ({ type: "text", text })
const reference = (...ids: ReadonlyArray<number | string>) => ({ type: "reference", reference_ids: ids })
const page = { type: "tool_reference", tool: "web_search", title: "Monet", url: "https://a.test/monet" }
const call = (id: string, city: string) => TestCompletion.toolCall("weather", { city }, id)

const answers: ReadonlyArray<readonly [name: string, message: Record<string, unknown>]> = [
  ["text", { content: "Claude Monet." }],
  ["thinking and text", { content: [thinking(text("Hm.")), text("Claude Monet.")] }],
  ["thinking with a signature", {
    content: [{ ...thinking(text("Hm.")), signature: "sig" }, text("Claude Monet.")]
  }],
  ["thinking twice", {
    content: [thinking(text("Hm.")), text("Claude"), thinking(text("Or?")), text(" Monet.")]
  }],
  ["thinking with sources", { content: [thinking(text("I look."), page, reference(1)), text("Claude Monet.")] }],
  ["references", { content: [text("Claude Monet"), reference(0, "b"), text(" painted"), reference(2), text(".")] }],
  ["a reference at the beginning", { content: [reference(0), text("Claude Monet.")] }],
  ["a reference at the end", { content: [text("Claude Monet."), reference(0)] }],
  ["a call", { content: "", tool_calls: [call("aB3dE6gH1", "Paris")] }],
  ["calls with text", {
    content: "Wait.",
    tool_calls: [call("aB3dE6gH1", "Paris"), call("aB3dE6gH2", "Nice")]
  }],
  ["calls with thinking", {
    content: [thinking(text("Hm.")), text("Wait.")],
    tool_calls: [call("aB3dE6gH1", "Paris")]
  }]
]

const foreignAnswers: ReadonlyArray<readonly [name: string, message: Record<string, unknown>]> = [
  ["reasoning_content", { content: "Claude Monet.", reasoning_content: "Hm." }],
  ["reasoning", { content: "Claude Monet.", reasoning: "Hm." }],
  ["reasoning with details", {
    content: "Claude Monet.",
    reasoning: "Hm.",
    reasoning_details: [{ type: "reasoning.text", text: "Hm.", signature: "sig" }]
  }],
  ["encrypted details", {
    content: "Claude Monet.",
    reasoning_details: [{ type: "reasoning.encrypted", data: "gAAAA" }]
  }],
  ["reasoning_content before a call", {
    content: "",
    reasoning_content: "Hm.",
    tool_calls: [call("aB3dE6gH1", "Paris")]
  }]
]

const Tools = Toolkit.make(Tool.dynamic("weather", { parameters: { type: "object" } }))

for (
  const [server, client, all] of [
    ["Mistral", MistralClient.layer({}), answers],
    ["an OpenAI-compatible server", OpenAiCompatible.layer({ baseUrl: "https://a.test/v1" }), foreignAnswers]
  ] as const
) {
  for (const streamed of [false, true]) {
    describe(`an answer of ${server} that came ${streamed ? "streamed" : "whole"} goes back as it was`, () => {
      for (const [name, message] of all) {
        it.effect(name, () =>
          Effect.gen(function*() {
            const chat = yield* Chat.empty
            const tools = yield* Tools
            const options = { toolkit: tools, disableToolCallResolution: true } as const
            if (streamed) yield* Stream.runDrain(chat.streamText({ prompt: "Hi", ...options }))
            else yield* chat.generateText({ prompt: "Hi", ...options })
            yield* chat.generateText({ prompt: "And?" })
            const [, sent] = yield* lastMessages
            // The cast is safe: the messages above have the form of responses.
            const expected = Message.fromReceived({ role: "assistant", ...message } as Message.Received)
            assert.deepStrictEqual(sent, JSON.parse(JSON.stringify(expected)))
          }).pipe(
            Effect.provide(Tools.toLayer({ weather: () => Effect.succeed("") })),
            Effect.provide(
              MistralLanguageModel.model("m").pipe(
                Layer.provide(client),
                Layer.provideMerge(
                  ScriptedHttpClient.layer((_, index) =>
                    answer(index === 0 ? message : { content: "Good." }, streamed && index === 0)
                  )
                )
              )
            )
          ))
      }
    })
  }
}

const answer = (message: Record<string, unknown>, streamed: boolean): ScriptedHttpClient.Answer => {
  const reason = message["tool_calls"] === undefined ? "stop" : "tool_calls"
  const head = { id: "1", created: 1, model: "m", usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
  return streamed
    ? ScriptedHttpClient.sse([
      {
        ...head,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta: { role: "assistant", ...message }, finish_reason: null }]
      },
      {
        ...head,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta: { content: "" }, finish_reason: reason }]
      }
    ])
    : ScriptedHttpClient.json({
      ...head,
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: reason }]
    })
}
