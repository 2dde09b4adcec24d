import { Batch } from "@effect-mistral/batch"
import { Embedding, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result, Schema, SchemaGetter } from "effect"
import { answerError, chatRequest, response, secret, withAnswer } from "./support.ts"

const objects = Batch.make({
  name: "objects",
  item: Schema.String,
  request: chatRequest,
  answer: Schema.Struct({
    at: Schema.Date,
    tags: Schema.Record(Schema.String, Schema.Int),
    by: Schema.optionalKey(Schema.String)
  })
})

describe("answers", () => {
  it.effect("are objects of the schema, which come back with their types", () =>
    Effect.gen(function*() {
      const text = "{\"at\":\"1970-01-01T00:00:00.000Z\",\"tags\":[{\"key\":\"a\",\"value\":1}],\"by\":null}"
      const json = yield* objects.definition.answer(response(text))
      assert.strictEqual(json, "{\"at\":\"1970-01-01T00:00:00.000Z\",\"tags\":{\"a\":1}}")
      assert.deepStrictEqual(Result.getOrThrow(objects.definition.decodeAnswer(json)), {
        at: new Date(0),
        tags: { a: 1 }
      })
    }))

  it.effect("are what is read out of the response", () =>
    Effect.gen(function*() {
      const { definition } = withAnswer(Schema.Option(Schema.BigInt), () => Option.some(5n))
      const json = yield* definition.answer(response(""))
      assert.deepStrictEqual(Result.getOrThrow(definition.decodeAnswer(json)), Option.some(5n))
    }))

  it.effect("may be nothing", () =>
    Effect.gen(function*() {
      const { definition } = withAnswer(Schema.Void, () => undefined)
      const json = yield* definition.answer(response(""))
      assert.strictEqual(json, "null")
      assert.isUndefined(Result.getOrThrow(definition.decodeAnswer(json)))
    }))

  it.effect("come from any endpoint", () =>
    Effect.gen(function*() {
      const { definition } = Batch.forEndpoint(Endpoint.createEmbeddings, {
        name: "embeddings",
        item: Schema.String,
        request: (input) => ({ model: "mistral-embed", input }),
        answer: Schema.Array(Schema.Number),
        read: (response) => Embedding.vectors(response)[0] ?? []
      })
      assert.deepStrictEqual(Result.getOrThrow(definition.request("\"a\"")), { model: "mistral-embed", input: "a" })
      const json = yield* definition.answer({ model: "m", data: [{ embedding: [0.5, 1], index: 0 }] })
      assert.strictEqual(json, "[0.5,1]")
    }))
})

describe("responses without an answer", () => {
  it.effect("fail with the places where the object does not fit", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(objects.definition.answer(response(JSON.stringify({ at: secret, tags: [] }))))
      assert.strictEqual(error._tag === "AnswerFailed" ? error._tag : error.reason._tag, "InvalidOutput")
      assert.match(error.message, /at: Expected/)
      assert.isFalse(error.message.includes(secret))
    }))

  it.effect("fail with the name of an exception, without its message", () =>
    Effect.gen(function*() {
      const message = yield* answerError(withAnswer(Schema.String, () => {
        throw new TypeError(secret)
      }))
      assert.match(
        message,
        /^no answer could be read out of the response: the function threw TypeError at answers\.test\.ts:\d+:\d+$/
      )
    }))

  it.effect("fail where what was read does not fit the schema, or the schema throws", () =>
    Effect.gen(function*() {
      // The cast is safe: the test is about programs without types.
      const wrong = withAnswer(Schema.Struct({ a: Schema.Number }), () => ({ a: secret }) as unknown as { a: number })
      assert.strictEqual(
        yield* answerError(wrong),
        "no answer could be read out of the response: a: Expected number"
      )
      const throwing = Schema.String.pipe(Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.passthrough(),
        encode: SchemaGetter.transform((text): string => {
          throw new Error(text)
        })
      }))
      const message = yield* answerError(withAnswer(throwing, () => secret))
      assert.match(message, /the schema threw Error at answers\.test\.ts/)
    }))

  it.effect("do not fail for an exception of `read` that is fatal to the item alone", () =>
    Effect.gen(function*() {
      let calls = 0
      const { definition } = withAnswer(Schema.Int, () => {
        calls++
        if (calls === 1) throw new Error(secret)
        return calls
      })
      assert.isTrue(Result.isFailure(yield* Effect.result(definition.answer(response("")))))
      assert.strictEqual(yield* definition.answer(response("")), "2")
    }))
})

describe("stored answers that no longer fit", () => {
  it("fail without a quotation", () => {
    for (
      const [json, message] of [["{\"a\":true}", "the value: Expected string"], [
        `${secret}`,
        "the value: Expected JSON"
      ]] as const
    ) {
      const decoded = withAnswer(Schema.String, () => "").definition.decodeAnswer(json)
      assert.isTrue(Result.isFailure(decoded))
      if (Result.isFailure(decoded)) {
        assert.strictEqual(decoded.failure.message, `no answer could be read out of the response: ${message}`)
      }
    }
  })
})
