import * as Classification from "@effect-mistral/core/Classification"
import * as Classifiers from "@effect-mistral/core/Classifiers"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { instant, local, postTo } from "../support.ts"

const model = "ministral-3b-latest"
const trained = "ft:classifier:ministral-3b-latest:0a1b2c3d:20260101:4e5f6a7b"
const texts = Array.from({ length: 60 }, (_, at) => `Message ${at}`)

describe("classifications", () => {
  it.effect("give each text scores from 0 to 1 in the same targets and labels, with a sum of 1 in each target", () =>
    Effect.gen(function*() {
      for (const one of [model, trained, "mistral-moderation-latest", "ft:classifier:other"]) {
        const { id, model, results } = yield* Classifiers.classify({ model: one, input: texts })
        assert.match(id, /^[0-9a-f]{32}$/)
        assert.strictEqual(model, one)
        assert.lengthOf(results, texts.length)
        const shape = labelsOf(results[0]!)
        assert.isNotEmpty(shape)
        for (const result of results) {
          assert.deepStrictEqual(labelsOf(result), shape)
          for (const { scores } of Object.values(result)) {
            assert.isTrue(Object.values(scores).every((score) => score > 0 && score < 1))
            assert.approximately(Object.values(scores).reduce((sum, score) => sum + score, 0), 1, 1e-9)
          }
        }
      }
    }).pipe(Effect.provide(local())))

  it.effect("give the same text the same label, alone and among others, and every label to some text", () =>
    Effect.gen(function*() {
      const { results } = yield* Classifiers.classify({ model: trained, input: texts })
      for (const at of [0, 7, 59]) {
        const alone = yield* Classifiers.classify({ model: trained, input: texts[at]! })
        assert.deepStrictEqual(alone.results, results.slice(at, at + 1))
      }
      for (const [target, labels] of labelsOf(results[0]!)) {
        const found = new Set(results.map((result) => Classification.labels(result)[target]))
        assert.sameMembers([...found], labels, target)
        for (const result of results) assert.isAbove(Classification.best(result[target]!)?.score ?? 0, 0.5)
      }
    }).pipe(Effect.provide(local())))

  it.effect("have targets that depend on the model and the seed", () =>
    Effect.gen(function*() {
      const [shapes, same, other] = yield* Effect.forEach([0, 0, 1], (seed) =>
        Effect.forEach(
          Array.from({ length: 20 }, (_, at) => `ft:classifier:${at}`),
          (model) =>
            Effect.map(
              Classifiers.classify({ model, input: "a" }),
              ({ results }) => JSON.stringify(labelsOf(results[0] ?? {}))
            )
        ).pipe(Effect.provide(local({ ...instant, seed }))))
      assert.isAbove(new Set(shapes).size, 4)
      assert.deepStrictEqual(same, shapes)
      assert.notDeepEqual(other, shapes)
    }))

  it.effect("of conversations depend on all messages, one or several", () =>
    Effect.gen(function*() {
      const first = { messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "Hello" }] } as const
      const other = { messages: [{ role: "user", content: "Bye" }, { role: "assistant", content: "Hello" }] } as const
      const one = yield* Classifiers.classifyChat({ model, input: first })
      const several = yield* Classifiers.classifyChat({ model, input: [other, first] })
      assert.deepStrictEqual(several.results[1], one.results[0])
      assert.notDeepEqual(several.results[0], one.results[0])
      // A conversation with one message is classified like its text.
      const alone = yield* Classifiers.classifyChat({ model, input: { messages: [{ role: "user", content: "Hi" }] } })
      assert.deepStrictEqual(alone.results, (yield* Classifiers.classify({ model, input: "Hi" })).results)
    }).pipe(Effect.provide(local())))

  it.effect("of nothing are none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* Classifiers.classify({ model, input: [] })).results, [])
      assert.deepStrictEqual((yield* Classifiers.classifyChat({ model, input: [] })).results, [])
    }).pipe(Effect.provide(local())))

  it.effect("are refused for models that classify nothing, and for keys the API does not know", () =>
    Effect.gen(function*() {
      for (
        const [path, input] of [["/v1/classifications", []], ["/chat/classifications", []], [
          "/v1/chat/classifications",
          { messages: [] }
        ]] as const
      ) {
        for (const model of ["mistral-small-latest", "ft:open-mistral-7b:1", ""]) {
          const refused = yield* postTo(path)({ model, input })
          assert.strictEqual(refused.status, 400)
          assert.deepInclude(refused.json, { type: "invalid_model", code: "1500" })
        }
        assert.strictEqual((yield* postTo(path)({ model, input, threshold: 1 })).status, 422)
      }
      const bare = yield* postTo("/v1/chat/classifications")({ model, input: [{ role: "user", content: "Hi" }] })
      assert.strictEqual(bare.status, 422)
    }).pipe(Effect.provide(local())))

  it.effect("cost the tokens of their texts", () =>
    Effect.gen(function*() {
      const { headers } = yield* postTo("/v1/classifications")({ model, input: ["How to bake", "bread"] })
      assert.strictEqual(headers.get("x-ratelimit-tokens-query-cost"), "4")
    }).pipe(Effect.provide(local())))
})

const labelsOf = (result: Classification.Result) =>
  Object.entries(result).map(([target, { scores }]) => [target, Object.keys(scores)] as const)
