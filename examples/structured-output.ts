/**
 * Structured output: a completion as a value of a schema, at once and while the model writes it.
 *
 * Run: npm run example -- structured-output
 */
import { Chat } from "@effect-mistral/chat"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema, Stream } from "effect"
import { MistralLive } from "./shared/mistral.ts"

class Book extends Schema.Class<Book>("Book")({
  title: Schema.String,
  authors: Schema.Array(Schema.String),
  year: Schema.Int,
  genre: Schema.Literals(["novel", "essay", "poetry", "drama"])
}) {}

const request = {
  model: "mistral-small-latest",
  messages: [{ role: "user" as const, content: "Tell me about a book by Marguerite Yourcenar." }],
  schema: Book
}

const program = Effect.gen(function*() {
  const { response, value: book } = yield* Chat.completeObject(request)
  yield* Console.log(`${book.title} (${book.genre}, ${book.year}), a ${book.constructor.name}`)
  yield* Console.log(`tokens: ${response.usage?.total_tokens}`)

  yield* Chat.streamObject(request).pipe(
    Stream.runForEach((part) =>
      part._tag === "Partial"
        ? Console.log(`so far:   ${JSON.stringify(part.value)}`)
        : Console.log(`complete: ${JSON.stringify(part.value)}`)
    )
  )
}).pipe(
  Effect.catchReason(
    "MistralError",
    "InvalidOutput",
    (reason) => Console.error(`The model wrote ${JSON.stringify(reason.text)}: ${reason.message}`)
  )
)

program.pipe(
  Effect.provide(Chat.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
