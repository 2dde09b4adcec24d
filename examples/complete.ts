/**
 * Whole completions in a conversation of two turns.
 *
 * Run: npm run example -- complete
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const program = Effect.gen(function*() {
  const model = "mistral-small-latest"
  const conversation: Array<Message.Message> = [
    Message.system("You are terse."),
    Message.user("Name a French cheese.")
  ]

  const first = yield* Chat.complete({ model, messages: conversation, temperature: 0.3 })
  yield* Console.log(`1: ${Completion.text(first)}`)

  for (const { message } of first.choices) if (message) conversation.push(Message.fromReceived(message))
  conversation.push(Message.user("And a wine that goes with it?"))

  const second = yield* Chat.complete({ model, messages: conversation, temperature: 0.3 })
  yield* Console.log(`2: ${Completion.text(second)}`)
  yield* Console.log(`${second.usage?.total_tokens} tokens`)
})

program.pipe(
  Effect.provide(Chat.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
