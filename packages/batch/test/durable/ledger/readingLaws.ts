import type { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, type Layer } from "effect"
import { answerTo, claimPart, itemText, ledger, loadedBatch, worker } from "./support.ts"

/** What is true of outcomes that are read back. */
export const readingLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  /**
   * 12 items in parts of 6. Items 2, 7 and 9 are identical to 0, 8 to 4, 10 to 5. Answered are 3, 0, 1, 6 and 4, in this
   * order, and 5 failed last. Item 11 is open.
   */
  const halfDone = Effect.gen(function*() {
    const store = yield* ledger
    const by = yield* worker()
    const batch = yield* loadedBatch(12, { partSize: 6, sameAs: { 2: 0, 7: 0, 8: 4, 9: 0, 10: 5 } })
    const [first, second] = [yield* claimPart(batch, 0, by), yield* claimPart(batch, 1, by)]
    yield* store.commit(by, [answerTo(first, 3), answerTo(first, 0)])
    yield* store.commit(by, [answerTo(first, 1), answerTo(second, 6), answerTo(first, 4)])
    yield* store.commit(by, [answerTo(first, 5, { failed: true, body: "{\"_tag\":\"E\"}", asked: 4 })])
    const page = (query: Partial<Ledger.OutcomeQuery>) =>
      store.outcomes(batch.key, { order: "items", after: -1, limit: 100, ...query })
    return { batch, by, first, second, page }
  })
  const seqs = (read: ReadonlyArray<Ledger.StoredOutcome>) => read.map(({ seq }) => seq)

  it.effect("outcomes are read in the order of the items, with the items, up to the first that is open", () =>
    Effect.gen(function*() {
      const { page } = yield* halfDone
      const read = yield* page({})
      assert.deepStrictEqual(seqs(read), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      const position = (seq: number) => read.find((one) => one.seq === seq)?.position ?? NaN
      assert.deepStrictEqual(read[2], {
        seq: 2,
        position: position(0),
        identical: true,
        item: itemText(2),
        failed: false,
        body: JSON.stringify({ answer: "to 0 \u0000 \"\\" }),
        asked: 1,
        promptTokens: 10,
        completionTokens: 2
      })
      assert.deepStrictEqual(read[10], {
        seq: 10,
        position: position(5),
        identical: true,
        item: itemText(10),
        failed: true,
        body: "{\"_tag\":\"E\"}",
        asked: 4,
        promptTokens: 10,
        completionTokens: 2
      })
      assert.deepStrictEqual(seqs(yield* page({ after: 4, limit: 3 })), [5, 6, 7])
      assert.deepStrictEqual(seqs(yield* page({ after: 10 })), [])
    }).pipe(Effect.provide(layer)))

  it.effect("a page stops before an item that is open, or goes on after it", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const by = yield* worker()
      const batch = yield* loadedBatch(10, { sameAs: { 4: 2, 5: 1 } })
      const claim = yield* claimPart(batch, 0, by)
      yield* store.commit(by, [0, 1, 3].map((seq) => answerTo(claim, seq)))
      const page = (skipOpen: boolean | undefined, order: "items" | "identical" = "items", limit = 100) =>
        Effect.map(store.outcomes(batch.key, { order, after: -1, limit, skipOpen }), seqs)
      assert.deepStrictEqual(yield* page(undefined), [0, 1])
      assert.deepStrictEqual(yield* page(true), [0, 1, 3, 5])
      assert.deepStrictEqual(yield* page(true, "items", 3), [0, 1, 3])
      assert.deepStrictEqual(yield* page(false, "identical"), [])
      assert.deepStrictEqual(yield* page(true, "identical"), [5])
    }).pipe(Effect.provide(layer)))

  it.effect("outcomes are read in the order in which they were written, without identical items", () =>
    Effect.gen(function*() {
      const { page } = yield* halfDone
      const read = yield* page({ order: "completion" })
      assert.deepStrictEqual(seqs(read), [3, 0, 1, 6, 4, 5])
      assert.strictEqual(read[0]?.position, 0)
      assert.isTrue(read.every(({ position }, index) => index === 0 || position > (read[index - 1]?.position ?? 0)))
      assert.isTrue(read.every(({ identical, item, seq }) => !identical && item === itemText(seq)))
      const first = yield* page({ order: "completion", limit: 4 })
      const rest = yield* page({ order: "completion", after: first[3]?.position ?? NaN })
      assert.deepStrictEqual([...first, ...rest], read)
    }).pipe(Effect.provide(layer)))

  it.effect("identical items are read alone, in the order of the items", () =>
    Effect.gen(function*() {
      const { page } = yield* halfDone
      assert.deepStrictEqual(seqs(yield* page({ order: "identical" })), [2, 7, 8, 9, 10])
      assert.deepStrictEqual(seqs(yield* page({ order: "identical", after: 2, limit: 2 })), [7, 8])
      assert.deepStrictEqual(seqs(yield* page({ order: "identical", only: "failed" })), [10])
    }).pipe(Effect.provide(layer)))

  it.effect("answers or failures are read alone, in each order", () =>
    Effect.gen(function*() {
      const { page } = yield* halfDone
      assert.deepStrictEqual(seqs(yield* page({ only: "failed" })), [5, 10])
      assert.deepStrictEqual(seqs(yield* page({ only: "failed", after: 5 })), [10])
      assert.deepStrictEqual(seqs(yield* page({ only: "failed", limit: 1 })), [5])
      assert.deepStrictEqual(seqs(yield* page({ only: "answered" })), [0, 1, 2, 3, 4, 6, 7, 8, 9])
      assert.deepStrictEqual(seqs(yield* page({ only: "answered", after: 3, limit: 3 })), [4, 6, 7])
      assert.deepStrictEqual(seqs(yield* page({ order: "completion", only: "failed" })), [5])
      assert.deepStrictEqual(seqs(yield* page({ order: "completion", only: "answered", limit: 3 })), [3, 0, 1])
    }).pipe(Effect.provide(layer)))

  it.effect("a reader that follows the positions sees each outcome once, whatever is committed at the same time", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const batch = yield* loadedBatch(400, { partSize: 50 })
      const commits = Effect.forEach(
        Array.from({ length: 8 }, (_, part) => part),
        (part) =>
          Effect.gen(function*() {
            const by = yield* worker()
            const claim = yield* claimPart(batch, part, by)
            for (const { seq } of claim.items) yield* store.commit(by, [answerTo(claim, seq)])
          }),
        { concurrency: 8, discard: true }
      )
      const seen: Array<number> = []
      let after = -1
      const readOn = Effect.gen(function*() {
        const read = yield* store.outcomes(batch.key, { order: "completion", after, limit: 7 })
        for (const { position, seq } of read) {
          assert.isAbove(position, after)
          after = position
          seen.push(seq)
        }
        return read.length
      })
      const committing = yield* Effect.forkChild(commits)
      while (committing.pollUnsafe() === undefined) {
        yield* readOn
        yield* Effect.yieldNow
      }
      yield* Fiber.join(committing)
      while ((yield* readOn) > 0);
      assert.deepStrictEqual(
        seen.toSorted((one, other) => one - other),
        Array.from({ length: 400 }, (_, seq) => seq)
      )
    }).pipe(Effect.provide(layer)))
}
