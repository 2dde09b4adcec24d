import { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { get, ledgers, setState, settle, startWorker, writeBatch, written } from "./support.ts"

for (const [name, ledgerLayer] of ledgers) {
  describe(`a worker over a ledger in ${name}`, () => {
    it.effect("sends no further request for a part that another worker has claimed, and writes the answers on their way", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const { route, worker } = yield* startWorker({ concurrency: 2 })
        route.answers.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const ledger = yield* Ledger.Ledger
        yield* ledger.openWorker({ id: "thief", concurrency: 2 })
        yield* ledger.claim(key, 0, 1, "thief")
        yield* TestClock.adjust("1 second")
        route.answers.openUnsafe()
        yield* settle
        assert.deepStrictEqual(route.sent, [0, 1])
        assert.deepStrictEqual(yield* written(key), [0, 1])

        // The engine would take the part for done if this succeeded while the other worker has it.
        yield* TestClock.adjust("1 minute")
        assert.isUndefined(fiber.pollUnsafe())
        yield* setState(key, "completed")
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(route.sent, [0, 1])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("notices with its next commit that a part was claimed, so that at most its requests in flight are sent twice", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [100] })
        const frozen = yield* startWorker({ concurrency: 8 })
        frozen.route.answers.closeUnsafe()
        yield* Effect.forkChild(frozen.worker.runPart(key, 0, 1))
        yield* settle
        const { route, worker } = yield* startWorker({ concurrency: 8 })
        route.answers.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        frozen.route.answers.openUnsafe()
        yield* settle
        route.answers.openUnsafe()
        yield* Fiber.join(fiber)
        const sent = [...frozen.route.sent, ...route.sent]
        assert.strictEqual(frozen.route.sent.length, 8)
        assert.strictEqual(new Set(sent).size, 100)
        assert.strictEqual(sent.length, 108)
        const { answered, perhapsPaidTwice } = yield* get(key)
        assert.strictEqual(answered, 100)
        assert.isAtLeast(perhapsPaidTwice, 8)
        assert.isAtMost(perhapsPaidTwice, 16)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("stops its older work on a part that it claims again", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [6] })
        const { route, worker } = yield* startWorker({ concurrency: 3 })
        route.answers.closeUnsafe()
        const older = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const newer = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        route.answers.openUnsafe()
        yield* Fiber.join(newer)
        assert.isUndefined(older.pollUnsafe())
        assert.strictEqual(route.sent.length, 9)
        assert.deepStrictEqual(yield* written(key), [0, 1, 2, 3, 4, 5])
      }).pipe(Effect.provide(ledgerLayer)))

    for (const state of ["paused", "cancelled"] as const) {
      it.effect(`sends no further request for a batch that was ${state}, and counts what was in flight`, () =>
        Effect.gen(function*() {
          const key = yield* writeBatch({ sizes: [10] })
          const { route, worker } = yield* startWorker({ concurrency: 3 })
          route.answers.closeUnsafe()
          route.reply = () => ({ tokens: 5 })
          const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
          yield* settle
          yield* setState(key, state)
          yield* TestClock.adjust("1 second")
          assert.isUndefined(fiber.pollUnsafe())
          route.answers.openUnsafe()
          yield* Fiber.join(fiber)
          assert.deepStrictEqual(route.sent, [0, 1, 2])
          const { answered, asked, perhapsPaidTwice, promptTokens } = yield* get(key)
          assert.deepStrictEqual({ answered, asked, perhapsPaidTwice, promptTokens }, {
            answered: 3,
            asked: 3,
            perhapsPaidTwice: 0,
            promptTokens: 15
          })
        }).pipe(Effect.provide(ledgerLayer)))
    }

    it.effect("leaves a part of an earlier run, and works on it in the next one", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [4] })
        const { route, worker } = yield* startWorker({ concurrency: 2 })
        route.answers.closeUnsafe()
        const first = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        yield* setState(key, "running", true)
        yield* TestClock.adjust("1 second")
        route.answers.openUnsafe()
        yield* Fiber.join(first)
        assert.deepStrictEqual(route.sent, [0, 1])
        yield* worker.runPart(key, 0, 2)
        assert.deepStrictEqual(route.sent, [0, 1, 2, 3])
        assert.strictEqual((yield* get(key)).perhapsPaidTwice, 0)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("leaves the parts of a batch that is removed", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [4] })
        const { route, worker } = yield* startWorker({ concurrency: 2 })
        route.answers.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const ledger = yield* Ledger.Ledger
        yield* ledger.remove(key)
        yield* TestClock.adjust("1 second")
        route.answers.openUnsafe()
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(route.sent, [0, 1])
      }).pipe(Effect.provide(ledgerLayer)))
  })
}
