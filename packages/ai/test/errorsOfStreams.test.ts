import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Stream } from "effect"
import { LanguageModel } from "effect/ai"
import { modelOver, refusal, said } from "./fixtures/refusals.ts"

describe("the error of a stream", () => {
  const chunks = TestCompletion.chunks("One two")

  /** The parts of a stream that fails, and its error. */
  const streamed = Effect.fnUntraced(function*(answer: ScriptedHttpClient.Answer) {
    const parts: Array<string> = []
    const error = yield* LanguageModel.streamText({ prompt: "Hi" }).pipe(
      Stream.runForEach((part) =>
        Effect.sync(() => parts.push(part.type === "text-delta" ? `text-delta ${part.delta}` : part.type))
      ),
      Effect.flip,
      Effect.provide(modelOver([answer]))
    )
    assert.strictEqual(error.method, "streamText")
    return { parts: parts.filter((part) => part !== "response-metadata"), error }
  })

  const text = ["text-start", "text-delta One", "text-delta  two", "text-end"]

  for (
    const [name, last, reason, retryable] of [
      ["without a status", { error: { message: "It broke" } }, "InternalProviderError", true],
      ["with status 400", { choices: [], error: { code: 400, message: "It broke" } }, "InvalidRequestError", false],
      ["with status 401", { error: { code: 401, message: "It broke" } }, "AuthenticationError", false],
      ["with status 403", { error: { code: 403, message: "It broke" } }, "AuthenticationError", false],
      ["with status 429", { error: { code: 429, message: "It broke" } }, "RateLimitError", true],
      ["with status 503", { object: "error", code: 503, message: "It broke" }, "InternalProviderError", true]
    ] as const
  ) {
    it.effect(`leaves the parts that are out, and ends the text: ${name}`, () =>
      Effect.gen(function*() {
        const { error, parts } = yield* streamed(ScriptedHttpClient.sse([...chunks.slice(0, -1), last]))
        assert.deepStrictEqual(parts, text)
        assert.strictEqual(error.reason._tag, reason)
        assert.strictEqual(error.isRetryable, retryable)
        assert.include(error.message, "after 3 chunks: It broke")
      }))
  }

  it.effect("fails a stream that ends without [DONE], or whose connection is lost", () =>
    Effect.gen(function*() {
      for (
        const options of [{ done: false }, { done: false, ending: "fail" }] as const
      ) {
        const { error, parts } = yield* streamed(ScriptedHttpClient.sse(chunks.slice(0, -1), options))
        assert.deepStrictEqual(parts, text)
        assert.strictEqual(error.reason._tag, "NetworkError")
        assert.isTrue(error.isRetryable)
      }
    }))

  it.effect("fails a stream that is refused as a whole response would be", () =>
    Effect.gen(function*() {
      const { error, parts } = yield* streamed(refusal(429, said("Slow down"), { "retry-after": "3" }))
      assert.deepStrictEqual(parts, [])
      assert.strictEqual(error.reason._tag, "RateLimitError")
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(3))
    }))

  it.effect("fails a stream whose generation fails", () =>
    Effect.gen(function*() {
      const { error, parts } = yield* streamed(
        ScriptedHttpClient.sse(TestCompletion.chunks("One two", { finishReason: "error" }))
      )
      assert.deepStrictEqual(parts, text)
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.isTrue(error.isRetryable)
    }))
})
