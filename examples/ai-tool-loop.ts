/**
 * A tool loop with a limit of rounds: when the limit is near, the model must answer with what it has found out.
 *
 * Run: npm run example -- ai-tool-loop
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Ref, Schema } from "effect"
import { Chat, Tool, Toolkit } from "effect/ai"
import { research } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

const Tools = Toolkit.make(Tool.make("search", {
  description: "Searches the encyclopedia",
  parameters: Schema.Struct({ query: Schema.String }),
  success: Schema.Array(Schema.String)
}))

export const ToolsLive = Tools.toLayer({
  search: ({ query }) => Effect.as(Console.log(`searching ${query}`), [`An article on ${query}`])
})

/** Answers a question in at most `rounds` requests. The handlers of a round have run when it ends. */
export const ask = Effect.fn("ask")(function*(question: string, rounds: number) {
  const chat = yield* Chat.fromPrompt(question)
  for (let round = 1;; round++) {
    const { text, toolCalls } = yield* chat.generateText({
      prompt: [], // the chat has the question, and then the results
      toolkit: Tools,
      toolChoice: round < rounds ? "auto" : "none"
    })
    if (toolCalls.length === 0 || round === rounds) return { text, round, history: yield* Ref.get(chat.history) }
  }
})

const program = Effect.gen(function*() {
  const { history, round, text } = yield* ask("Where did Monet paint the Water Lilies?", 4)
  yield* Console.log(`${text} (after ${round} rounds, ${history.content.length} messages)`)
})

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(scriptedMistral(research)))

if (import.meta.main) program.pipe(Effect.provide([ModelLive, ToolsLive]), NodeRuntime.runMain)
