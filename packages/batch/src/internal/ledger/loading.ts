import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { NewItem, Part, Service } from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"
import { noBatch } from "./batches.ts"
import type { SqlNumber } from "./batchRow.ts"
import { firstItem } from "./itemNumber.ts"
import { pieces } from "./pieces.ts"
import type { Store } from "./store.ts"

type Operations = Pick<Service, "addPart" | "parts" | "itemsByHash" | "finishLoading">

interface PartRow {
  readonly part: SqlNumber
  readonly first_seq: SqlNumber
  readonly last_seq: SqlNumber
  readonly hash: SqlNumber
}

/** The operations that write items. */
export const loadingOperations = (
  { index, integer, lockBatch, rows, run, scalars, sql, text, transaction }: Store
): Operations => {
  const readParts = (key: number, from: number, limit: number) =>
    Effect.map(
      sql<PartRow>`SELECT part, first_seq, last_seq, hash FROM mistral_batch_part
        WHERE batch = ${key} AND part >= ${from} ORDER BY part LIMIT ${limit}`,
      (found) => found.map(toPart)
    )

  const writeItems = (key: number, first: number, items: ReadonlyArray<NewItem>): Effect.Effect<void, SqlError> =>
    Effect.asVoid(sql`
      INSERT INTO mistral_batch_item (id, hash, same_as, item)
      SELECT ${firstItem(key) + first} + ${index}, ${integer(0)}, ${integer(1)}, ${text(2)}
      FROM ${rows(items.map(({ hash, item, sameAs }) => [hash, sameAs, item]))}`)

  const writePrompts = (key: number, first: number, items: ReadonlyArray<NewItem>): Effect.Effect<void, SqlError> => {
    const found: Array<readonly [hash: number, seq: number]> = []
    items.forEach(({ hash, sameAs }, place) => {
      if (sameAs === null) found.push([hash, first + place])
    })
    if (found.length === 0) return Effect.void
    // Sorted, so that neighbours are written one after the other.
    found.sort(([one], [other]) => one - other)
    return Effect.asVoid(sql`
      INSERT INTO mistral_batch_prompt (batch, hash, seq)
      SELECT CAST(${key} AS integer), ${integer(0)}, ${integer(1)} FROM ${rows(found)}`)
  }

  return {
    addPart: (key, part, items) =>
      transaction(
        "addPart",
        Effect.gen(function*() {
          const batch = yield* lockBatch(key)
          if (batch === undefined) return yield* Effect.fail(noBatch("addPart"))
          if (part.part < Number(batch.parts)) {
            const [there] = yield* readParts(key, part.part, 1)
            return there ?? part
          }
          const problem = Number(batch.loaded) === 1
            ? "all items of the batch are written"
            : part.part !== Number(batch.parts) || part.first !== Number(batch.items)
            ? `part ${part.part} of items from ${part.first} is not the next one`
            : items.length === 0 || part.last - part.first + 1 !== items.length
            ? `part ${part.part} has ${items.length} items, which does not fit its numbers`
            : undefined
          if (problem !== undefined) return yield* Effect.fail(refused("addPart", problem))
          yield* sql`
            INSERT INTO mistral_batch_part (batch, part, first_seq, last_seq, hash)
            VALUES (${key}, ${part.part}, ${part.first}, ${part.last}, ${part.hash})`
          let first = part.first
          for (const piece of pieces(items)) {
            yield* writeItems(key, first, piece)
            yield* writePrompts(key, first, piece)
            first += piece.length
          }
          const identical = items.reduce((count, { sameAs }) => sameAs === null ? count : count + 1, 0)
          yield* sql`
            UPDATE mistral_batch SET parts = parts + 1, items = items + ${items.length}, identical = identical + ${identical}
            WHERE key = ${key}`
          return part
        })
      ),
    parts: (key, from, limit) => run("parts", readParts(key, from, limit)),
    itemsByHash: (key, hashes) =>
      hashes.length === 0 ? Effect.succeed([]) : run(
        "itemsByHash",
        Effect.map(
          // `CROSS JOIN` makes SQLite look each hash up, instead of reading all prompts.
          sql<{ readonly hash: SqlNumber; readonly seq: SqlNumber; readonly item: string }>`
            SELECT p.hash AS hash, p.seq AS seq, i.item AS item
            FROM ${scalars(hashes)}
            CROSS JOIN mistral_batch_prompt p
            CROSS JOIN mistral_batch_item i
            WHERE p.batch = ${key} AND p.hash = CAST(r.value AS integer) AND i.id = ${firstItem(key)} + p.seq
            ORDER BY p.seq`,
          (found) => found.map(({ hash, item, seq }) => ({ hash: Number(hash), seq: Number(seq), item }))
        )
      ),
    finishLoading: (key) =>
      run(
        "finishLoading",
        Effect.gen(function*() {
          // Only loading needs them. One statement for each share of the hashes, so that others may write between them.
          const [batch] = yield* sql<{ readonly items: SqlNumber }>`SELECT items FROM mistral_batch WHERE key = ${key}`
          if (batch === undefined) return yield* Effect.fail(noBatch("finishLoading"))
          const shares = Math.ceil(Number(batch.items) / 10_000)
          for (let share = 1; share <= shares; share++) {
            const below = Math.floor(share / shares * 2 ** 32) - 2 ** 31
            yield* sql`DELETE FROM mistral_batch_prompt WHERE batch = ${key} AND hash < ${below}`
          }
          yield* sql`DELETE FROM mistral_batch_prompt WHERE batch = ${key}`
          yield* sql`UPDATE mistral_batch SET loaded = 1 WHERE key = ${key}`
        })
      )
  }
}

const toPart = ({ first_seq, hash, last_seq, part }: PartRow): Part => ({
  part: Number(part),
  first: Number(first_seq),
  last: Number(last_seq),
  hash: Number(hash)
})
