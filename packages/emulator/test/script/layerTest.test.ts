import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { ask } from "../support.ts"

const chat = (options?: Emulator.TestOptions) => Layer.provideMerge(Chat.layer, Emulator.layerTest(options))

describe("Emulator.layerTest", () => {
  it.effect("answers by the test's rules at once, whole and streamed, without time", () =>
    Effect.gen(function*() {
      const { rules } = yield* Emulator.Emulator
      yield* rules.add([{ when: { text: "capital" }, answer: { text: "Paris is the capital." } }])
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("The capital?"))), "Paris is the capital.")
      const streamed = yield* Completion.collect(Chat.stream(ask("The capital?")))
      assert.strictEqual(Completion.text(streamed), "Paris is the capital.")
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
      assert.deepStrictEqual((yield* rules.list).map(({ hits }) => hits), [2])
    }).pipe(Effect.provide(chat())))

  it.effect("fails a request that no rule fits, and names the nearest rule", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Chat.complete(ask("The river?")))
      assert.strictEqual(error.reason._tag, "BadRequest")
      assert.include(error.message, "No rule fits this request to /v1/chat/completions.")
      assert.include(error.message, "The nearest is \"capital\": when.text does not fit")
    }).pipe(
      Effect.provide(chat({ script: [{ name: "capital", when: { text: "capital" }, answer: { text: "Paris." } }] }))
    ))

  it.effect("is lenient, slow and retrying where the test says so", () =>
    Effect.gen(function*() {
      const made = yield* Effect.forkChild(Chat.complete(ask("Anything")))
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(made.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isNotEmpty(Completion.text(yield* Fiber.join(made)))
    }).pipe(Effect.provide(chat({ strict: false, timeToFirstToken: "10 seconds" }))))

  it.effect("does not retry unless it is told to, and then waits for the test's clock", () =>
    Effect.gen(function*() {
      const busy = { answer: { error: { status: 503 } }, times: 1 }
      const attempt = Effect.gen(function*() {
        const { rules } = yield* Emulator.Emulator
        yield* rules.add([busy, { answer: { text: "Done" } }])
        return yield* Effect.forkChild(Effect.result(Chat.complete(ask("Hi"))))
      })
      yield* Effect.gen(function*() {
        const result = yield* Fiber.join(yield* attempt)
        assert.strictEqual(result._tag, "Failure")
      }).pipe(Effect.provide(chat()))
      yield* Effect.gen(function*() {
        const retried = yield* attempt
        yield* TestClock.adjust("1 second")
        const result = yield* Fiber.join(retried)
        assert.strictEqual(result._tag, "Success")
        const { requests } = yield* Emulator.Emulator
        assert.strictEqual((yield* requests).length, 2)
      }).pipe(Effect.provide(chat({ client: { retry: RetryPolicy.defaultPolicy } })))
    }))

  layer(chat())("shared by the tests of a file", (it) => {
    it.effect("keeps rules from test to test", () =>
      Effect.gen(function*() {
        const { rules } = yield* Emulator.Emulator
        yield* rules.add([{ answer: { text: "shared" } }])
      }))

    it.effect("until a test replaces them", () =>
      Effect.gen(function*() {
        const { rules } = yield* Emulator.Emulator
        assert.strictEqual(Completion.text(yield* Chat.complete(ask("Hi"))), "shared")
        yield* rules.replace([{ answer: { text: "own" } }])
        assert.strictEqual(Completion.text(yield* Chat.complete(ask("Hi"))), "own")
      }))
  })
})
