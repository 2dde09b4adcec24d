import type * as Embedding from "@effect-mistral/core/Embedding"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { countTokens } from "../../src/internal/text/tokenizer.ts"
import { instant, local, postTo } from "../support.ts"

describe("embeddings", () => {
  it.effect("are unit vectors, one for each text, and count the tokens of all", () =>
    Effect.gen(function*() {
      const input = ["Lighthouses in the fog", "Bread", ""]
      const { data, usage, ...rest } = yield* embed({ input })
      assert.match(rest.id ?? "", /^[0-9a-f]{32}$/)
      assert.strictEqual(rest.object, "list")
      assert.strictEqual(rest.model, "mistral-embed")
      assert.deepStrictEqual(data.map(({ index, object }) => [index, object]), [
        [0, "embedding"],
        [1, "embedding"],
        [2, "embedding"]
      ])
      for (const vector of vectors({ data })) {
        assert.strictEqual(vector.length, 1024)
        assert.approximately(dot(vector, vector), 1, 1e-6)
      }
      const tokens = input.reduce((sum, text) => sum + countTokens(text), 0)
      assert.deepStrictEqual(usage, {
        prompt_tokens: tokens,
        completion_tokens: 0,
        total_tokens: tokens,
        prompt_audio_seconds: null
      })
    }).pipe(Effect.provide(local())))

  it.effect("are near for texts that share words or parts of words, at any dimension", () =>
    Effect.gen(function*() {
      for (const output_dimension of [1536, 256, 64]) {
        const [rain, again, sun, rust] = vectors(
          yield* embed({
            model: "codestral-embed",
            input: [
              "It rained in Paris this morning",
              "This morning it is raining in Paris",
              "The sun was out in Paris this morning",
              "A compiler for the Rust language"
            ],
            output_dimension
          })
        )
        const [same, alike, other] = [dot(rain!, again!), dot(rain!, sun!), dot(rain!, rust!)]
        assert.isAbove(same, 0.7)
        assert.isAbove(same, alike)
        assert.isAbove(alike, other + 0.2)
        assert.isBelow(Math.abs(other), 0.35)
      }
    }).pipe(Effect.provide(local())))

  it.effect("are the same for the same text, whatever stands beside it, and others with another seed", () =>
    Effect.gen(function*() {
      const seeded = (seed: number, input: Embedding.Request["input"]) =>
        Effect.map(embed({ input }), ({ data }) => data.at(-1)?.embedding).pipe(
          Effect.provide(local({ ...instant, seed }))
        )
      assert.deepStrictEqual(yield* seeded(1, ["Bread", "Fog"]), yield* seeded(1, "Fog"))
      assert.notDeepEqual(yield* seeded(2, "Fog"), yield* seeded(1, "Fog"))
    }))

  it.effect("come as base64 of the same 32-bit numbers", () =>
    Effect.gen(function*() {
      const model = "codestral-embed"
      const plain = yield* embed({ model, input: "Fog", output_dimension: 32 })
      const coded = yield* embed({ model, input: "Fog", output_dimension: 32, encoding_format: "base64" })
      const bytes = Buffer.from(String(coded.data[0]?.embedding), "base64")
      assert.strictEqual(bytes.length, 128)
      assert.deepStrictEqual(
        Array.from({ length: 32 }, (_, at) => bytes.readFloatLE(at * 4)),
        plain.data[0]?.embedding
      )
    }).pipe(Effect.provide(local())))

  it.effect("come as bytes and as bits, eight to a number", () =>
    Effect.gen(function*() {
      const as = (output_dtype: NonNullable<Embedding.Request["output_dtype"]>, more?: Partial<Embedding.Request>) =>
        embed({ model: "codestral-embed", input: "Fog", output_dimension: 64, output_dtype, ...more })
      const first = (response: Embedding.Response) => response.data[0]?.embedding as ReadonlyArray<number>
      const float = first(yield* as("float"))
      const int8 = first(yield* as("int8"))
      assert.strictEqual(int8.length, 64)
      assert.strictEqual(Math.max(...int8.map(Math.abs)), 127)
      assert.isAbove(dot(int8, float) / Math.sqrt(dot(int8, int8)), 0.999)
      assert.deepStrictEqual(first(yield* as("uint8")), int8.map((one) => one + 128))
      const bits = Array.from({ length: 8 }, (_, at) =>
        Number.parseInt(float.slice(at * 8, at * 8 + 8).map((one) => one > 0 ? "1" : "0").join(""), 2))
      assert.deepStrictEqual(first(yield* as("ubinary")), bits)
      assert.deepStrictEqual(
        first(yield* as("binary")),
        bits.map((one) =>
          one - 128
        )
      )
      const coded = yield* as("binary", { encoding_format: "base64" })
      assert.deepStrictEqual(
        [...new Int8Array(Buffer.from(String(coded.data[0]?.embedding), "base64"))],
        bits.map((one) => one - 128)
      )
    }).pipe(Effect.provide(local())))

  it.effect("have the usual dimension of their model, or another up to its most", () =>
    Effect.gen(function*() {
      const length = (request: Partial<Embedding.Request>) =>
        Effect.map(embed({ input: "Fog", ...request }), (response) => vectors(response)[0]?.length)
      assert.strictEqual(yield* length({ model: "codestral-embed" }), 1536)
      assert.strictEqual(yield* length({ model: "codestral-embed-2505", output_dimension: 3072 }), 3072)
      assert.strictEqual(yield* length({ model: "codestral-embed", output_dimension: 1 }), 1)
      const many = yield* post({ model: "codestral-embed", input: "Fog", output_dimension: 3073 })
      assert.strictEqual(many.status, 400)
      assert.deepInclude(many.json, { object: "error", type: "invalid_request_error", param: "output_dimension" })
      for (const [key, value] of [["output_dimension", 1024], ["output_dtype", "int8"]] as const) {
        const chosen = yield* post({ model: "mistral-embed", input: "Fog", [key]: value })
        assert.deepStrictEqual([chosen.status, chosen.json], [400, {
          object: "error",
          message: `This model does not support ${key}.`,
          type: "invalid_request_invalid_args",
          param: null,
          code: "3051",
          raw_status_code: 400
        }])
      }
    }).pipe(Effect.provide(local())))

  it.effect("are refused for models that embed nothing, too many tokens, no input and unknown keys", () =>
    Effect.gen(function*() {
      const model = yield* post({ model: "mistral-small-latest", input: "Fog" })
      assert.deepStrictEqual([model.status, model.json], [400, {
        object: "error",
        message: "Invalid model: mistral-small-latest",
        type: "invalid_model",
        param: null,
        code: "1500",
        raw_status_code: 400
      }])
      const long = yield* post({ model: "mistral-embed", input: ["word ".repeat(9000), "word ".repeat(9000)] })
      assert.deepStrictEqual([long.status, long.json], [400, {
        object: "error",
        message: "Too many tokens overall, split into more batches.",
        type: "invalid_request_prompt",
        param: null,
        code: "3210"
      }])
      assert.strictEqual((yield* post({ model: "mistral-embed", input: [] })).status, 400)
      assert.strictEqual(
        (yield* post({ model: "codestral-embed", input: "Fog", output_dimension: 12, output_dtype: "binary" })).status,
        400
      )
      assert.strictEqual((yield* post({ model: "mistral-embed", input: "Fog", user: "Ada" })).status, 422)
      assert.strictEqual((yield* post({ model: "mistral-embed", inputs: "Fog" })).status, 422)
    }).pipe(Effect.provide(local())))
})

const post = postTo("/v1/embeddings")

const embed = Effect.fnUntraced(function*(request: Partial<Embedding.Request>) {
  const client = yield* MistralClient.MistralClient
  return yield* client.request(Endpoint.createEmbeddings, { model: "mistral-embed", input: "", ...request })
})

const vectors = ({ data }: Pick<Embedding.Response, "data">): ReadonlyArray<ReadonlyArray<number>> =>
  data.map(({ embedding }) => embedding as ReadonlyArray<number>)

const dot = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0)
