/**
 * Embeddings: a semantic search. The texts are embedded in groups, several at a time, and ranked by their similarity to a
 * question.
 *
 * Run: npm run example -- embeddings
 */
import { Embedding, Embeddings } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Array, Console, Effect, Layer } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const model = "mistral-embed"

const articles = [
  "Reset your password from the sign-in page of the app.",
  "Invoices are sent by email on the first day of each month.",
  "A parcel arrives within three working days in France.",
  "Export your data as a file from the settings of your account.",
  "You may return a parcel within thirty days of its arrival."
]

type Vector = ReadonlyArray<number>

interface Indexed {
  readonly text: string
  readonly vector: Vector
}

/** Embeds texts in groups that one request takes. */
const index = (texts: ReadonlyArray<string>) =>
  Effect.forEach(
    Array.chunksOf(texts, 2),
    (input) =>
      Effect.map(
        Embeddings.create({ model, input }),
        (response) => Array.zipWith(input, Embedding.vectors(response), (text, vector) => ({ text, vector }))
      ),
    { concurrency: 3 }
  ).pipe(Effect.map(Array.flatten))

const product = (a: Vector, b: Vector) => a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0)
const similarity = (a: Vector, b: Vector) => product(a, b) / Math.sqrt(product(a, a) * product(b, b))

const search = Effect.fnUntraced(function*(question: string, indexed: ReadonlyArray<Indexed>) {
  const [asked = []] = Embedding.vectors(yield* Embeddings.create({ model, input: question }))
  return indexed
    .map(({ text, vector }) => ({ text, score: similarity(asked, vector) }))
    .sort((a, b) => b.score - a.score)
})

const program = Effect.gen(function*() {
  const found = yield* search("How many days until my parcel arrives?", yield* index(articles))
  for (const { score, text } of found) yield* Console.log(`${score.toFixed(2)}  ${text}`)
})

program.pipe(
  Effect.provide(Embeddings.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
