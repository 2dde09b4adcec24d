import { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { get, LedgerControl, ledgers, outcomes, settle, startWorker, writeBatch, written } from "./support.ts"

for (const [name, ledgerLayer] of ledgers) {
  describe(`a worker over a ledger in ${name}`, () => {
    it.effect("gives each item of a part an outcome, and gives the part back as done", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3, 2] })
        const { route, worker } = yield* startWorker()
        route.reply = (seq) => ({ failed: seq === 1, tokens: 7 })
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        assert.deepStrictEqual(
          (yield* outcomes(key)).map(({ body, failed, seq }) => [seq, failed, body]),
          [
            [0, false, "\"answer 0\""],
            [1, true, "{\"_tag\":\"AnswerFailed\",\"description\":\"scripted\"}"],
            [2, false, "\"answer 2\""]
          ]
        )
        const { answered, asked, failed, promptTokens } = yield* get(key)
        assert.deepStrictEqual({ answered, asked, failed, promptTokens }, {
          answered: 2,
          asked: 3,
          failed: 1,
          promptTokens: 21
        })
        const ledger = yield* Ledger.Ledger
        assert.deepStrictEqual(yield* ledger.handOut(key, 1, 9, true), { parts: [1], unfinished: 1 })
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("asks nothing of a part that is done, or of another run", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [2] })
        const { route, worker } = yield* startWorker()
        yield* worker.runPart(key, 0, 2)
        yield* worker.runPart(key, 0, 1)
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [0, 1])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("works on so many parts at once as the route says, with so many requests in all", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3, 3, 3] })
        const { route, worker } = yield* startWorker({ concurrency: 5, parts: 2 })
        route.answers.closeUnsafe()
        const fibers = yield* Effect.forEach([0, 1, 2], (part) => Effect.forkChild(worker.runPart(key, part, 1)))
        yield* settle
        assert.deepStrictEqual(route.sent.toSorted(), [0, 1, 2, 3, 4])
        route.answers.openUnsafe()
        yield* Fiber.awaitAll(fibers)
        assert.deepStrictEqual(yield* written(key), [0, 1, 2, 3, 4, 5, 6, 7, 8])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("writes the answers that come together with one commit", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [5] })
        const control = new LedgerControl()
        const { worker } = yield* startWorker({ ledger: control.control(yield* Ledger.Ledger), concurrency: 10 })
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(control.writes, [[0, 1, 2, 3, 4]])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("writes the answers that came during a commit with the next one", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [1, 5] })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({
          ledger: control.control(yield* Ledger.Ledger),
          concurrency: 10
        })
        control.gate.closeUnsafe()
        const first = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        assert.deepStrictEqual(control.writes, [[0]])
        const second = yield* Effect.forkChild(worker.runPart(key, 1, 1))
        yield* settle
        assert.deepStrictEqual(route.sent, [0, 1, 2, 3, 4, 5])
        assert.deepStrictEqual(control.writes, [[0]])
        control.gate.openUnsafe()
        yield* Fiber.awaitAll([first, second])
        assert.deepStrictEqual(control.writes, [[0], [1, 2, 3, 4, 5]])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("sends no further request before the outcome of an earlier one is on disk", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [9] })
        const control = new LedgerControl()
        const { route, worker } = yield* startWorker({ ledger: control.control(yield* Ledger.Ledger), concurrency: 3 })
        control.gate.closeUnsafe()
        const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        control.gate.openUnsafe()
        yield* Fiber.join(fiber)
        assert.strictEqual(route.sent.length, 9)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("writes the outcomes of others where the ledger refuses one, and pauses the batch of that one", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [4] })
        const other = yield* writeBatch({ id: "b", sizes: [3] })
        const control = new LedgerControl()
        control.refusedSeq = 3
        const { worker } = yield* startWorker({ ledger: control.control(yield* Ledger.Ledger), concurrency: 10 })
        const [refused, fine] = yield* Effect.all(
          [Effect.exit(worker.runPart(key, 0, 1)), Effect.exit(worker.runPart(other, 0, 1))],
          { concurrency: 2 }
        )
        assert.isTrue(Exit.isSuccess(fine))
        assert.isTrue(Exit.isFailure(refused))
        assert.deepStrictEqual(yield* written(other), [0, 1, 2])
        assert.deepStrictEqual(yield* written(key), [0, 1, 2])
        const { reason, state } = yield* get(key)
        assert.strictEqual(state, "paused")
        assert.strictEqual(
          reason,
          "part 0 could not be worked on: the ledger failed in commit: a constraint failed"
        )
        assert.strictEqual((yield* get(other)).state, "running")
      }).pipe(Effect.provide(ledgerLayer)))
  })
}
