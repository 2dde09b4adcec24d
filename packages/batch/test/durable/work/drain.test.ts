import { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import { get, LedgerControl, ledgers, settle, startWorker, writeBatch, written } from "./support.ts"

/** The number of requests that count as perhaps paid twice when another worker claims the part. */
const chargedTo = (key: number) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const before = (yield* get(key)).perhapsPaidTwice
    yield* ledger.claim(key, 0, 1, "next")
    return (yield* get(key)).perhapsPaidTwice - before
  })

for (const [name, ledgerLayer] of ledgers) {
  describe(`a worker over a ledger in ${name}`, () => {
    it.effect("writes what is in flight when it is interrupted, sends nothing more, and gives the part back", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const { route, worker } = yield* startWorker({ concurrency: 3 })
        route.answers.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
        yield* TestClock.adjust("9 seconds")
        assert.isUndefined(interruption.pollUnsafe())
        route.answers.openUnsafe()
        yield* Fiber.join(interruption)
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        assert.deepStrictEqual(yield* written(key), [0, 1, 2])
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
        const ledger = yield* Ledger.Ledger
        assert.deepStrictEqual(yield* ledger.handOut(key, 1, 9, false), { parts: [0], unfinished: 1 })
        assert.strictEqual((yield* get(key)).perhapsPaidTwice, 0)
        yield* worker.runPart(key, 0, 1)
        assert.strictEqual(route.sent.length, 10)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("counts what did not finish within the time to drain as perhaps paid twice", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const { route, worker } = yield* startWorker({ concurrency: 3, drain: "2 seconds" })
        route.answers.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(interruption)
        assert.strictEqual((yield* get(key)).perhapsPaidTwice, 3)
        assert.strictEqual(yield* chargedTo(key), 0)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("is charged for its requests in flight when it was killed", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const { route, worker } = yield* startWorker({ concurrency: 3 })
        route.answers.closeUnsafe()
        yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        assert.strictEqual(yield* chargedTo(key), 3)
        route.answers.openUnsafe()
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("stops with its scope: what is in flight is written, and nobody is charged", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10, 10] })
        const scope = yield* Scope.make()
        const { route, worker } = yield* Scope.provide(startWorker({ concurrency: 3, parts: 1 }), scope)
        route.answers.closeUnsafe()
        const first = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const waiting = yield* Effect.forkChild(worker.runPart(key, 1, 1))
        yield* settle
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("1 second")
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
        assert.isUndefined(closing.pollUnsafe())
        route.answers.openUnsafe()
        yield* Fiber.join(closing)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(first)))
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        assert.deepStrictEqual(yield* written(key), [0, 1, 2])
        assert.strictEqual(yield* chargedTo(key), 0)
        const late = yield* Effect.exit(worker.runPart(key, 1, 1))
        assert.isTrue(Exit.isFailure(late) && Cause.hasInterruptsOnly(late.cause))
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("stops even if the ledger is away, and stays charged for what it could not write", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const control = new LedgerControl()
        const { worker } = yield* startWorker({
          concurrency: 3,
          drain: "2 seconds",
          ledger: control.control(yield* Ledger.Ledger)
        })
        control.gate.closeUnsafe()
        yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        control.away = true
        control.gate.openUnsafe()
        const stopping = yield* Effect.forkChild(worker.stop)
        yield* TestClock.adjust("30 seconds")
        yield* Fiber.join(stopping)
        control.away = false
        const answered = (yield* get(key)).answered
        assert.strictEqual(yield* chargedTo(key), 3)
        assert.isAtMost(answered, 3)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("stays charged for a part that it could not give back", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({
          concurrency: 3,
          drain: "2 seconds",
          ledger: control.control(yield* Ledger.Ledger)
        })
        route.answers.closeUnsafe()
        yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        control.failing.add("release")
        const stopping = yield* Effect.forkChild(worker.stop)
        yield* TestClock.adjust("20 seconds")
        yield* Fiber.join(stopping)
        assert.isUndefined(control.tries.get("closeWorker"))
        assert.strictEqual(yield* chargedTo(key), 3)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("gives back a part that it was just claiming when it was interrupted", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10] })
        const ledger = yield* Ledger.Ledger
        const { route, worker } = yield* startWorker({
          concurrency: 3,
          ledger: {
            ...ledger,
            claim: (...claim) => Effect.tap(ledger.claim(...claim), () => Effect.sleep("1 second"))
          }
        })
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(interruption)
        assert.deepStrictEqual(route.sent, [])
        assert.strictEqual(yield* chargedTo(key), 0)
      }).pipe(Effect.provide(ledgerLayer)))
  })
}
