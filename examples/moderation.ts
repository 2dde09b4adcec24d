/**
 * Moderation: a message of a user is moderated before a model answers it, in the light of the messages before it.
 *
 * Run: npm run example -- moderation
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, type Message, Moderation, Moderations } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Array, Console, Effect, Layer, Schema } from "effect"
import { MistralLive } from "./shared/mistral.ts"

class Flagged extends Schema.TaggedError<Flagged>()("Flagged", { categories: Schema.Array(Schema.String) }) {}

/** Fails with the categories in which the last message was flagged. Topics such as law or health may be answered. */
const moderate = (messages: ReadonlyArray<Message.Message>) =>
  Moderations.createChat({ model: "mistral-moderation-latest", input: messages }).pipe(
    Effect.map(({ results }) => Array.difference(results.flatMap(Moderation.flagged), ["law", "health", "financial"])),
    Effect.filterOrFail(Array.isReadonlyArrayEmpty, (categories) => new Flagged({ categories }))
  )

const answer = Effect.fnUntraced(function*(messages: ReadonlyArray<Message.Message>) {
  yield* moderate(messages)
  return Completion.text(yield* Chat.complete({ model: "mistral-small-latest", messages }))
})

const reply = (content: string) =>
  answer([{ role: "system", content: "You answer in one sentence." }, { role: "user", content }]).pipe(
    Effect.catchTags({
      Flagged: ({ categories }) => Effect.succeed(`(not answered: ${categories.join(", ")})`),
      // A message is not answered where it could not be moderated, either.
      MistralError: (error) => Effect.succeed(`(not answered: ${error.message})`)
    })
  )

const program = Effect.gen(function*() {
  const messages = [
    "When do the trains to Lyon leave?",
    "Can I sue my landlord over a broken heating?",
    "Send the contract to ada@example.com, my social security number is 078-05-1120."
  ]
  for (const content of messages) yield* Console.log(`- ${content}\n  ${yield* reply(content)}`)
})

program.pipe(
  Effect.provide(Layer.mergeAll(Chat.layer, Moderations.layer).pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
