/**
 * Retrieval-augmented generation: the texts that are nearest to a question, by their embeddings, go into the prompt.
 *
 * Run: npm run example -- ai-rag
 */
import { MistralEmbeddingModel, MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Array, Console, Context, Effect, Layer, Order } from "effect"
import { EmbeddingModel, LanguageModel } from "effect/ai"
import { support } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

const articles = [
  "Reset your password from the sign-in page of the app.",
  "Invoices are sent by email on the first day of each month.",
  "A parcel arrives within three working days in France.",
  "Export your data as a file from the settings of your account.",
  "You may return a parcel within thirty days of its arrival."
]

/** Finds articles by their meaning. A program with many of them keeps their vectors in a database. */
export class Handbook extends Context.Service<Handbook>()("app/Handbook", {
  make: Effect.gen(function*() {
    const model = yield* EmbeddingModel.EmbeddingModel
    const { embeddings } = yield* model.embedMany(articles)
    const search = Effect.fn("Handbook.search")(function*(question: string, count: number) {
      const asked = yield* model.embed(question)
      const ranked = Array.zipWith(articles, embeddings, (text, { vector }) => ({
        text,
        // The vectors of `mistral-embed` have length 1: their product is their similarity.
        score: vector.reduce((sum, one, at) => sum + one * (asked.vector[at] ?? 0), 0)
      }))
      return Array.sortWith(ranked, ({ score }) => -score, Order.Number).slice(0, count)
    })
    return { search }
  })
}) {
  static readonly layer = Layer.effect(Handbook, Handbook.make)
}

export const answer = Effect.fn("answer")(function*(question: string) {
  const handbook = yield* Handbook
  const found = yield* handbook.search(question, 2)
  for (const { score, text } of found) yield* Console.log(`${score.toFixed(2)}  ${text}`)
  const content = `Answer from these texts alone:\n${found.map(({ text }) => text).join("\n")}`
  return yield* LanguageModel.generateText({
    prompt: [{ role: "system", content }, { role: "user", content: question }]
  })
})

const MainLive = Layer.merge(
  Handbook.layer.pipe(Layer.provide(MistralEmbeddingModel.model("mistral-embed"))),
  MistralLanguageModel.model("mistral-small-latest")
).pipe(Layer.provide(scriptedMistral(support)))

const program = Effect.flatMap(answer("When does my parcel arrive?"), ({ text }) => Console.log(text))

if (import.meta.main) program.pipe(Effect.provide(MainLive), NodeRuntime.runMain)
