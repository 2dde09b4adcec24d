import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { LanguageModel, Model } from "effect/ai"
import { TestClock } from "effect/testing"
import { Plan } from "../ai-execution-plan.ts"
import { emulated, models } from "./emulated.ts"

const large = "mistral-large-latest"
const small = "mistral-small-latest"
const prompt = "Name a French painter."

/** The name of the model that answers. */
const whole = LanguageModel.generateText({ prompt }).pipe(
  Effect.andThen(Model.ModelName),
  Effect.withExecutionPlan(Plan)
)

const streamed = LanguageModel.streamText({ prompt }).pipe(
  Stream.withExecutionPlan(Plan, { preventFallbackOnPartialStream: true }),
  Stream.runFold(() => "", (model, part) => part.type === "response-metadata" ? part.modelId ?? model : model)
)

/** Runs a call and lets its pauses pass. */
const withPauses = Effect.fnUntraced(function*<A, E, R>(call: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(call, { startImmediately: true })
  yield* TestClock.adjust("1 minute")
  return yield* Fiber.join(fiber)
})

describe("an ExecutionPlan from a large to a small model", () => {
  for (const [name, call] of Object.entries({ whole, streamed })) {
    it.effect(`asks the large model alone while it answers: ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* withPauses(call), large)
        assert.deepStrictEqual(yield* models, [large])
      }).pipe(Effect.provide(emulated())))

    it.effect(`asks the small model after one retry of the large one: ${name}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503), { times: 2 })
        assert.strictEqual(yield* withPauses(call), small)
        assert.deepStrictEqual(yield* models, [large, large, small])
      }).pipe(Effect.provide(emulated())))

    it.effect(`fails at once if no model can help: ${name}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(401))
        const error = yield* Effect.flip(withPauses(call))
        assert.strictEqual(error.reason._tag, "AuthenticationError")
        assert.deepStrictEqual(yield* models, [large])
      }).pipe(Effect.provide(emulated())))
  }

  it.effect("lets no other model answer after the first part of a stream", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterEvents: 3 }))
      const error = yield* Effect.flip(withPauses(streamed))
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
      assert.deepStrictEqual(yield* models, [large])
    }).pipe(Effect.provide(emulated())))
})
