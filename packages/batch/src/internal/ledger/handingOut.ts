import * as Effect from "effect/Effect"
import type { Service } from "../../LedgerModel.ts"
import type { SqlNumber } from "./batchRow.ts"
import { endOfItems, firstItem } from "./itemNumber.ts"
import type { Store } from "./store.ts"

type Operations = Pick<Service, "handOut" | "reopenFailed">

/** The operations that say which parts are worked on. */
export const handingOutOperations = ({ lockBatch, run, sql, transaction }: Store): Operations => {
  const handOut = (key: number, runNumber: number, window: number, again: boolean) =>
    transaction(
      "handOut",
      Effect.gen(function*() {
        const batch = yield* lockBatch(key)
        const over = batch === undefined || batch.state !== "running" || Number(batch.run) !== runNumber
        if (over) return { parts: [], unfinished: batch === undefined ? 0 : unfinished(batch) }
        const out = yield* sql<{ readonly part: SqlNumber }>`
          SELECT part FROM mistral_batch_part WHERE batch = ${key} AND state = 1 ORDER BY part`
        const room = window - out.length
        const opened = room <= 0 ? [] : yield* sql<{ readonly part: SqlNumber }>`
          UPDATE mistral_batch_part SET state = 1
          WHERE batch = ${key} AND part IN (
            SELECT part FROM mistral_batch_part WHERE batch = ${key} AND state = 0 ORDER BY part LIMIT ${room}
          )
          RETURNING part`
        const parts = [...(again ? out : []), ...opened].map(({ part }) => Number(part))
        return { parts: parts.sort((one, other) => one - other), unfinished: unfinished(batch) }
      })
    )

  return {
    handOut: (key, runNumber, window, again) =>
      again
        ? handOut(key, runNumber, window, again)
        // Most calls find nothing to hand out: they only read.
        : Effect.flatMap(
          run(
            "handOut",
            sql<UnfinishedParts & { readonly out: SqlNumber; readonly waiting: SqlNumber }>`
              SELECT parts, parts_done,
                (SELECT count(*) FROM mistral_batch_part WHERE batch = ${key} AND state = 1) AS out,
                (SELECT count(*) FROM (
                  SELECT 1 FROM mistral_batch_part WHERE batch = ${key} AND state = 0 LIMIT 1
                ) AS first_waiting) AS waiting
              FROM mistral_batch WHERE key = ${key}`
          ),
          ([batch]) =>
            batch === undefined || Number(batch.waiting) === 0 || Number(batch.out) >= window
              ? Effect.succeed({ parts: [], unfinished: batch === undefined ? 0 : unfinished(batch) })
              : handOut(key, runNumber, window, again)
        ),
    reopenFailed: (key) =>
      transaction(
        "reopenFailed",
        Effect.gen(function*() {
          const batch = yield* lockBatch(key)
          if (batch === undefined || Number(batch.failed) === 0) return 0
          const [first, end] = [firstItem(key), endOfItems(key)]
          const reopened = yield* sql`
            UPDATE mistral_batch_part SET state = 0
            WHERE batch = ${key} AND state = 2 AND EXISTS (
              SELECT 1 FROM mistral_batch_answer a
              WHERE a.failed = 1 AND a.item >= ${first} + first_seq AND a.item <= ${first} + last_seq
            )
            RETURNING part`
          yield* sql`DELETE FROM mistral_batch_answer WHERE failed = 1 AND item >= ${first} AND item < ${end}`
          yield* sql`
            UPDATE mistral_batch SET failed = 0, parts_done = parts_done - ${reopened.length} WHERE key = ${key}`
          return Number(batch.failed)
        })
      )
  }
}

interface UnfinishedParts {
  readonly parts: SqlNumber
  readonly parts_done: SqlNumber
}

const unfinished = ({ parts, parts_done }: UnfinishedParts): number => Number(parts) - Number(parts_done)
