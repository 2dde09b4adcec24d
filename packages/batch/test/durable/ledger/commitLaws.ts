import type { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { answerTo, claimPart, counts, current, finish, ledger, loadedBatch, none, refOf, worker } from "./support.ts"

/** What is true of commits. */
export const commitLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  it.effect("a commit adds its outcomes to the counts, and gives the batches as they are then", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const [one, other] = [yield* loadedBatch(10), yield* loadedBatch(10)]
      const [first, second] = [yield* claimPart(one, 0, by), yield* claimPart(other, 0, by)]
      const { batches, lost } = yield* store.commit(by, [
        answerTo(second, 3),
        answerTo(first, 5, { asked: 3, doubtful: 2, promptTokens: 7, completionTokens: 1 }),
        answerTo(first, 4, { failed: true, asked: 4, doubtful: 0, promptTokens: 0, completionTokens: 0 }),
        answerTo(first, 6)
      ])
      assert.deepStrictEqual(lost, [])
      const found = new Map(batches.map((batch) => [batch.key, batch]))
      assert.deepStrictEqual(found.get(one.key), yield* current(one.key))
      assert.deepStrictEqual(found.get(other.key), yield* current(other.key))
      assert.deepStrictEqual(counts(yield* current(one.key)), {
        items: 10,
        identical: 0,
        answered: 2,
        failed: 1,
        asked: 8,
        perhapsPaidTwice: 2,
        promptTokens: 17,
        completionTokens: 3
      })
      assert.deepStrictEqual(counts(yield* current(other.key)), {
        ...none,
        items: 10,
        answered: 1,
        asked: 1,
        promptTokens: 10,
        completionTokens: 2
      })
    }).pipe(Effect.provide(layer)))

  it.effect("requests that were charged before count once, and the outcome tells of all of them", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      const charged = { asked: 2, doubtful: 1, promptTokens: 10, completionTokens: 3 }
      yield* store.charge(batch.key, charged)
      // What a process that is killed now leaves behind.
      assert.deepInclude(yield* current(batch.key), {
        asked: 2,
        perhapsPaidTwice: 1,
        promptTokens: 10,
        completionTokens: 3
      })
      const outcome = answerTo(claim, 0, { asked: 3, doubtful: 1, promptTokens: 20, completionTokens: 5, charged })
      const { batches } = yield* store.commit(by, [outcome, outcome])
      assert.deepInclude(batches[0], {
        answered: 1,
        asked: 3,
        perhapsPaidTwice: 1,
        promptTokens: 20,
        completionTokens: 5
      })
      const [stored] = yield* store.outcomes(batch.key, { order: "items", after: -1, limit: 1 })
      assert.deepInclude(stored, { asked: 3, promptTokens: 20, completionTokens: 5 })
    }).pipe(Effect.provide(layer)))

  it.effect("an outcome that is committed twice counts once", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      const outcomes = [answerTo(claim, 0, { doubtful: 1, asked: 2 }), answerTo(claim, 1, { failed: true })]
      yield* store.commit(by, outcomes)
      const expected = yield* current(batch.key)
      yield* store.commit(by, outcomes)
      assert.deepStrictEqual(yield* current(batch.key), expected)
      // With others, in another order, and twice in one commit.
      const fresh = answerTo(claim, 2)
      const { batches } = yield* store.commit(by, [fresh, ...outcomes.toReversed(), fresh])
      assert.deepStrictEqual(batches, [yield* current(batch.key)])
      assert.deepStrictEqual(counts(yield* current(batch.key)), {
        ...counts(expected),
        answered: 2,
        asked: expected.asked + 1,
        promptTokens: expected.promptTokens + 10,
        completionTokens: expected.completionTokens + 2
      })
    }).pipe(Effect.provide(layer)))

  it.effect("the commit of a lost part is kept where the item is open, and is perhaps paid twice where it is not", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [stale, heir] = [yield* worker(0), yield* worker()]
      const batch = yield* loadedBatch(10)
      const lost = yield* claimPart(batch, 0, stale)
      const claim = yield* claimPart(batch, 0, heir)
      yield* store.commit(heir, [answerTo(claim, 0, { body: "\"of the heir\"" })])
      const committed = yield* store.commit(stale, [
        answerTo(lost, 0, { body: "\"too late\"", asked: 3, doubtful: 1 }),
        answerTo(lost, 1, { body: "\"in time\"", asked: 2, doubtful: 1 })
      ])
      assert.deepStrictEqual(committed.lost, [refOf(lost)])
      assert.deepStrictEqual(counts(yield* current(batch.key)), {
        items: 10,
        identical: 0,
        answered: 2,
        failed: 0,
        asked: 6,
        perhapsPaidTwice: 4,
        promptTokens: 30,
        completionTokens: 6
      })
      const read = yield* store.outcomes(batch.key, { order: "items", after: -1, limit: 10 })
      assert.deepStrictEqual(read.map(({ body }) => body), ["\"of the heir\"", "\"in time\""])
      // The heir asks the second item as well, and its answer comes second.
      const { batches, lost: none } = yield* store.commit(heir, [answerTo(claim, 1)])
      assert.deepStrictEqual(none, [])
      assert.deepInclude(batches[0], { answered: 2, asked: 7, perhapsPaidTwice: 5 })
    }).pipe(Effect.provide(layer)))

  it.effect("a failure does not replace an answer, and an answer does not replace a failure", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const first = yield* claimPart(batch, 0, by)
      yield* store.commit(by, [answerTo(first, 0), answerTo(first, 1, { failed: true })])
      const second = yield* claimPart(batch, 0, by)
      yield* store.commit(by, [answerTo(second, 0, { failed: true }), answerTo(second, 1)])
      assert.include(yield* current(batch.key), { answered: 1, failed: 1, asked: 4, perhapsPaidTwice: 2 })
      const read = yield* store.outcomes(batch.key, { order: "items", after: -1, limit: 10 })
      assert.deepStrictEqual(read.map(({ failed }) => failed), [false, true])
    }).pipe(Effect.provide(layer)))

  it.effect("outcomes count for a batch that was paused or cancelled meanwhile", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      yield* store.setState(batch.key, { state: "paused", reason: "wait", from: ["running"] })
      const { batches, lost } = yield* store.commit(by, [answerTo(claim, 0)])
      assert.deepInclude(batches[0], { state: "paused", reason: "wait", answered: 1 })
      assert.deepStrictEqual(lost, [])
    }).pipe(Effect.provide(layer)))

  it.effect("failed items become open again with the parts that hold them, and answers stay", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(40, { sameAs: { 15: 12 } })
      for (const part of [0, 1, 2]) {
        yield* finish(
          yield* claimPart(batch, part, by),
          by,
          (seq) => ({ failed: seq === 12 || seq === 19 || seq === 20 })
        )
      }
      const before = yield* current(batch.key)
      assert.include(before, { answered: 26, failed: 3, asked: 29 })
      assert.strictEqual(yield* store.reopenFailed(batch.key), 3)
      assert.deepStrictEqual(yield* current(batch.key), { ...before, failed: 0 })
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 9, false), { parts: [1, 2, 3], unfinished: 3 })
      const claim = yield* claimPart(batch, 1, by)
      assert.deepStrictEqual(claim.items.map(({ seq }) => seq), [12, 19])
      yield* finish(claim, by)
      assert.include(yield* current(batch.key), { answered: 28, failed: 0, asked: 31, perhapsPaidTwice: 0 })
      assert.strictEqual(yield* store.reopenFailed(batch.key), 0)
      assert.include((yield* Effect.flip(store.reopenFailed(1_999_999))).operation, "reopenFailed")
      const read = yield* store.outcomes(batch.key, { order: "completion", after: -1, limit: 100 })
      assert.deepStrictEqual(read.slice(-2).map(({ seq }) => seq), [12, 19])
    }).pipe(Effect.provide(layer)))

  it.effect("a failure that is asked again while its part is worked on does not make the part done", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      yield* store.commit(by, claim.items.map(({ seq }) => answerTo(claim, seq, { failed: seq === 3 })))
      assert.strictEqual(yield* store.reopenFailed(batch.key), 1)
      yield* store.release(refOf(claim), { done: true, doubtful: 0 })
      assert.deepStrictEqual(yield* store.handOut(batch.key, 1, 9, false), { parts: [0], unfinished: 1 })
    }).pipe(Effect.provide(layer)))

  it.effect("numbers beyond 32 bits are counted exactly", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10)
      const claim = yield* claimPart(batch, 0, by)
      const tokens = { promptTokens: 2 ** 31 - 1, completionTokens: 2 ** 31 - 1 }
      yield* store.commit(by, claim.items.map(({ seq }) => answerTo(claim, seq, tokens)))
      assert.include(yield* current(batch.key), {
        promptTokens: 10 * (2 ** 31 - 1),
        completionTokens: 10 * (2 ** 31 - 1)
      })
    }).pipe(Effect.provide(layer)))
}
