/**
 * A chat that remembers: each turn reads the conversation history from a store and writes it back. The history belongs to no
 * model, so the last turn asks another one.
 *
 * Run: npm run example -- ai-chat
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Ref } from "effect"
import { Chat, Model } from "effect/ai"
import { Persistence } from "effect/persistence"
import { memory } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

export const turn = Effect.fn("turn")(function*(user: string, prompt: string) {
  const chats = yield* Chat.Persistence
  const chat = yield* chats.getOrCreate(user, { timeToLive: "30 days" })
  const { text } = yield* chat.generateText({ prompt })
  const { content } = yield* Ref.get(chat.history)
  yield* Console.log(`${yield* Model.ModelName}: ${text} (${content.length} messages)`)
})

const program = Effect.gen(function*() {
  yield* turn("alice", "My name is Alice.")
  yield* turn("alice", "What is my name?")
  yield* turn("alice", "What is my name? Answer in French.").pipe(
    Effect.provide(MistralLanguageModel.model("mistral-large-latest"))
  )
})

// Over Redis, SQL or files, the history survives the program: `Persistence.layerBackingRedis` and others.
export const ChatsLive = Chat.layerPersisted({ storeId: "chats" }).pipe(Layer.provide(Persistence.layerBackingMemory))

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(
  Layer.provideMerge(scriptedMistral(memory))
)

if (import.meta.main) program.pipe(Effect.provide([ModelLive, ChatsLive]), NodeRuntime.runMain)
