import { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { get, LedgerControl, ledgers, settle, startWorker, writeBatch, written } from "./support.ts"

for (const [name, ledgerLayer] of ledgers) {
  describe(`a worker over a ledger in ${name}`, () => {
    it.effect("loses no answer while the database is away, and goes on when it is back", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [6, 6] })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({ concurrency: 4, ledger: control.control(yield* Ledger.Ledger) })
        route.answers.closeUnsafe()
        const fibers = yield* Effect.forEach([0, 1], (part) => Effect.forkChild(worker.runPart(key, part, 1)))
        yield* settle
        control.away = true
        route.answers.openUnsafe()
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(route.sent.length, 4)
        assert.deepStrictEqual(yield* written(key), [])
        control.away = false
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.awaitAll(fibers)
        assert.deepStrictEqual(route.sent.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        const { answered, asked, perhapsPaidTwice } = yield* get(key)
        assert.deepStrictEqual({ answered, asked, perhapsPaidTwice }, {
          answered: 12,
          asked: 12,
          perhapsPaidTwice: 0
        })
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("asks again less and less often for a database that is away, at least every six seconds", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [1] })
        const control = new LedgerControl()
        const { worker } = yield* startWorker({ ledger: control.control(yield* Ledger.Ledger) })
        control.away = true
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* TestClock.adjust("1 minute")
        const tries = control.tries.get("claim") ?? 0
        assert.isAtLeast(tries, 12)
        assert.isAtMost(tries, 24)
        control.away = false
        yield* TestClock.adjust("6 seconds")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(yield* written(key), [0])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("sends no request after five seconds in which it could not look, and looks once it is back", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [6] })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({ concurrency: 2, ledger: control.control(yield* Ledger.Ledger) })
        route.instead = ({ commit, mayAsk, requests }) =>
          Effect.forEach(requests, ({ seq }) =>
            mayAsk.pipe(
              Effect.andThen(Effect.sync(() => route.sent.push(seq))),
              Effect.andThen(Effect.sleep("4 seconds")),
              Effect.andThen(commit({
                seq,
                failed: false,
                body: "1",
                asked: 1,
                doubtful: 0,
                promptTokens: 0,
                completionTokens: 0
              }))
            ), { discard: true })
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        control.away = true
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(route.sent, [0])
        control.away = false
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(route.sent, [0, 1, 2, 3, 4, 5])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("sends no request for a batch that has to pause, while the pause cannot be written", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [6], settings: { budget: { tokens: 5 } } })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({ ledger: control.control(yield* Ledger.Ledger) })
        route.instead = ({ commit, mayAsk }) =>
          Effect.all([
            commit({
              seq: 0,
              failed: false,
              body: "1",
              asked: 1,
              doubtful: 0,
              promptTokens: 5,
              completionTokens: 0
            }),
            Effect.sleep("1 second").pipe(
              Effect.andThen(mayAsk),
              Effect.andThen(Effect.sync(() => route.sent.push(1)))
            )
          ], { concurrency: 2, discard: true })
        control.failing.add("setState")
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(route.sent, [])
        assert.isUndefined(fiber.pollUnsafe())
        control.failing.clear()
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(route.sent, [])
        assert.strictEqual((yield* get(key)).state, "paused")
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("looks before it sends a request after its clock has jumped, and sends none for a part that was claimed", () =>
      Effect.gen(function*() {
        const { jump, run } = yield* jumpingClock
        yield* run(Effect.gen(function*() {
          const key = yield* writeBatch({ sizes: [6] })
          const control = new LedgerControl()
          const { route, worker } = yield* startWorker({
            concurrency: 2,
            ledger: control.control(yield* Ledger.Ledger)
          })
          route.instead = ({ mayAsk, requests, stopped }) =>
            Effect.forEach(requests, ({ seq }) =>
              mayAsk.pipe(
                Effect.andThen(Effect.sync(() => route.sent.push(seq))),
                Effect.andThen(route.answers.await)
              ), { discard: true }).pipe(Effect.andThen(stopped))
          route.answers.closeUnsafe()
          yield* Effect.forkChild(worker.runPart(key, 0, 1))
          yield* settle
          const ledger = yield* Ledger.Ledger
          yield* ledger.claim(key, 0, 1, "thief")
          jump(60_000)
          route.answers.openUnsafe()
          yield* settle
          assert.strictEqual(control.looks, 1)
          assert.deepStrictEqual(route.sent, [0])
        }))
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("looks once after its clock has jumped, and sends on if the part is still its own", () =>
      Effect.gen(function*() {
        const { jump, run } = yield* jumpingClock
        yield* run(Effect.gen(function*() {
          const key = yield* writeBatch({ sizes: [6] })
          const control = new LedgerControl()
          const { route, worker } = yield* startWorker({
            concurrency: 2,
            ledger: control.control(yield* Ledger.Ledger)
          })
          route.instead = ({ mayAsk, requests }) =>
            Effect.forEach(requests, ({ seq }) =>
              mayAsk.pipe(
                Effect.andThen(mayAsk),
                Effect.andThen(Effect.sync(() => {
                  route.sent.push(seq)
                  jump(seq % 2 === 0 ? 60_000 : -3_600_000)
                }))
              ), { discard: true })
          yield* worker.runPart(key, 0, 1)
          assert.deepStrictEqual(route.sent, [0, 1, 2, 3, 4, 5])
          assert.strictEqual(control.looks, 5)
        }))
      }).pipe(Effect.provide(ledgerLayer)))
  })
}

/** A clock that jumps without running what sleeps, as that of a process that was frozen. */
const jumpingClock = Effect.map(Clock.Clock, (clock) => {
  let offset = 0
  const jumping: Clock.Clock = {
    ...clock,
    sleep: (duration) => clock.sleep(duration),
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + offset,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + offset)
  }
  return {
    jump: (millis: number) => {
      offset += millis
    },
    run: Effect.provideService(Clock.Clock, jumping)
  }
})
