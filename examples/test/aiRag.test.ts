import { MistralEmbeddingModel, MistralLanguageModel } from "@effect-mistral/ai"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { answer, Handbook } from "../ai-rag.ts"
import { emulated } from "./emulated.ts"

const question = "How do I reset my password?"

describe("retrieval-augmented generation", () => {
  it.effect("puts the nearest texts into the prompt, the nearest one first", () =>
    Effect.gen(function*() {
      const { search } = yield* Handbook
      const [first, second] = yield* search(question, 2)
      assert.strictEqual(first?.text, "Reset your password from the sign-in page of the app.")
      assert.isAbove(first?.score ?? 0, second?.score ?? 1)

      yield* answer(question)
      const { requests } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* requests).at(-1)?.body, {
        model: "mistral-small-latest",
        messages: [
          { role: "system", content: `Answer from these texts alone:\n${first?.text}\n${second?.text}` },
          { role: "user", content: question }
        ],
        stream: false
      })
    }).pipe(Effect.provide(RagTest)))

  it.effect("embeds the texts once, and then each question", () =>
    Effect.gen(function*() {
      yield* answer(question)
      yield* answer("When do invoices come?")
      const { requests } = yield* Emulator.Emulator
      assert.deepStrictEqual(
        (yield* requests).map(({ path }) => path),
        ["/v1/embeddings", "/v1/embeddings", "/v1/chat/completions", "/v1/embeddings", "/v1/chat/completions"]
      )
    }).pipe(Effect.provide(RagTest)))
})

const RagTest = Layer.merge(
  Handbook.layer.pipe(Layer.provide(MistralEmbeddingModel.model("mistral-embed"))),
  MistralLanguageModel.model("mistral-small-latest")
).pipe(Layer.provideMerge(emulated()))
