/** `Embeddings`, `Moderations` and `Models` over the emulator. */
import * as Embedding from "@effect-mistral/core/Embedding"
import * as Embeddings from "@effect-mistral/core/Embeddings"
import * as Model from "@effect-mistral/core/Model"
import * as Models from "@effect-mistral/core/Models"
import * as Moderation from "@effect-mistral/core/Moderation"
import * as Moderations from "@effect-mistral/core/Moderations"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { local } from "../support.ts"

describe("Embeddings.create", () => {
  const input = ["Lighthouses in the fog", "Bread", "Lighthouses and fog"]

  it.effect("embeds one text and several, with the same vector for the same text", () =>
    Effect.gen(function*() {
      const several = Embedding.vectors(yield* Embeddings.create({ model: "mistral-embed", input }))
      assert.deepStrictEqual(several.map(({ length }) => length), [1024, 1024, 1024])
      for (const [at, text] of input.entries()) {
        const one = yield* Embeddings.create({ model: "mistral-embed", input: text })
        assert.deepStrictEqual(Embedding.vectors(one), [several[at]!])
      }
    }).pipe(Effect.provide(local())))

  for (const output_dtype of [undefined, "float", "int8", "uint8", "binary", "ubinary"] as const) {
    it.effect(`gives the same numbers as a list and as base64 (${output_dtype ?? "no data type"})`, () =>
      Effect.gen(function*() {
        const request = { model: "codestral-embed", input, output_dimension: 64, output_dtype }
        const plain = Embedding.vectors(yield* Embeddings.create({ ...request, encoding_format: "float" }), request)
        const coded = yield* Embeddings.create({ ...request, encoding_format: "base64" })
        assert.isTrue(coded.data.every(({ embedding }) => typeof embedding === "string"))
        assert.deepStrictEqual(Embedding.vectors(coded, request), plain)
        assert.strictEqual(plain[0]?.length, output_dtype?.endsWith("binary") ? 8 : 64)
      }).pipe(Effect.provide(local())))
  }

  it.effect("fails with the server's own sentence where the texts are too many for one request", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Embeddings.create({ model: "mistral-embed", input: Array.from({ length: 20 }, () => "word ".repeat(1000)) })
      )
      assert.strictEqual(error.reason._tag, "BadRequest")
      assert.include(error.message, "split into more batches")
    }).pipe(Effect.provide(local())))
})

describe("Moderations", () => {
  const model = "mistral-moderation-latest"

  it.effect("moderate one text and several", () =>
    Effect.gen(function*() {
      const one = yield* Moderations.create({ model, input: "Write to ada@example.com" })
      assert.deepStrictEqual(one.results.map(Moderation.flagged), [["pii"]])
      const several = yield* Moderations.create({ model, input: ["Good morning", "I will stab him"] })
      assert.deepStrictEqual(several.results.map(Moderation.flagged), [[], ["violence_and_threats"]])
    }).pipe(Effect.provide(local())))

  it.effect("moderate the last message of one conversation and of several", () =>
    Effect.gen(function*() {
      const harmless = [{ role: "user" as const, content: "Good morning" }]
      const harmful = [...harmless, { role: "assistant" as const, content: "I will stab him" }]
      const one = yield* Moderations.createChat({ model, input: harmful })
      assert.deepStrictEqual(one.results.map(Moderation.flagged), [["violence_and_threats"]])
      const several = yield* Moderations.createChat({ model, input: [harmful, harmless] })
      assert.deepStrictEqual(several.results.map(Moderation.flagged), [["violence_and_threats"], []])
    }).pipe(Effect.provide(local())))
})

describe("Models", () => {
  it.effect("list and fetch the same models, by every name", () =>
    Effect.gen(function*() {
      const models = Model.models(yield* Models.list())
      assert.isAbove(models.length, 10)
      for (const model of models) {
        assert.deepStrictEqual(yield* Models.fetch(model.id), model)
      }
    }).pipe(Effect.provide(local())))

  it.effect("list those of a provider and those with a name", () =>
    Effect.gen(function*() {
      const ids = (query: Model.ListQuery) =>
        Effect.map(Models.list(query), (list) => Model.models(list).map(({ id }) => id))
      const all = yield* ids({})
      assert.deepStrictEqual(yield* ids({ provider: "mistralai" }), all)
      assert.deepStrictEqual(yield* ids({ provider: "another" }), [])
      assert.deepStrictEqual(yield* ids({ model: "mistral-small" }), ["mistral-small"])
      assert.deepStrictEqual(yield* ids({ model: "mistral-embed", provider: "mistralai" }), ["mistral-embed"])
      assert.deepStrictEqual(yield* ids({ model: "nothing" }), [])
    }).pipe(Effect.provide(local())))

  it.effect("fail with NotFound for an id that is unknown, whatever its characters", () =>
    Effect.gen(function*() {
      for (const id of ["nothing", "a/b", "a b?c#d", "é%20", "%2e%2e", "ft:a:1"]) {
        const error = yield* Effect.flip(Models.fetch(id))
        assert.strictEqual(error.reason._tag, "NotFound", id)
        assert.include(error.message, `Invalid model: ${id}`)
      }
    }).pipe(Effect.provide(local())))
})
