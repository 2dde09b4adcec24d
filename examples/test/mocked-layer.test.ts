/**
 * Tests a program that uses the chat service with a mocked Layer, without HTTP, key or delay.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"

/** The program under test: a summary, or an apology where the key's limit is reached. */
const summarise = (text: string) =>
  Chat.stream({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: `Summarise: ${text}` }]
  }).pipe(
    Completion.collect,
    Effect.map(Completion.text),
    Effect.catchReason("MistralError", "RateLimited", () => Effect.succeed("Too busy, sorry."))
  )

describe("summarise", () => {
  it.effect("gives the answer", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* summarise("a long text"), "A short text.")
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({
        stream: () => Stream.fromIterable(TestCompletion.chunks("A short text."))
      })
    )))

  it.effect("apologises when the limit is reached", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* summarise("a long text"), "Too busy, sorry.")
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({
        stream: () =>
          Stream.fail(
            new MistralError.MistralError({
              operation: "Chat.stream",
              method: "POST",
              path: "/v1/chat/completions",
              reason: new MistralError.RateLimited({ status: 429 })
            })
          )
      })
    )))
})
