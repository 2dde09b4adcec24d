import { MistralLanguageModel } from "@effect-mistral/ai"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { ChatsLive, turn } from "../ai-chat.ts"
import { emulated } from "./emulated.ts"

const Body = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))
})

describe("a chat that remembers", () => {
  it.effect("sends the whole conversation of its user in each turn, whichever model answers", () =>
    Effect.gen(function*() {
      yield* turn("alice", "one")
      yield* turn("bob", "other")
      yield* turn("alice", "two").pipe(Effect.provide(MistralLanguageModel.model("mistral-large-latest")))
      const { requests } = yield* Emulator.Emulator
      const bodies = yield* Effect.forEach(yield* requests, ({ body }) => Schema.decodeUnknownEffect(Body)(body))
      assert.deepStrictEqual(
        bodies.map(({ messages, model }) => [model, ...messages.map(({ content }) => content)]),
        [
          ["mistral-small-latest", "one"],
          ["mistral-small-latest", "other"],
          ["mistral-large-latest", "one", "Noted.", "two"]
        ]
      )
    }).pipe(Effect.provide(ChatTest)))
})

const ChatTest = Layer.merge(MistralLanguageModel.model("mistral-small-latest"), ChatsLive).pipe(
  Layer.provideMerge(emulated({ script: [{ answer: { text: "Noted." } }] }))
)
