import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { NewItem, Part, Service } from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"
import { noBatch } from "./batches.ts"
import type { SqlNumber } from "./batchRow.ts"
import { firstItem } from "./itemNumber.ts"
import { pieces } from "./pieces.ts"
import type { Prompts } from "./prompts.ts"
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
  { index, integer, lockBatch, rows, run, sql, text, transaction }: Store,
  prompts: Prompts
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
      hashes.length === 0 ? Effect.succeed([]) : run("itemsByHash", prompts.itemsByHash(key, hashes)),
    finishLoading: (key) =>
      run(
        "finishLoading",
        Effect.gen(function*() {
          yield* prompts.drop(key)
          const rows = yield* sql`UPDATE mistral_batch SET loaded = 1 WHERE key = ${key} RETURNING key`
          if (rows.length === 0) return yield* Effect.fail(noBatch("finishLoading"))
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
