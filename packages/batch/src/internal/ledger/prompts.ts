import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Service } from "../../LedgerModel.ts"
import { noRequest } from "../definition/requestHash.ts"
import type { SqlNumber } from "./batchRow.ts"
import { HashTable } from "./hashTable.ts"
import { endOfItems, firstItem } from "./itemNumber.ts"
import type { Store } from "./store.ts"

/** The items of a batch that this process knows by their hash: those from `from`, and before `to`. */
interface Known {
  from: number
  to: number
  table: HashTable
}

/** How many batches are kept in mind. More are hardly loaded at once. */
const batches = 8

/** Finds the items of a batch that is loaded. */
export interface Prompts {
  readonly itemsByHash: (
    key: number,
    hashes: ReadonlyArray<number>
  ) => Effect.Effect<Effect.Success<ReturnType<Service["itemsByHash"]>>, SqlError>
  /** Forgets a batch, and empties its part of the table. */
  readonly drop: (key: number) => Effect.Effect<void, SqlError>
}

/**
 * Keeps the hashes of a batch in memory while it is loaded. They are read from the items, so that a restart and a second
 * process that loads the same batch need nothing else. What exceeds `limit` goes to `mistral_batch_prompt`: its pages lie at
 * random places, and writing the hashes of each part there took three times as long as writing the items.
 */
export const makePrompts = (
  { integer, rows, scalars, sql }: Store,
  { limit = 1_000_000, page = 10_000 }: { readonly limit?: number | undefined; readonly page?: number | undefined } = {}
): Prompts => {
  const known = new Map<number, Known>()

  const open = (key: number) =>
    Effect.gen(function*() {
      const there = known.get(key)
      if (there !== undefined) return there
      const [batch] = yield* sql<{ readonly indexed: SqlNumber }>`SELECT indexed FROM mistral_batch WHERE key = ${key}`
      const from = Number(batch?.indexed ?? 0)
      const opened: Known = { from, to: from, table: new HashTable() }
      for (const oldest of known.keys()) {
        if (known.size < batches) break
        known.delete(oldest)
      }
      known.set(key, opened)
      return opened
    })

  /** Reads the hashes of the items that were written since. */
  const catchUp = (key: number, one: Known) =>
    Effect.gen(function*() {
      const first = firstItem(key)
      let full = true
      while (full) {
        const read = yield* sql`
          SELECT id - ${first} AS seq, hash, same_as IS NULL AS asked FROM mistral_batch_item
          WHERE id >= ${first + one.to} AND id < ${endOfItems(key)} ORDER BY id LIMIT ${page}`.values
        for (const [seq, hash, asked] of read) {
          one.to = Number(seq) + 1
          if (Number(hash) !== noRequest && Boolean(asked)) one.table.add(Number(hash), Number(seq))
        }
        full = read.length === page
        if (one.table.size >= limit) yield* spill(key, one)
      }
    })

  /** Writes the hashes to the table: sorted, in statements that leave room for the commits of others. */
  const spill = (key: number, one: Known) =>
    Effect.gen(function*() {
      const shares = Math.ceil(one.table.size / page)
      for (let share = 0; share < shares; share++) {
        const pairs = one.table.between(hashAt(share / shares), hashAt((share + 1) / shares))
        if (pairs.length === 0) continue
        yield* sql`
          INSERT INTO mistral_batch_prompt (batch, hash, seq)
          SELECT CAST(${key} AS integer), ${integer(0)}, ${integer(1)} FROM ${rows(pairs)} WHERE true
          ON CONFLICT DO NOTHING`
      }
      yield* sql`UPDATE mistral_batch SET indexed = ${one.to} WHERE key = ${key} AND indexed < ${one.to}`
      one.from = one.to
      one.table = new HashTable()
    })

  const inTable = (key: number, hashes: ReadonlyArray<number>) =>
    // `CROSS JOIN` makes SQLite look each hash up, instead of reading all prompts.
    sql<{ readonly hash: SqlNumber; readonly seq: SqlNumber }>`
      SELECT p.hash AS hash, p.seq AS seq FROM ${scalars(hashes)} CROSS JOIN mistral_batch_prompt p
      WHERE p.batch = ${key} AND p.hash = CAST(r.value AS integer)`

  return {
    itemsByHash: (key, hashes) =>
      Effect.gen(function*() {
        const one = yield* open(key)
        yield* catchUp(key, one)
        const found = new Map<number, number>()
        if (one.from > 0) {
          for (const { hash, seq } of yield* inTable(key, hashes)) found.set(Number(seq), Number(hash))
        }
        for (const hash of hashes) {
          for (const seq of one.table.get(hash)) found.set(seq, hash)
        }
        if (found.size === 0) return []
        const first = firstItem(key)
        const items = yield* sql<{ readonly seq: SqlNumber; readonly item: string }>`
          SELECT i.id - ${first} AS seq, i.item AS item FROM ${scalars([...found.keys()])}
          CROSS JOIN mistral_batch_item i WHERE i.id = ${first} + CAST(r.value AS bigint)
          ORDER BY i.id`
        return items.map(({ item, seq }) => ({ hash: found.get(Number(seq)) ?? noRequest, seq: Number(seq), item }))
      }),
    drop: (key) =>
      Effect.gen(function*() {
        known.delete(key)
        const [batch] = yield* sql<
          { readonly indexed: SqlNumber }
        >`SELECT indexed FROM mistral_batch WHERE key = ${key}`
        const shares = Math.ceil(Number(batch?.indexed ?? 0) / page)
        for (let share = 1; share <= shares; share++) {
          yield* sql`DELETE FROM mistral_batch_prompt WHERE batch = ${key} AND hash < ${hashAt(share / shares)}`
        }
        if (shares > 0) yield* sql`DELETE FROM mistral_batch_prompt WHERE batch = ${key}`
      })
  }
}

/** The hash that has this share of all hashes below it. */
const hashAt = (share: number): number => Math.floor(share * 2 ** 32) - 2 ** 31
