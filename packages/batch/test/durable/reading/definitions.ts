import { Batch } from "@effect-mistral/batch"
import { Completion } from "@effect-mistral/core"
import { Schema } from "effect"

/** Reviews with the day on which they were written, and how good they are. */
export class Review extends Schema.Class<Review>("Review")({
  text: Schema.String,
  day: Schema.optionalKey(Schema.Date)
}) {}

export const Reviews = Batch.make({
  name: "reviews",
  item: Review,
  request: ({ text }) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: `Is this review good or bad? ${text}` }]
  }),
  answer: Schema.Struct({ sentiment: Schema.Literals(["good", "bad"]) })
})

/** Numbers, whose answers are texts. */
export const Numbers = Batch.make({
  name: "numbers",
  item: Schema.Int,
  request: (number) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user" as const, content: `Say ${number}` }]
  }),
  answer: Schema.String,
  read: Completion.text
})
