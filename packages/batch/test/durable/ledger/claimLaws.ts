import type { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import {
  answerTo,
  claimPart,
  current,
  finish,
  isFree,
  itemText,
  ledger,
  loadedBatch,
  refOf,
  worker
} from "./support.ts"

/** What is true of claims. */
export const claimLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  it.effect("a claim has the items that are open, in their order", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(20, { sameAs: { 13: 2 } })
      const first = yield* claimPart(batch, 1, by)
      assert.deepStrictEqual(first, {
        part: 1,
        first: 10,
        last: 19,
        hash: 10,
        batch,
        claim: 1,
        job: null,
        items: [10, 11, 12, 14, 15, 16, 17, 18, 19].map((seq) => ({ seq, item: itemText(seq), hash: seq }))
      })
      yield* store.commit(by, [answerTo(first, 11), answerTo(first, 19, { failed: true })])
      const second = yield* claimPart(batch, 1, by)
      assert.deepStrictEqual(second.items.map(({ seq }) => seq), [10, 12, 14, 15, 16, 17, 18])
      assert.strictEqual(second.claim, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("a part cannot be claimed when it is done, unknown, or its batch is not in this run or not running", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(20)
      yield* finish(yield* claimPart(batch, 0, by), by)
      assert.isFalse(yield* isFree(batch, 0, by))
      assert.isFalse(yield* isFree(batch, 2, by))
      assert.isFalse(yield* isFree({ ...batch, run: 2 }, 1, by))
      yield* store.setState(batch.key, { state: "paused", from: ["running"] })
      assert.isFalse(yield* isFree(batch, 1, by))
      assert.isFalse(yield* isFree({ ...batch, key: 1_999_999 }, 1, by))
    }).pipe(Effect.provide(layer)))

  it.effect("of two that claim a part at once, one learns that it lost the part", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [one, other] = [yield* worker(), yield* worker()]
      const batch = yield* loadedBatch(10)
      const claims = yield* Effect.all([claimPart(batch, 0, one), claimPart(batch, 0, other)], { concurrency: 2 })
      assert.deepStrictEqual(claims.map(({ claim }) => claim).sort(), [1, 2])
      const lost = [yield* store.commit(one, []), yield* store.commit(other, [])]
      const looser = claims.findIndex(({ claim }) => claim === 1)
      assert.deepStrictEqual(lost.map((looked) => looked.lost), [
        looser === 0 ? [{ key: batch.key, part: 0, claim: 1 }] : [],
        looser === 1 ? [{ key: batch.key, part: 0, claim: 1 }] : []
      ])
    }).pipe(Effect.provide(layer)))

  it.effect("a look gives the batches of the parts that the worker has, until it gives them back", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const [one, other] = [yield* loadedBatch(10), yield* loadedBatch(10)]
      assert.deepStrictEqual(yield* store.commit(by, []), { batches: [], lost: [] })
      const claim = yield* claimPart(one, 0, by)
      yield* claimPart(other, 0, by)
      yield* store.setState(one.key, { state: "paused", reason: "wait", from: ["running"] })
      const looked = yield* store.commit(by, [])
      const states = looked.batches.map(({ key, state }) => [key, state] as const).sort(([a], [b]) => a - b)
      assert.deepStrictEqual(states, [[one.key, "paused"], [other.key, "running"]])
      yield* store.release(refOf(claim), { done: false, doubtful: 0 })
      assert.deepStrictEqual((yield* store.commit(by, [])).batches.map(({ key }) => key), [other.key])
      yield* store.closeWorker(by)
      assert.deepStrictEqual(yield* store.commit(by, []), { batches: [], lost: [] })
    }).pipe(Effect.provide(layer)))

  it.effect("a dead worker is charged what it may have been asking, and its concurrency at most", () =>
    Effect.gen(function*() {
      const [dead, heir] = [yield* worker(12), yield* worker()]
      const [batch, other] = [yield* loadedBatch(30), yield* loadedBatch(10)]
      const claim = yield* claimPart(batch, 0, dead)
      yield* Effect.flatMap(ledger, (store) => store.commit(dead, [0, 1, 2].map((seq) => answerTo(claim, seq))))
      yield* claimPart(batch, 1, dead)
      yield* claimPart(batch, 2, dead)
      yield* claimPart(other, 0, dead)
      assert.strictEqual((yield* claimPart(batch, 0, heir)).batch.perhapsPaidTwice, 7)
      assert.strictEqual((yield* claimPart(batch, 1, heir)).batch.perhapsPaidTwice, 12)
      assert.strictEqual((yield* claimPart(batch, 2, heir)).batch.perhapsPaidTwice, 12)
      assert.strictEqual((yield* claimPart(other, 0, heir)).batch.perhapsPaidTwice, 0)
    }).pipe(Effect.provide(layer)))

  it.effect("each of several dead workers is charged once, however often their parts are claimed", () =>
    Effect.gen(function*() {
      const batch = yield* loadedBatch(10)
      for (const [expected, concurrency] of [[0, 4], [4, 3], [7, 20], [17, 64], [27, 64]] as const) {
        const by = yield* worker(concurrency)
        assert.strictEqual((yield* claimPart(batch, 0, by)).batch.perhapsPaidTwice, expected)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("a worker that claims its own part again, gave it back, or was closed, is not charged", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [one, other, last] = [yield* worker(), yield* worker(), yield* worker()]
      const batch = yield* loadedBatch(10)
      yield* claimPart(batch, 0, one)
      const claim = yield* claimPart(batch, 0, one)
      yield* store.release(refOf(claim), { done: false, doubtful: 2, asked: 3 })
      assert.deepInclude((yield* claimPart(batch, 0, other)).batch, { perhapsPaidTwice: 2, asked: 3 })
      yield* store.closeWorker(other)
      assert.strictEqual((yield* claimPart(batch, 0, last)).batch.perhapsPaidTwice, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("a worker that was taken for dead, goes on and dies is charged again", () =>
    Effect.gen(function*() {
      const [frozen, heir] = [yield* worker(5), yield* worker()]
      const batch = yield* loadedBatch(20)
      yield* claimPart(batch, 0, frozen)
      assert.strictEqual((yield* claimPart(batch, 0, heir)).batch.perhapsPaidTwice, 5)
      yield* claimPart(batch, 1, frozen)
      assert.strictEqual((yield* claimPart(batch, 1, heir)).batch.perhapsPaidTwice, 10)
    }).pipe(Effect.provide(layer)))

  it.effect("a part that is given back done is done if all its items have an outcome, and is open again if not", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(20, { sameAs: { 1: 0 } })
      yield* store.handOut(batch.key, 1, 2, false)
      yield* finish(yield* claimPart(batch, 0, by), by)
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 2, true), { parts: [1], unfinished: 1 })
      const claim = yield* claimPart(batch, 1, by)
      yield* store.commit(by, claim.items.slice(1).map(({ seq }) => answerTo(claim, seq)))
      yield* store.release(refOf(claim), { done: true, doubtful: 0 })
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 2, false), { parts: [1], unfinished: 1 })
      yield* finish(yield* claimPart(batch, 1, by), by)
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 2, true), { parts: [], unfinished: 0 })
    }).pipe(Effect.provide(layer)))

  it.effect("a part that is given back twice, or after it was lost, changes nothing", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [one, other] = [yield* worker(0), yield* worker()]
      const batch = yield* loadedBatch(10)
      const lost = yield* claimPart(batch, 0, one)
      const claim = yield* claimPart(batch, 0, other)
      yield* store.release(refOf(lost), { done: true, doubtful: 5 })
      assert.strictEqual((yield* current(batch.key)).perhapsPaidTwice, 0)
      yield* store.release(refOf(claim), { done: false, doubtful: 3 })
      yield* store.release(refOf(claim), { done: false, doubtful: 3 })
      assert.strictEqual((yield* current(batch.key)).perhapsPaidTwice, 3)
      const last = yield* claimPart(batch, 0, other)
      yield* finish(last, other)
      yield* store.release(refOf(last), { done: true, doubtful: 9 })
      assert.strictEqual((yield* current(batch.key)).perhapsPaidTwice, 3)
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 9, true), { parts: [], unfinished: 0 })
    }).pipe(Effect.provide(layer)))

  it.effect("a part of a run before that is given back late is not handed out twice in the new run", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      yield* store.setState(batch.key, { state: "running", from: ["running"], newRun: true })
      assert.deepStrictEqual((yield* store.handOut(batch.key, 2, 4, false)).parts, [0])
      yield* store.release(refOf(claim), { done: false, doubtful: 1 })
      assert.deepStrictEqual((yield* store.handOut(batch.key, 2, 4, false)).parts, [])
      assert.strictEqual((yield* current(batch.key)).perhapsPaidTwice, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("parts are handed out up to the window, and again for a supervisor that begins", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(60)
      const handOut = (window: number, again = false) => store.handOut(batch.key, 1, window, again)
      assert.deepStrictEqual(yield* handOut(2), { parts: [0, 1], unfinished: 6 })
      assert.deepStrictEqual(yield* handOut(2), { parts: [], unfinished: 6 })
      assert.deepStrictEqual(yield* handOut(3), { parts: [2], unfinished: 6 })
      yield* finish(yield* claimPart(batch, 1, by), by)
      assert.deepStrictEqual(yield* handOut(3), { parts: [3], unfinished: 5 })
      assert.deepStrictEqual(yield* handOut(4, true), { parts: [0, 2, 3, 4], unfinished: 5 })
      yield* store.setState(batch.key, { state: "paused", from: ["running"] })
      assert.deepStrictEqual(yield* handOut(9, true), { parts: [], unfinished: 5 })
      assert.deepStrictEqual(yield* handOut(9), { parts: [], unfinished: 5 })
    }).pipe(Effect.provide(layer)))

  it.effect("a job is written down for the worker that has the part", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [one, other] = [yield* worker(), yield* worker()]
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, one)
      const job = { attempt: 2, fileId: "file-1", jobId: null }
      assert.isTrue(yield* store.saveJob(refOf(claim), job))
      const next = yield* claimPart(batch, 0, other)
      assert.deepStrictEqual(next.job, job)
      assert.isFalse(yield* store.saveJob(refOf(claim), { attempt: 3, fileId: null, jobId: null }))
      assert.isTrue(yield* store.saveJob(refOf(next), null))
      yield* store.release(refOf(next), { done: false, doubtful: 0 })
      assert.isFalse(yield* store.saveJob(refOf(next), job))
      assert.isNull((yield* claimPart(batch, 0, other)).job)
      assert.isTrue(Option.isSome(yield* store.find(batch.id)))
    }).pipe(Effect.provide(layer)))
}
