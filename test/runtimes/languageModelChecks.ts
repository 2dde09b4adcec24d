/** The checks of a program that uses `effect/ai`: a text, a stream, a tool and an object of the language model. */
import { Effect, Schema, Stream } from "effect"
import { EmbeddingModel, LanguageModel, Tool, Toolkit } from "effect/ai"
import { expect, hello } from "./expect.ts"
import type { Checks } from "./services.ts"

const GetTime = Tool.make("get_time", {
  description: "The time in a city",
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.String
})

const toolkit = Toolkit.make(GetTime)

const handlers = toolkit.toLayer({ get_time: ({ city }) => Effect.succeed(`14:30 in ${city}`) })

const askTime = "What is the time in Paris?"

/** The rules of the emulator for these checks. */
export const languageModelScript = [
  { when: { text: "14:30 in Paris" }, answer: { text: "It is 14:30." } },
  { when: { text: askTime }, answer: { tool_calls: [{ name: "get_time", arguments: { city: "Paris" } }] } },
  { when: { text: "Who painted it?" }, answer: { text: "{\"name\":\"Claude Monet\",\"born\":1840}" } }
]

export const languageModelChecks: Checks = {
  "a text of a language model": Effect.gen(function*() {
    const response = yield* LanguageModel.generateText({ prompt: "Say hello" })
    yield* expect([response.text, response.finishReason], [hello, "stop"], "response")
  }),
  "a streamed text of a language model": Effect.gen(function*() {
    const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Say hello" }))
    const deltas = parts.flatMap((part) => part.type === "text-delta" ? [part.delta] : [])
    yield* expect(deltas.join(""), hello, "text")
    yield* expect(deltas.length > 3, true, "several deltas")
    yield* expect(parts.at(-1)?.type, "finish", "last part")
  }),
  "a tool that a language model calls": Effect.gen(function*() {
    const first = yield* LanguageModel.generateText({ prompt: askTime, toolkit })
    yield* expect(first.toolResults.map(({ result }) => result), ["14:30 in Paris"], "results")
  }).pipe(Effect.provide(handlers)),
  "a tool in a stream of a language model": Effect.gen(function*() {
    const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: askTime, toolkit }))
    const results = parts.flatMap((part) => part.type === "tool-result" ? [part.result] : [])
    yield* expect(results, ["14:30 in Paris"], "results")
  }).pipe(Effect.provide(handlers)),
  "an object of a language model": Effect.gen(function*() {
    const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })
    const { value } = yield* LanguageModel.generateObject({ prompt: "Who painted it?", schema: Painter })
    yield* expect(value, { name: "Claude Monet", born: 1840 }, "value")
  }),
  "embeddings of an embedding model": Effect.gen(function*() {
    const { embeddings } = yield* EmbeddingModel.EmbeddingModel.use((model) => model.embedMany(["fog", "霧"]))
    yield* expect(embeddings.map(({ vector }) => vector.length), [1024, 1024], "dimensions")
  })
}
