import type { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import {
  claimPart,
  counts,
  current,
  finish,
  itemText,
  ledger,
  loadedBatch,
  newBatch,
  none,
  unique,
  worker
} from "./support.ts"

/** What is true of batches as a whole. */
export const batchLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  it.effect("a batch is written once, and the second start of its id finds it", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      yield* TestClock.setTime(1234)
      const settings = { maxAttempts: 3, budget: { cost: 1.5 }, rates: { prompt: 0.1, completion: 0.3 } }
      const batch = newBatch({ settings, partSize: 7 })
      const first = yield* store.create(batch)
      assert.isTrue(first.created)
      const expected: Ledger.Batch = {
        ...none,
        ...batch,
        key: first.batch.key,
        state: "running",
        reason: null,
        run: 1,
        parts: 0,
        loaded: false,
        createdAt: 1234,
        endedAt: null,
        supervisor: null,
        supervisedAt: null
      }
      assert.deepStrictEqual(first.batch, expected)
      const second = yield* store.create({ ...batch, settings: {}, partSize: 8 })
      assert.deepStrictEqual(second, { batch: expected, created: false })
      assert.deepStrictEqual(yield* store.find(batch.id), Option.some(expected))
      assert.deepStrictEqual(yield* store.fetch(first.batch.key), Option.some(expected))
    }).pipe(Effect.provide(layer)))

  it.effect("of several starts of an id at once, one writes the batch", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const batch = newBatch()
      const starts = yield* Effect.all(Array.from({ length: 8 }, () => store.create(batch)), { concurrency: 8 })
      assert.strictEqual(starts.filter(({ created }) => created).length, 1)
      assert.strictEqual(new Set(starts.map((start) => start.batch.key)).size, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("a batch that does not exist is not found", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      assert.isTrue(Option.isNone(yield* store.find(unique("nobody"))))
      assert.isTrue(Option.isNone(yield* store.fetch(1_999_999)))
    }).pipe(Effect.provide(layer)))

  it.effect("the newest batch is listed first", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const older = yield* store.create(newBatch())
      const newer = yield* store.create(newBatch())
      const mine = new Set([older.batch.key, newer.batch.key])
      const listed = (yield* store.list).map(({ key }) => key).filter((key) => mine.has(key))
      assert.deepStrictEqual(listed, [newer.batch.key, older.batch.key])
    }).pipe(Effect.provide(layer)))

  it.effect("a removed batch leaves nothing, and another batch keeps all", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const [batch, other] = [yield* loadedBatch(20, { sameAs: { 5: 1 } }), yield* loadedBatch(20)]
      const claim = yield* claimPart(batch, 0, by)
      yield* finish(claim, by)
      yield* finish(yield* claimPart(other, 0, by), by)
      const open = yield* claimPart(batch, 1, by)
      yield* store.remove(batch.key)
      assert.isTrue(Option.isNone(yield* store.find(batch.id)))
      assert.deepStrictEqual(yield* store.parts(batch.key, 0, 10), [])
      for (const order of ["items", "completion", "identical"] as const) {
        assert.deepStrictEqual(yield* store.outcomes(batch.key, { order, after: -1, limit: 10 }), [])
      }
      assert.isTrue(Option.isNone(yield* store.claim(batch.key, 1, 1, by)))
      // What was being asked has nowhere to go, and the worker learns that its part is gone.
      const { batches, lost } = yield* store.commit(by, [{
        key: batch.key,
        part: 1,
        claim: open.claim,
        seq: 10,
        failed: false,
        body: "1",
        asked: 1,
        doubtful: 0,
        promptTokens: 1,
        completionTokens: 1
      }])
      assert.deepStrictEqual(batches, [])
      assert.deepStrictEqual(lost, [{ key: batch.key, part: 1, claim: open.claim }])
      assert.strictEqual((yield* store.outcomes(other.key, { order: "items", after: -1, limit: 20 })).length, 10)
      // The same id begins from nothing, under another key.
      const again = yield* store.create(newBatch({ id: batch.id }))
      assert.isTrue(again.created)
      assert.notStrictEqual(again.batch.key, batch.key)
    }).pipe(Effect.provide(layer)))

  it.effect("a state is changed from the states that are named, and from no other", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      yield* TestClock.setTime(5000)
      const { key } = yield* loadedBatch(3)
      const paused = yield* store.setState(key, { state: "paused", reason: "the budget is used up", from: ["running"] })
      assert.include(paused, { state: "paused", reason: "the budget is used up", endedAt: null, run: 1 })
      const refused = yield* store.setState(key, {
        state: "completed",
        from: ["running"],
        newRun: true,
        settings: { maxAttempts: 9 }
      })
      assert.deepStrictEqual(refused, paused)
      assert.deepStrictEqual(yield* current(key), paused)
      const cancelled = yield* store.setState(key, { state: "cancelled", from: ["running", "paused"] })
      assert.include(cancelled, { state: "cancelled", endedAt: 5000 })
      const running = yield* store.setState(key, {
        state: "running",
        from: ["cancelled"],
        settings: { maxAttempts: 2 }
      })
      assert.include(running, { state: "running", reason: null, endedAt: null, run: 1 })
      assert.deepStrictEqual(running.settings, { maxAttempts: 2 })
      const completed = yield* store.setState(key, { state: "completed", from: ["running"] })
      assert.include(completed, { state: "completed", endedAt: 5000 })
      assert.deepStrictEqual(completed.settings, { maxAttempts: 2 })
    }).pipe(Effect.provide(layer)))

  it.effect("the state of a batch that was removed cannot be changed", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { key } = yield* loadedBatch(3)
      yield* store.remove(key)
      const error = yield* Effect.flip(store.setState(key, { state: "paused", from: ["running"] }))
      assert.deepInclude(error, { _tag: "LedgerError", operation: "setState", isRetryable: false })
    }).pipe(Effect.provide(layer)))

  it.effect("a new run opens the parts that are not done, and ends the work of the run before", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(30)
      assert.deepStrictEqual((yield* store.handOut(batch.key, 1, 3, false)).parts, [0, 1, 2])
      yield* finish(yield* claimPart(batch, 0, by), by)
      yield* claimPart(batch, 1, by)
      const next = yield* store.setState(batch.key, { state: "running", from: ["running"], newRun: true })
      assert.strictEqual(next.run, 2)
      assert.isFalse(yield* store.supervise(batch.key, 1, "supervisor"))
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 3, true), { parts: [], unfinished: 2 })
      assert.isTrue(Option.isNone(yield* store.claim(batch.key, 2, 1, by)))
      assert.deepStrictEqual(yield* store.handOut(batch.key, 2, 3, false), { parts: [1, 2], unfinished: 2 })
      assert.strictEqual((yield* claimPart(next, 1, by)).items.length, 10)
    }).pipe(Effect.provide(layer)))

  it.effect("a supervisor is seen while its run goes on", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      yield* TestClock.setTime(7000)
      const { key } = yield* loadedBatch(3)
      assert.isTrue(yield* store.supervise(key, 1, "one"))
      assert.include(yield* current(key), { supervisor: "one", supervisedAt: 7000 })
      yield* TestClock.adjust(1000)
      yield* store.setState(key, { state: "paused", from: ["running"] })
      assert.isFalse(yield* store.supervise(key, 1, "two"))
      assert.include(yield* current(key), { supervisor: "one", supervisedAt: 7000 })
      assert.isFalse(yield* store.supervise(1_999_999, 1, "one"))
    }).pipe(Effect.provide(layer)))

  it.effect("a batch has no more items than were written", () =>
    Effect.gen(function*() {
      const batch = yield* loadedBatch(25, { sameAs: { 3: 1, 24: 3 } })
      assert.deepStrictEqual(counts(batch), { ...none, items: 25, identical: 2 })
      assert.include(batch, { parts: 3, loaded: true })
      assert.strictEqual(itemText(1), (yield* claimPart(batch, 0, yield* worker())).items[1]?.item)
    }).pipe(Effect.provide(layer)))
}
