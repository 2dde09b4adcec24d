/** The batch that the tests and benchmarks of durable batches run: items are numbers, which the counting server finds in prompts. */
import { Batch } from "@effect-mistral/batch"
import { Completion, MistralClient } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Layer, Redacted, Schema } from "effect"

const text =
  "classify this sentence into one of positive, negative, neutral. The weather was fine and the train was late. "

/** The request of an item, also for programs that send it without a batch. */
export const requestOf = (item: number) => ({
  model: "mistral-small-latest",
  messages: [{ role: "user" as const, content: `item ${item}: ${text.repeat(3)}` }]
})

export const Items = Batch.make({
  name: "items",
  item: Schema.Int,
  request: requestOf,
  answer: Schema.String,
  read: Completion.text
})

/** A client of the server at `url`. */
export const clientLayer = (url: string): Layer.Layer<MistralClient.MistralClient> =>
  MistralClient.layer({ apiKey: Redacted.make("key"), baseUrl: url }).pipe(Layer.provide(UndiciHttpClient.layer))
