/**
 * Judges the last hundred events with a concurrency of eight, and counts the judgements. An event that cannot be judged is
 * a result like the others.
 *
 * Run: npm run example -- judge-events
 */
import { ChatCompletionEvents, type Judge } from "@effect-mistral/observability"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Result, Stream } from "effect"
import { MistralWithEventsLive } from "./shared/mistral.ts"
import { withProgress } from "./shared/progress.ts"

const judge: Judge.Definition = {
  name: "Tone of the answer",
  description: "Whether the answer is one that a customer likes to read",
  model_name: "mistral-medium-latest",
  output: {
    type: "CLASSIFICATION",
    options: [
      { value: "friendly", description: "A friendly answer that helps" },
      { value: "neutral", description: "Correct, no more" },
      { value: "harsh", description: "Impatient or rude" }
    ]
  },
  instructions: "A customer wrote: {{ user_message }}\nWe answered: {{ assistant_message }}\nWhat is the tone?",
  tools: []
}

const program = Effect.gen(function*() {
  const ids = ChatCompletionEvents.searchAll({ search_params: { filters: null }, page_size: 100 }).pipe(
    Stream.map(({ event_id }) => event_id),
    Stream.take(100)
  )
  const judgements = yield* ChatCompletionEvents.judgeAll(ids, judge, { concurrency: 8 }).pipe(
    Stream.map(({ result }) =>
      Result.match(result, {
        onSuccess: ({ answer }) => String(answer),
        onFailure: (error) => `not judged: ${error.reason._tag}`
      })
    ),
    withProgress((_, count) => ({ share: count / 100, text: `${count} of 100 events judged` })),
    Stream.runCollect
  )
  for (const judgement of new Set(judgements)) {
    const count = judgements.filter((other) => other === judgement).length
    yield* Console.log(`${judgement.padEnd(10)} ${String(count).padStart(3)}  ${"#".repeat(count)}`)
  }
  yield* Console.log(`${judgements.length} events judged`)
})

program.pipe(
  Effect.provide(ChatCompletionEvents.layer.pipe(Layer.provide(MistralWithEventsLive))),
  NodeRuntime.runMain
)
