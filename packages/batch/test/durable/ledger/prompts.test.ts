/** How items of a hash are found when there are more than memory may hold. */
import { Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { makePrompts } from "../../../src/internal/ledger/prompts.ts"
import { makeStore } from "../../../src/internal/ledger/store.ts"
import { itemText, ledger, newBatch } from "./support.ts"

const layer = Ledger.layer.pipe(Layer.provideMerge(SqliteClient.layer({ filename: ":memory:" })))

/** Writes 10 items more. `seq` 3 of each part is identical to an item before, and all hashes are `seq` times 1000. */
const addPart = (key: number, part: number) =>
  Effect.flatMap(ledger, (store) =>
    store.addPart(
      key,
      { part, first: part * 10, last: part * 10 + 9, hash: 0 },
      Array.from({ length: 10 }, (_, place) => ({
        item: itemText(part * 10 + place),
        hash: (part * 10 + place) * 1000,
        sameAs: place === 3 ? 0 : null
      }))
    ))

const rows = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.map(sql`SELECT count(*) AS n FROM mistral_batch_prompt`, ([row]) => Number(row?.n))
)

describe("the prompts of a batch that is loaded", () => {
  it.effect("are found in memory and in the table, by this process and by one that goes on", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const sql = makeStore(yield* SqlClient.SqlClient)
      const { key } = (yield* store.create(newBatch())).batch
      const seqs = [1, 2, 3, 11, 24, 25, 36, 39].map((seq) => seq * 1000)
      const expected = [1, 2, 11, 24, 25, 36, 39].map((seq) => ({ seq, hash: seq * 1000, item: itemText(seq) }))
      const prompts = makePrompts(sql, { limit: 15, page: 4 })
      for (const part of [0, 1, 2, 3]) {
        yield* addPart(key, part)
        const found = yield* prompts.itemsByHash(key, seqs)
        assert.deepStrictEqual(found, expected.filter(({ seq }) => seq < (part + 1) * 10))
      }
      // 18 of 36 prompts exceeded the limit, in two portions; the rest is in memory.
      const inTable = yield* rows
      assert.isAbove(inTable, 15)
      assert.isBelow(inTable, 36)
      assert.deepStrictEqual(yield* makePrompts(sql, { limit: 15, page: 4 }).itemsByHash(key, seqs), expected)
      assert.deepStrictEqual(yield* makePrompts(sql, { page: 4 }).itemsByHash(key, seqs), expected)
    }).pipe(Effect.provide(layer)))

  it.effect("leave nothing behind when the batch is loaded", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const sql = makeStore(yield* SqlClient.SqlClient)
      const [one, other] = [(yield* store.create(newBatch())).batch, (yield* store.create(newBatch())).batch]
      const prompts = makePrompts(sql, { limit: 5, page: 4 })
      for (const { key } of [one, other]) {
        yield* addPart(key, 0)
        yield* prompts.itemsByHash(key, [0])
      }
      const both = yield* rows
      assert.isAbove(both, 0)
      yield* store.finishLoading(one.key)
      assert.strictEqual(yield* rows, both / 2)
      yield* store.remove(other.key)
      assert.strictEqual(yield* rows, 0)
    }).pipe(Effect.provide(layer)))

  it.effect("are found for more batches than are kept in memory", () =>
    Effect.gen(function*() {
      const store = yield* ledger
      const keys: Array<number> = []
      for (let batch = 0; batch < 12; batch++) keys.push((yield* store.create(newBatch())).batch.key)
      for (const round of [0, 1]) {
        for (const key of keys) {
          yield* addPart(key, round)
          assert.strictEqual((yield* store.itemsByHash(key, [1000, 11_000])).length, round + 1)
        }
      }
    }).pipe(Effect.provide(layer)))
})
