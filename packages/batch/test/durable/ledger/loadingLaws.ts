import type { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { claimPart, counts, current, itemText, ledger, loadedBatch, newBatch, none, worker } from "./support.ts"

/** What is true of loading. */
export const loadingLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  const part = (number: number, hash = 1): Ledger.Part => ({
    part: number,
    first: number * 2,
    last: number * 2 + 1,
    hash
  })
  const items = (...texts: ReadonlyArray<string>): ReadonlyArray<Ledger.NewItem> =>
    texts.map((item) => ({ item, hash: item.length, sameAs: null }))

  it.effect("a part that is written stays as it is", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { batch } = yield* store.create(newBatch({ partSize: 2 }))
      assert.deepStrictEqual(yield* store.addPart(batch.key, part(0, 2 ** 50), items("1", "2")), part(0, 2 ** 50))
      assert.deepStrictEqual(yield* store.addPart(batch.key, part(1), items("3", "4")), part(1))
      assert.deepStrictEqual(yield* store.addPart(batch.key, part(0, 7), items("8", "9")), part(0, 2 ** 50))
      assert.deepStrictEqual(counts(yield* current(batch.key)), { ...none, items: 4 })
      const claim = yield* claimPart(batch, 0, yield* worker())
      assert.deepStrictEqual(claim.items, [{ seq: 0, item: "1", hash: 1 }, { seq: 1, item: "2", hash: 1 }])
    }).pipe(Effect.provide(layer)))

  it.effect("two that load the same batch write each part once", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { batch } = yield* store.create(newBatch({ partSize: 2 }))
      const load = Effect.forEach([0, 1, 2, 3, 4], (number) => store.addPart(batch.key, part(number), items("1", "2")))
      yield* Effect.all([load, load, load], { concurrency: 3 })
      assert.include(yield* current(batch.key), { items: 10, parts: 5 })
      assert.strictEqual((yield* store.parts(batch.key, 0, 100)).length, 5)
    }).pipe(Effect.provide(layer)))

  it.effect("a part that is not the next one is refused, and so is one after the end", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { batch } = yield* store.create(newBatch({ partSize: 2 }))
      yield* store.addPart(batch.key, part(0), items("1", "2"))
      const refused = (wrong: Ledger.Part, ...texts: ReadonlyArray<string>) =>
        Effect.map(Effect.flip(store.addPart(batch.key, wrong, items(...texts))), ({ isRetryable, operation }) => {
          assert.deepStrictEqual({ isRetryable, operation }, { isRetryable: false, operation: "addPart" })
        })
      yield* refused(part(2), "5", "6")
      yield* refused({ ...part(1), first: 3 }, "3", "4")
      yield* refused(part(1), "3")
      yield* store.finishLoading(batch.key)
      yield* refused(part(1), "3", "4")
      assert.include(yield* current(batch.key), { items: 2, parts: 1, loaded: true })
      yield* store.remove(batch.key)
      yield* refused(part(0), "1", "2")
    }).pipe(Effect.provide(layer)))

  it.effect("parts are read page by page", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { key } = yield* loadedBatch(35)
      const expected = [0, 1, 2, 3].map((number): Ledger.Part => ({
        part: number,
        first: number * 10,
        last: Math.min(34, number * 10 + 9),
        hash: number * 10
      }))
      assert.deepStrictEqual(yield* store.parts(key, 0, 3), expected.slice(0, 3))
      assert.deepStrictEqual(yield* store.parts(key, 3, 3), expected.slice(3))
      assert.deepStrictEqual(yield* store.parts(key, 4, 3), [])
    }).pipe(Effect.provide(layer)))

  it.effect("items of a hash are found while a batch is loaded, without those that are identical to an earlier one", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const [one, other] = [yield* store.create(newBatch()), yield* store.create(newBatch())]
      const low = -(2 ** 31)
      yield* store.addPart(one.batch.key, { part: 0, first: 0, last: 3, hash: 0 }, [
        { item: itemText(0), hash: low, sameAs: null },
        { item: itemText(1), hash: 2 ** 31 - 1, sameAs: null },
        { item: itemText(2), hash: low, sameAs: 0 },
        { item: itemText(3), hash: 77, sameAs: null }
      ])
      yield* store.addPart(one.batch.key, { part: 1, first: 4, last: 4, hash: 0 }, [
        { item: itemText(4), hash: low, sameAs: null }
      ])
      yield* store.addPart(other.batch.key, { part: 0, first: 0, last: 0, hash: 0 }, [
        { item: "of another batch", hash: low, sameAs: null }
      ])
      assert.deepStrictEqual(yield* store.itemsByHash(one.batch.key, []), [])
      assert.deepStrictEqual(yield* store.itemsByHash(one.batch.key, [5]), [])
      assert.deepStrictEqual(yield* store.itemsByHash(one.batch.key, [low, 5, 2 ** 31 - 1]), [
        { hash: low, seq: 0, item: itemText(0) },
        { hash: 2 ** 31 - 1, seq: 1, item: itemText(1) },
        { hash: low, seq: 4, item: itemText(4) }
      ])
    }).pipe(Effect.provide(layer)))

  it.effect("a part of many long items is written and claimed whole", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const { batch } = yield* store.create(newBatch({ partSize: 50 }))
      const texts = Array.from({ length: 50 }, (_, seq) => JSON.stringify(`${seq} ${"é".repeat(200_000)}`))
      yield* store.addPart(batch.key, { part: 0, first: 0, last: 49, hash: 0 }, items(...texts))
      const claim = yield* claimPart(batch, 0, yield* worker())
      assert.strictEqual(claim.items.length, 50)
      assert.isTrue(claim.items.every(({ item, seq }) => item === texts[seq]))
    }).pipe(Effect.provide(layer)))
}
