import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlError } from "effect/sql/SqlError"
import type { LedgerError } from "../../BatchError.ts"
import type { Batch, NewBatch, Service } from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"
import { type BatchRow, toBatch } from "./batchRow.ts"
import { endOfItems, firstItem } from "./itemNumber.ts"
import type { Store } from "./store.ts"

type Operations = Pick<Service, "create" | "find" | "fetch" | "list" | "remove" | "setState" | "supervise">

/** The operations on batches as a whole. */
export const batchOperations = ({ batchColumns, lockBatch, run, sql, transaction }: Store): Operations => {
  const create = (batch: NewBatch): Effect.Effect<{ batch: Batch; created: boolean }, SqlError> =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const [written] = yield* sql<BatchRow>`
        INSERT INTO mistral_batch (id, fingerprint, settings, state, run, part_size, created_at)
        VALUES (${batch.id}, ${JSON.stringify(batch.fingerprint)}, ${JSON.stringify(batch.settings)}, 'running', 1,
          ${batch.partSize}, ${now})
        ON CONFLICT (id) DO NOTHING
        RETURNING ${batchColumns}`
      if (written !== undefined) return { batch: toBatch(written), created: true }
      const found = yield* find(batch.id)
      // It was removed between the two statements.
      if (Option.isNone(found)) return yield* create(batch)
      return { batch: found.value, created: false }
    })
  const find = (id: string) =>
    Effect.map(sql<BatchRow>`SELECT ${batchColumns} FROM mistral_batch WHERE id = ${id}`, firstBatch)

  return {
    create: (batch) => run("create", create(batch)),
    find: (id) => run("find", find(id)),
    fetch: (key) =>
      run(
        "fetch",
        Effect.map(sql<BatchRow>`SELECT ${batchColumns} FROM mistral_batch WHERE key = ${key}`, firstBatch)
      ),
    list: run(
      "list",
      Effect.map(
        sql<BatchRow>`SELECT ${batchColumns} FROM mistral_batch ORDER BY key DESC`,
        (rows) => rows.map(toBatch)
      )
    ),
    remove: (key) =>
      transaction(
        "remove",
        Effect.gen(function*() {
          yield* lockBatch(key)
          const [first, end] = [firstItem(key), endOfItems(key)]
          yield* sql`DELETE FROM mistral_batch_answer WHERE position >= ${first} AND position < ${end}`
          yield* sql`DELETE FROM mistral_batch_prompt WHERE batch = ${key}`
          yield* sql`DELETE FROM mistral_batch_item WHERE id >= ${first} AND id < ${end}`
          yield* sql`DELETE FROM mistral_batch_part WHERE batch = ${key}`
          yield* sql`DELETE FROM mistral_batch WHERE key = ${key}`
        })
      ),
    setState: (key, change) =>
      transaction(
        "setState",
        Effect.gen(function*() {
          const row = yield* lockBatch(key)
          if (row === undefined) return yield* Effect.fail(noBatch("setState"))
          if (!change.from.includes(row.state)) return toBatch(row)
          const now = yield* Clock.currentTimeMillis
          const ended = change.state === "completed" || change.state === "cancelled"
          const endedAt = ended ? now : change.state === "running" ? null : row.ended_at
          const reason = change.state === "running" ? null : change.reason ?? null
          const settings = change.settings === undefined ? row.settings : JSON.stringify(change.settings)
          const newRun = change.newRun === true
          if (newRun) yield* sql`UPDATE mistral_batch_part SET state = 0 WHERE batch = ${key} AND state = 1`
          const [changed] = yield* sql<BatchRow>`
            UPDATE mistral_batch SET state = ${change.state}, reason = ${reason}, settings = ${settings},
              ended_at = ${endedAt}, run = ${Number(row.run) + (newRun ? 1 : 0)},
              supervisor = ${newRun ? null : row.supervisor}, supervised_at = ${newRun ? null : row.supervised_at}
            WHERE key = ${key}
            RETURNING ${batchColumns}`
          return toBatch(changed ?? row)
        })
      ),
    supervise: (key, runNumber, supervisor) =>
      run(
        "supervise",
        Effect.gen(function*() {
          const now = yield* Clock.currentTimeMillis
          const rows = yield* sql`
            UPDATE mistral_batch SET supervisor = ${supervisor}, supervised_at = ${now}
            WHERE key = ${key} AND run = ${runNumber} AND state = 'running'
            RETURNING key`
          return rows.length > 0
        })
      )
  }
}

const firstBatch = ([row]: ReadonlyArray<BatchRow>): Option.Option<Batch> =>
  row === undefined ? Option.none() : Option.some(toBatch(row))

/** The failure of an operation on a batch that was removed. */
export const noBatch = (operation: string): LedgerError => refused(operation, "the batch was removed")
