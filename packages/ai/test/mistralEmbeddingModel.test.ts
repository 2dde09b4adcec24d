/** `MistralEmbeddingModel` over scripted responses: requests, vectors and their order, usage, errors, telemetry. */
import { MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Tracer } from "effect"
import { AiError } from "effect/ai"
import {
  bodies,
  dies,
  embedMany,
  inputs,
  lengths,
  model,
  response,
  service,
  vectorsOf,
  withIndexes
} from "./fixtures/embeddings.ts"

describe("a request", () => {
  it.effect("holds the texts and the parameters that are set, and no others", () =>
    Effect.gen(function*() {
      yield* embedMany(["a", "bb"]).pipe(Effect.provide(model(lengths)))
      const plain = yield* embedMany(["a", "bb"]).pipe(Effect.andThen(bodies), Effect.provide(model(lengths)))
      assert.deepStrictEqual(plain, [{ model: "codestral-embed", input: ["a", "bb"] }])
      const full = yield* embedMany(["a"]).pipe(
        Effect.andThen(bodies),
        Effect.provide(model(lengths, {
          output_dimension: 8,
          output_dtype: "int8",
          encoding_format: "float",
          metadata: { tenant: "t" },
          batchSize: 10,
          batchCharacters: 100,
          concurrency: 2
        }))
      )
      assert.deepStrictEqual(full, [{
        model: "codestral-embed",
        input: ["a"],
        output_dimension: 8,
        output_dtype: "int8",
        encoding_format: "float",
        metadata: { tenant: "t" }
      }])
    }))

  it.effect("goes to the endpoint of embeddings, also for a single text and an empty one", () =>
    Effect.gen(function*() {
      const { embed } = yield* service
      assert.deepStrictEqual((yield* embed("abc")).vector, [3, 0.5])
      assert.deepStrictEqual((yield* embed("")).vector, [0, 0.5])
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const seen = yield* requests
      assert.deepStrictEqual(seen.map(({ method, path }) => [method, path]), [
        ["POST", "/v1/embeddings"],
        ["POST", "/v1/embeddings"]
      ])
      assert.deepStrictEqual(yield* inputs, [["abc"], [""]])
    }).pipe(Effect.provide(model(lengths))))

  it.effect("is not sent for no text", () =>
    Effect.gen(function*() {
      const { embeddings, usage } = yield* embedMany([])
      assert.deepStrictEqual(embeddings, [])
      assert.isUndefined(usage.inputTokens)
    }).pipe(Effect.provide(model(dies))))

  it.effect("uses the request options of the model", () =>
    Effect.gen(function*() {
      yield* embedMany(["a"])
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [request] = yield* requests
      assert.strictEqual(request?.url, "https://eu.test/v1/embeddings")
      assert.strictEqual(request?.headers["x-tenant"], "t")
    }).pipe(Effect.provide(model(lengths, {
      requestOptions: { baseUrl: "https://eu.test", headers: { "x-tenant": "t" } }
    }))))
})

describe("vectors", () => {
  it.effect("have the order of their texts, whatever the order of the response", () =>
    Effect.gen(function*() {
      for (
        const [indexes, expected] of [
          [[2, 0, 1], [[0], [1], [2]]],
          [[undefined, undefined, undefined], [[0], [1], [2]]],
          [[null, 2, 1], [[0], [1], [2]]]
        ] as const
      ) {
        const response = yield* embedMany(["a", "b", "c"]).pipe(Effect.provide(model([withIndexes(...indexes)])))
        assert.deepStrictEqual(vectorsOf(response), expected.map((vector) => [...vector]))
      }
    }))

  it.effect("are never mixed up: indexes that are unsure fail the call", () =>
    Effect.gen(function*() {
      for (
        const [indexes, place] of [
          [[0, 0, 1], "data.1.index: The index 0 came twice"],
          [[0, 1, 3], "data.2.index: Expected a position of one of 3 texts"],
          [[-1, 1, 2], "data.0.index: Expected a position of one of 3 texts"],
          [[1, null, 2], "data.1.index: The index 1 came twice"]
        ] as const
      ) {
        const error = yield* embedMany(["a", "b", "c"]).pipe(
          Effect.flip,
          Effect.provide(model([withIndexes(...indexes)]))
        )
        assert.strictEqual(error.reason._tag, "InvalidResponseError")
        assert.include(error.message, place)
        assert.include(error.message, "request id r1")
        assert.isTrue(MistralError.isMistralError(error.reason.cause))
      }
    }))

  it.effect("are one for each text: another number fails the call", () =>
    Effect.gen(function*() {
      for (const indexes of [[], [0], [0, 1, 2]]) {
        const error = yield* embedMany(["a", "b"]).pipe(Effect.flip, Effect.provide(model([withIndexes(...indexes)])))
        assert.strictEqual(error.reason._tag, "InvalidOutputError")
        assert.include(error.message, `${indexes.length} embeddings for 2 texts`)
        assert.include(error.message, "request id r1")
      }
    }))

  it.effect("have finite numbers: others fail the call and are no defect", () =>
    Effect.gen(function*() {
      const numbers = new Uint8Array(new Float32Array([1, Number.NaN]).buffer)
      for (
        const answer of [
          response([Buffer.from(numbers).toString("base64")]),
          ScriptedHttpClient.text("{\"model\":\"m\",\"data\":[{\"index\":0,\"embedding\":[1,1e999]}]}", {
            headers: { "content-type": "application/json" }
          })
        ]
      ) {
        const error = yield* embedMany(["a"]).pipe(Effect.flip, Effect.provide(model([answer])))
        assert.strictEqual(error.reason._tag, "InvalidResponseError")
        assert.include(error.message, "data.0.embedding: Expected finite numbers")
      }
    }))

  it.effect("are read from base64 by the data type of the request", () =>
    Effect.gen(function*() {
      const base64 = (bytes: ArrayBufferLike) => Buffer.from(bytes).toString("base64")
      for (
        const [output_dtype, bytes, vector] of [
          [undefined, new Float32Array([0.5, -2]).buffer, [0.5, -2]],
          ["float", new Float32Array([0.5, -2]).buffer, [0.5, -2]],
          ["int8", new Int8Array([-127, 5]).buffer, [-127, 5]],
          ["uint8", new Uint8Array([255, 5]).buffer, [255, 5]],
          ["binary", new Int8Array([-128, 5]).buffer, [-128, 5]],
          ["ubinary", new Uint8Array([255, 5]).buffer, [255, 5]]
        ] as const
      ) {
        const config = { encoding_format: "base64", ...(output_dtype === undefined ? {} : { output_dtype }) } as const
        const read = yield* embedMany(["a"]).pipe(Effect.provide(model([response([base64(bytes)])], config)))
        assert.deepStrictEqual(vectorsOf(read), [vector])
      }
    }))

  it.effect("of another data type come as numbers, too", () =>
    Effect.gen(function*() {
      const read = yield* embedMany(["a"]).pipe(
        Effect.provide(model([response([[-127, 5]])], { output_dtype: "int8" }))
      )
      assert.deepStrictEqual(vectorsOf(read), [[-127, 5]])
    }))
})

describe("usage", () => {
  it.effect("is the tokens of the texts, and undefined where the server reports none", () =>
    Effect.gen(function*() {
      for (
        const [usage, tokens] of [
          [{ prompt_tokens: 15, completion_tokens: 0, total_tokens: 15 }, 15],
          [{ prompt_tokens: 0, total_tokens: 0 }, 0],
          [{}, undefined],
          [null, undefined],
          [undefined, undefined]
        ] as const
      ) {
        const read = yield* embedMany(["a"]).pipe(Effect.provide(model([response([[1]], { usage })])))
        assert.strictEqual(read.usage.inputTokens, tokens)
      }
    }))
})

describe("an error", () => {
  it.effect("is mapped as those of the language model are", () =>
    Effect.gen(function*() {
      const failWith = (answer: ScriptedHttpClient.Answer) =>
        embedMany(["secret"]).pipe(Effect.flip, Effect.provide(model([answer])))
      const refusal = (status: number, headers: Record<string, string> = {}) =>
        ScriptedHttpClient.json({ message: "Refused", type: "t" }, { status, headers })
      const limited = yield* failWith(refusal(429, { "retry-after": "5" }))
      assert.deepStrictEqual(limited.retryAfter, Duration.seconds(5))
      assert.strictEqual(
        limited.message,
        "MistralEmbeddingModel.embedMany: Rate limit exceeded: Embeddings.create (POST /v1/embeddings): 429 rate limited: Refused (type t). Retry after 5s. Send less, or raise the limits."
      )
      for (
        const [answer, tag] of [
          [refusal(401), "AuthenticationError"],
          [refusal(400), "InvalidRequestError"],
          [refusal(503), "InternalProviderError"],
          [ScriptedHttpClient.connectionError(), "NetworkError"],
          [ScriptedHttpClient.text("<html>"), "InvalidResponseError"],
          [
            ScriptedHttpClient.json({ model: "m", data: [{ index: 0, embedding: "no base64!" }] }),
            "InvalidResponseError"
          ]
        ] as const
      ) {
        const error = yield* failWith(answer)
        assert.strictEqual(error.reason._tag, tag)
        assert.isTrue(AiError.isAiError(error))
        assert.notInclude(JSON.stringify(error) + error.message, "secret")
      }
    }))

  it.effect("names the parameter of a request that was not sent", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(embedMany(["a"]))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      if (error.reason._tag === "InvalidRequestError") assert.strictEqual(error.reason.parameter, "output_dimension")
    }).pipe(Effect.provide(model(dies, { output_dimension: 0 }))))
})

describe("telemetry", () => {
  it.effect("keeps model and tokens on the span of each request, and no text", () =>
    Effect.gen(function*() {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({ span: (options) => spans[spans.push(new Tracer.NativeSpan(options)) - 1]! })
      const { embed, embedMany } = yield* service
      yield* embedMany(["secret", "a"]).pipe(Effect.withTracer(tracer))
      yield* embed("secret").pipe(Effect.withTracer(tracer))
      assert.deepStrictEqual(spans.map(({ name }) => name).sort(), [
        "EmbeddingModel.embed",
        "EmbeddingModel.embedMany",
        "EmbeddingModel.resolver",
        "embeddings codestral-embed",
        "embeddings codestral-embed",
        "embeddings codestral-embed"
      ])
      const attributes = spans.filter(({ name }) => name.startsWith("embeddings")).map((span) =>
        Object.fromEntries(span.attributes)
      )
      for (const span of attributes) {
        assert.strictEqual(span["gen_ai.operation.name"], "embeddings")
        assert.strictEqual(span["gen_ai.provider.name"], "mistral_ai")
        assert.strictEqual(span["gen_ai.request.model"], "codestral-embed")
        assert.strictEqual(span["gen_ai.embeddings.dimension.count"], 8)
        assert.strictEqual(span["gen_ai.usage.input_tokens"], 1)
      }
      assert.notInclude(JSON.stringify(spans.map((span) => [...span.attributes])), "secret")
    }).pipe(Effect.provide(model(lengths, { batchSize: 1, output_dimension: 8 }))))
})
