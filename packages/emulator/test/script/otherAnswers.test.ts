import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, post, postTo } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

const embed = postTo("/v1/embeddings")

describe("scripted answers that are no chat completions", () => {
  it.effect("are embeddings, one vector for each input, in the encoding of the request", () =>
    Effect.gen(function*() {
      const three = yield* embed({ model: "acme-embed", input: ["a", "b", "c"] })
      assert.deepInclude(three.json, {
        data: [[1, 0, 0.5], [0, 1, -0.5], [0, 1, -0.5]].map((embedding, index) => ({
          object: "embedding",
          embedding,
          index
        }))
      })
      const encoded = yield* embed({ model: "acme-embed", input: "a", encoding_format: "base64" })
      assert.include(encoded.text, Buffer.from(Float32Array.of(1, 0, 0.5).buffer).toString("base64"))
      const bytes = yield* embed({ model: "acme-embed", input: ["b"], output_dtype: "int8" })
      assert.include(bytes.text, "[127,0,64]")
      const bits = yield* embed({ model: "acme-embed", input: "a", output_dtype: "binary" })
      assert.strictEqual(bits.status, 400)
      assert.include(bits.text, "multiple of 8")
    }).pipe(Effect.provide(scripted([{ answer: { embeddings: [[1, 0, 0.5], [0, 1, -0.5]] } }]))))

  it.effect("are zeros, too, in each data type", () =>
    Effect.gen(function*() {
      assert.include((yield* embed({ model: "m", input: "a", output_dtype: "int8" })).text, "[0,0,0,0,0,0,0,0]")
      assert.include((yield* embed({ model: "m", input: "a", output_dtype: "ubinary" })).text, "[0]")
    }).pipe(Effect.provide(scripted([{ answer: { embeddings: [[0, 0, 0, 0, 0, 0, 0, 0]] } }]))))

  it.effect("are moderations: the named scores, and 0 for the other categories of the model", () =>
    Effect.gen(function*() {
      const moderated = yield* postTo("/v1/moderations")({ model: "mistral-moderation-latest", input: ["a", "kill"] })
      const { results } = moderated.json as {
        readonly results: ReadonlyArray<{
          readonly categories: Readonly<Record<string, boolean>>
          readonly category_scores: Readonly<Record<string, number>>
        }>
      }
      assert.deepInclude(results[0]?.category_scores, { sexual: 0, selfharm: 0.5, pii: 0.49 })
      assert.deepInclude(results[0]?.categories, { sexual: false, selfharm: true, pii: false })
      assert.deepStrictEqual(Object.values(results[1]?.category_scores ?? {}).filter((score) => score > 0), [1])
      const unknown = yield* postTo("/v1/chat/moderations")({ model: "acme", input: ask("Hi").messages })
      assert.deepInclude(unknown.json, {
        results: [{ categories: { selfharm: true, pii: false }, category_scores: { selfharm: 0.5, pii: 0.49 } }]
      })
    }).pipe(Effect.provide(scripted([{ answer: { moderations: [{ selfharm: 0.5, pii: 0.49 }, { law: 1 }] } }]))))

  it.effect("are classifications, of texts and of conversations", () =>
    Effect.gen(function*() {
      const intent = { scores: { refund: 0.9, other: 0.1 } }
      const texts = yield* postTo("/v1/classifications")({ model: "acme", input: ["a", "b"] })
      assert.deepInclude(texts.json, { model: "acme", results: [{ intent }, { intent }] })
      const chat = yield* postTo("/v1/chat/classifications")({ model: "acme", input: { messages: ask("a").messages } })
      assert.deepInclude(chat.json, { results: [{ intent }] })
    }).pipe(
      Effect.provide(scripted([{ answer: { classifications: [{ intent: { refund: 0.9, other: 0.1 } }] } }]))
    ))

  it.effect("are fill-in-the-middle completions, whole and streamed", () =>
    Effect.gen(function*() {
      const request = { model: "acme-code", prompt: "def add(a, b):", suffix: "print(add(1, 2))" }
      assert.strictEqual(Completion.text(yield* Fim.complete(request)), "\n  return a + b\n")
      const streamed = yield* Completion.collect(Fim.stream(request))
      assert.strictEqual(Completion.text(streamed), "\n  return a + b\n")
    }).pipe(Effect.provide(scripted([{ when: { text: "def add" }, answer: { text: "\n  return a + b\n" } }]))))

  it.effect("are tried at the endpoints of their kind only", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("a"))), "chat")
      assert.include((yield* embed({ model: "m", input: "a" })).text, "[1]")
    }).pipe(Effect.provide(scripted([{ answer: { embeddings: [[1]] } }, { answer: { text: "chat" } }]))))

  it.effect("do not use up a rule if the request breaks the API's rules", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post({ model: "m", messages: [{ role: "assistant", content: "Hi" }] })).status, 400)
      assert.strictEqual((yield* embed({ model: "m", input: [] })).status, 400)
      const { requests, rules } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* rules.list).map(({ hits }) => hits), [0, 0])
      assert.deepStrictEqual((yield* requests).map(({ rule }) => rule), [undefined, undefined])
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("a"))), "chat")
      assert.strictEqual((yield* requests).at(-1)?.rule, "rule 1")
    }).pipe(
      Effect.provide(scripted([{ answer: { text: "chat" }, times: 1 }, { answer: { embeddings: [[1]] }, times: 1 }]))
    ))
})
