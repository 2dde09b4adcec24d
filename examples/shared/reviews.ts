/**
 * The durable batch of the examples: reviews of trains, each of which the model calls good or bad. Every tenth is the same as
 * an earlier one, and is not asked again.
 */
import { Batch } from "@effect-mistral/batch"
import { Schema, Stream } from "effect"

export const Sentiments = Batch.make({
  name: "sentiments",
  item: Schema.Struct({ review: Schema.String }),
  request: ({ review }) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: `Is this review good or bad? ${review}` }],
    max_tokens: 30
  }),
  answer: Schema.Struct({ sentiment: Schema.Literals(["good", "bad"]) })
})

/** Reads the items one after the other: they may come from a file or a database, and need not fit into memory. */
export const reviews = (count: number) =>
  Stream.range(1, count).pipe(
    Stream.map((number) => number % 10 === 0 ? number - 9 : number),
    Stream.map((number) => ({ review: `Train ${number} was ${number % 3 === 0 ? "on time" : "late"}.` }))
  )
