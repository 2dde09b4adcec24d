/** The checks of structured output: a completion as a value of a schema, whole and while it grows. */
import { Chat } from "@effect-mistral/chat"
import { Effect, Schema, Stream } from "effect"
import { failure, withFault } from "./calls.ts"
import { expect } from "./expect.ts"
import type { Checks } from "./services.ts"

class Book extends Schema.Class<Book>("Book")({
  title: Schema.String,
  year: Schema.Int,
  tags: Schema.Array(Schema.String)
}) {}

const ask = "Which book is about memory and 霧?"

const book = { title: "Fog and 霧", year: 1951, tags: ["memory", "🌫️"] }

/** The rules of the emulator for these checks. */
export const objectScript = [
  { when: { text: ask, response_format: "json_schema" as const }, answer: { text: JSON.stringify(book) } },
  { when: { text: "Which book has no year?" }, answer: { text: "{\"title\":\"Untitled\",\"tags\":[]}" } }
]

const requestOf = (content: string) => ({
  model: "mistral-small-latest",
  messages: [{ role: "user" as const, content }],
  schema: Book
})

export const objectChecks: Checks = {
  "an object": Effect.gen(function*() {
    const { response, value } = yield* Chat.completeObject(requestOf(ask))
    yield* expect([value instanceof Book, value], [true, book], "value")
    yield* expect(response.choices[0]?.finish_reason, "stop", "finish reason")
  }),
  "an object that grows": Effect.gen(function*() {
    const parts = yield* Stream.runCollect(
      Chat.streamObject(requestOf(ask), withFault({ type: "drip", bytes: 100, millis: 30 }))
    )
    yield* expect(parts[0]?._tag, "Partial", "first part")
    const last = parts.at(-1)
    yield* expect(last?._tag, "Complete", "last part")
    yield* expect(last?.value, book, "value")
    yield* expect(parts.filter(({ _tag }) => _tag === "Complete").length, 1, "complete parts")
  }),
  "an object that does not fit": Effect.gen(function*() {
    const error = yield* failure(Chat.completeObject(requestOf("Which book has no year?")))
    yield* expect(error.reason._tag, "InvalidOutput", "error")
    const paths = error.reason._tag === "InvalidOutput" ? error.reason.issues.map(({ path }) => path) : []
    yield* expect(paths, [["year"]], "paths")
  })
}
