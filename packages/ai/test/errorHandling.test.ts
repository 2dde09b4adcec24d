import { MistralLanguageModel } from "@effect-mistral/ai"
import { Endpoint, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, ExecutionPlan, Layer, Schedule, Stream } from "effect"
import { type AiError, LanguageModel, Model } from "effect/ai"
import { modelOver, refusal, said } from "./fixtures/refusals.ts"

describe("a program that handles errors", () => {
  it.effect("catches one reason", () =>
    Effect.gen(function*() {
      const wait = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.catchReason("AiError", "RateLimitError", (reason) => Effect.succeed(reason.retryAfter)),
        Effect.provide(modelOver([refusal(429, said("Slow down"), { "retry-after": "3" })]))
      )
      assert.deepStrictEqual(wait, Duration.seconds(3))
    }))

  it.effect("retries what is retryable, and nothing else", () =>
    Effect.gen(function*() {
      const asked = (...answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
        Effect.gen(function*() {
          const exit = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
            Effect.retry({ while: (error) => error.isRetryable, schedule: Schedule.recurs(5) }),
            Effect.exit
          )
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          return [exit._tag, (yield* requests).length]
        }).pipe(Effect.provide(modelOver(answers)))
      const good = ScriptedHttpClient.json(TestCompletion.response("Hello"))
      assert.deepStrictEqual(
        yield* asked(refusal(503, said("Overloaded")), ScriptedHttpClient.connectionError(), good),
        ["Success", 3]
      )
      assert.deepStrictEqual(yield* asked(refusal(503, said("")), refusal(400, said("")), good), ["Failure", 2])
    }))

  /** The number of chunks that came before a stream failed. A plan that repeats it repeats their text. */
  const chunksBefore = ({ reason: { cause } }: AiError.AiError) => MistralError.isMistralError(cause) ? cause.chunks : 0

  /** A plan that tries a large model twice, then a small one, as long as nothing of a response has come. */
  const plan = (() => {
    const model = (name: string, attempts: number) => ({
      provide: MistralLanguageModel.model(name, { requestOptions: { retry: RetryPolicy.none } }),
      attempts,
      while: (error: AiError.AiError) => error.isRetryable && chunksBefore(error) === 0
    })
    return ExecutionPlan.make(model("mistral-large", 2), model("mistral-small", 1))
  })()

  /** What a program over such answers gives, and the models that it asked. */
  const asked = <A, R>(
    program: Effect.Effect<A, AiError.AiError, R>,
    ...answers: ReadonlyArray<ScriptedHttpClient.Answer>
  ) =>
    Effect.gen(function*() {
      const result = yield* Effect.catchTag(program, "AiError", ({ reason }) => Effect.succeed(reason._tag))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      return [result, (yield* requests).map(({ body }) => Reflect.get(Object(body), "model"))]
    }).pipe(
      Effect.provide(MistralClient.layer({}).pipe(Layer.provideMerge(ScriptedHttpClient.layer(answers))))
    )

  it.effect("goes on with a small model where a large one fails", () =>
    Effect.gen(function*() {
      const program = LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flatMap(({ text }) => Effect.map(Model.ModelName, (name) => `${name}: ${text}`)),
        Effect.withExecutionPlan(plan)
      )
      const good = ScriptedHttpClient.json(TestCompletion.response("Hello"))
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(429, said("")), good), [
        "mistral-small: Hello",
        ["mistral-large", "mistral-large", "mistral-small"]
      ])
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(401, said("")), good), [
        "AuthenticationError",
        ["mistral-large", "mistral-large"]
      ])
    }))

  it.effect("goes on with the stream of a small model, unless parts of the large one have come", () =>
    Effect.gen(function*() {
      const program = LanguageModel.streamText({ prompt: "Hi" }).pipe(
        Stream.withExecutionPlan(plan),
        Stream.runFold(() => "", (text, part) => part.type === "text-delta" ? text + part.delta : text)
      )
      const good = ScriptedHttpClient.sse(TestCompletion.chunks("Hello"))
      const cut = ScriptedHttpClient.sse(TestCompletion.chunks("Hel").slice(0, -1), { done: false })
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(529, said("")), good), [
        "Hello",
        ["mistral-large", "mistral-large", "mistral-small"]
      ])
      assert.deepStrictEqual(yield* asked(program, cut, good), ["NetworkError", ["mistral-large"]])
    }))

  it.effect("knows an open circuit, which is not retryable", () =>
    Effect.gen(function*() {
      const error = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flip,
        Effect.provide(
          MistralLanguageModel.model("mistral-small").pipe(
            Layer.provide(
              Layer.mock(MistralClient.MistralClient)({
                request: () =>
                  Effect.fail(MistralError.make(
                    Endpoint.chat.complete,
                    new MistralError.ConnectionFailed({
                      description: "the circuit is open",
                      circuitOpen: true,
                      retryAfter: Duration.seconds(2)
                    })
                  ))
              })
            )
          )
        )
      )
      assert.strictEqual(error.reason._tag, "UnknownError")
      assert.isFalse(error.isRetryable)
      assert.include(error.message, "the circuit is open")
      if (error.reason._tag === "UnknownError") {
        assert.strictEqual(error.reason.metadata.mistral?.retryAfterMillis, 2000)
      }
    }))

  it.effect("says why no key could be had", () =>
    Effect.gen(function*() {
      const error = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flip,
        Effect.provide(modelOver([], {
          requestOptions: { retry: RetryPolicy.none, apiKey: Effect.fail(new Error("the vault is sealed")) }
        }))
      )
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "the vault is sealed")
    }))
})
