/** Keys that are newer than this version are read from responses and sent in requests, as `docs/api-coverage.md` says. */
import { Chat } from "@effect-mistral/chat"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Predicate, Schema } from "effect"

const request: Chat.Request = { model: "m", messages: [{ role: "user", content: "Hi" }] }

const chatOver = (body: object) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({})),
    Layer.provideMerge(ScriptedHttpClient.layer([ScriptedHttpClient.json(body)]))
  )

describe("a field that is newer than the client", () => {
  const newer = { ...TestCompletion.response("Hi"), brand_new: [1], carbon: { grams: 2 } }

  it.effect("of a response is kept, and read by its key or by a schema", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(request)
      assert.deepStrictEqual(Predicate.hasProperty(response, "brand_new") ? response.brand_new : undefined, [1])
      const Newer = Schema.Struct({ carbon: Schema.optionalKey(Schema.Struct({ grams: Schema.Finite })) })
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Newer)(response), { carbon: { grams: 2 } })
    }).pipe(Effect.provide(chatOver(newer))))

  it.effect("of a request is sent by extraBody", () =>
    Effect.gen(function*() {
      yield* Chat.complete(request, { extraBody: { brand_new_parameter: true } })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepInclude((yield* requests)[0]!.body as object, { brand_new_parameter: true })
    }).pipe(Effect.provide(chatOver(newer))))
})
