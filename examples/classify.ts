/**
 * Classification: messages are labelled by a classifier that was trained on such labels, in groups, several at a time. A
 * message whose label is not certain is left to a person.
 *
 * Run: npm run example -- classify
 */
import { Classification, Classifiers } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Array, Config, Console, Effect, Layer } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const messages = [
  "Where is my parcel?",
  "I want my money back.",
  "How do I change my password?",
  "The lamp arrived broken, for the second time.",
  "Thank you for the quick answer!",
  "Please cancel my order of yesterday."
]

/** A label for each target of the classifier, such as `intent` or `language`, with its score. */
const describe = (result: Classification.Result) =>
  Object.entries(result).map(([target, scores]) => {
    const best = Classification.best(scores)
    return best === undefined || best.score < 0.7 ? `${target}: ask a person` : `${target}: ${best.label}`
  }).join(", ")

const program = Effect.gen(function*() {
  // The id of a classifier of yours. Only the emulator classifies by a model that was not trained.
  const model = yield* Config.String("CLASSIFIER").pipe(Config.withDefault("ministral-3b-latest"))
  const labelled = yield* Effect.forEach(
    Array.chunksOf(messages, 2),
    (input) =>
      Effect.map(
        Classifiers.classify({ model, input }),
        ({ results }) => Array.zipWith(input, results, (message, result) => ({ message, labels: describe(result) }))
      ),
    { concurrency: 3 }
  )
  for (const { labels, message } of labelled.flat()) yield* Console.log(`${message} -> ${labels}`)
})

program.pipe(
  Effect.provide(Classifiers.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
