import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Claim, JobStep, Service } from "../../LedgerModel.ts"
import { type BatchRow, type SqlNumber, toBatch } from "./batchRow.ts"
import type { HeldClaims } from "./heldClaims.ts"
import { firstItem } from "./itemNumber.ts"
import type { Store } from "./store.ts"

type Operations = Pick<Service, "openWorker" | "closeWorker" | "claim" | "release" | "charge" | "saveJob">

interface ClaimedRow {
  readonly first_seq: SqlNumber
  readonly last_seq: SqlNumber
  readonly hash: SqlNumber
  readonly claim: SqlNumber
  readonly worker: string | null
  readonly job: string | null
}

/** The operations of workers on parts. */
export const claimOperations = (
  { batchColumns, forUpdate, lockBatch, run, sql, transaction }: Store,
  held: HeldClaims
): Operations => {
  /** Counts what a dead worker may have been asking for, up to its concurrency in all. */
  const charge = (key: number, worker: string, open: number) =>
    Effect.gen(function*() {
      const [dead] = yield* sql<{ readonly uncharged: SqlNumber }>`
        SELECT uncharged FROM mistral_batch_worker WHERE id = ${worker} ${forUpdate}`
      const count = Math.min(open, Number(dead?.uncharged ?? 0))
      if (count === 0) return undefined
      yield* sql`UPDATE mistral_batch_worker SET uncharged = uncharged - ${count} WHERE id = ${worker}`
      const [batch] = yield* sql<BatchRow>`
        UPDATE mistral_batch SET perhaps_paid_twice = perhaps_paid_twice + ${count} WHERE key = ${key}
        RETURNING ${batchColumns}`
      return batch
    })

  const claim = (key: number, part: number, runNumber: number, worker: string) =>
    Effect.gen(function*() {
      const batch = yield* lockBatch(key)
      if (batch === undefined || batch.state !== "running" || Number(batch.run) !== runNumber) return Option.none()
      const [row] = yield* sql<ClaimedRow>`
        SELECT first_seq, last_seq, hash, claim, worker, job FROM mistral_batch_part
        WHERE batch = ${key} AND part = ${part} AND state < 2`
      if (row === undefined) return Option.none()
      const number = Number(row.claim) + 1
      yield* sql`
        UPDATE mistral_batch_part SET claim = ${number}, worker = ${worker}, claim_run = ${runNumber}, state = 1
        WHERE batch = ${key} AND part = ${part}`
      const first = firstItem(key)
      const items = yield* sql<{ readonly seq: SqlNumber; readonly item: string; readonly hash: SqlNumber }>`
        SELECT i.id - ${first} AS seq, i.item AS item, i.hash AS hash FROM mistral_batch_item i
        WHERE i.id >= ${first + Number(row.first_seq)} AND i.id <= ${first + Number(row.last_seq)}
          AND i.same_as IS NULL AND NOT EXISTS (SELECT 1 FROM mistral_batch_answer a WHERE a.item = i.id)
        ORDER BY i.id`
      const charged = row.worker === null || row.worker === worker
        ? undefined
        : yield* charge(key, row.worker, items.length)
      return Option.some<Claim>({
        part,
        first: Number(row.first_seq),
        last: Number(row.last_seq),
        hash: Number(row.hash),
        batch: toBatch(charged ?? batch),
        claim: number,
        // The cast is safe: `saveJob` wrote it.
        job: row.job === null ? null : JSON.parse(row.job) as JobStep,
        items: items.map(({ hash, item, seq }) => ({ seq: Number(seq), item, hash: Number(hash) }))
      })
    })

  return {
    openWorker: ({ concurrency, id }) =>
      run(
        "openWorker",
        Effect.asVoid(sql`
          INSERT INTO mistral_batch_worker (id, concurrency, uncharged) VALUES (${id}, ${concurrency}, ${concurrency})
          ON CONFLICT (id) DO UPDATE SET concurrency = excluded.concurrency, uncharged = excluded.uncharged`)
      ),
    closeWorker: (id) =>
      Effect.tap(
        run("closeWorker", Effect.asVoid(sql`DELETE FROM mistral_batch_worker WHERE id = ${id}`)),
        () => Effect.sync(() => held.close(id))
      ),
    claim: (key, part, runNumber, worker) =>
      // A worker that was taken for dead lives: if it dies later, it may lose as many requests again. Outside of the
      // transaction, which may lock another worker.
      run(
        "claim",
        sql`UPDATE mistral_batch_worker SET uncharged = concurrency WHERE id = ${worker} AND uncharged < concurrency`
      ).pipe(
        Effect.andThen(transaction("claim", claim(key, part, runNumber, worker))),
        Effect.tap((claimed) =>
          Effect.sync(() => {
            if (Option.isSome(claimed)) held.add(worker, { key, part, claim: claimed.value.claim })
          })
        )
      ),
    release: (claimed, { asked = 0, done, doubtful }) =>
      Effect.tap(
        transaction(
          "release",
          Effect.gen(function*() {
            const { claim, key, part } = claimed
            const batch = yield* lockBatch(key)
            if (batch === undefined) return
            const first = firstItem(key)
            // An item may have become open again meanwhile. A part that a later run has handed out stays so.
            const released = yield* sql<{ readonly state: SqlNumber }>`
              UPDATE mistral_batch_part SET worker = NULL, state = CASE
                WHEN ${done ? 1 : 0} = 1 AND NOT EXISTS (
                  SELECT 1 FROM mistral_batch_item i
                  WHERE i.id >= ${first} + first_seq AND i.id <= ${first} + last_seq AND i.same_as IS NULL
                    AND NOT EXISTS (SELECT 1 FROM mistral_batch_answer a WHERE a.item = i.id)
                ) THEN 2
                WHEN claim_run = ${batch.run} THEN 0
                ELSE state END
              WHERE batch = ${key} AND part = ${part} AND claim = ${claim} AND worker IS NOT NULL AND state < 2
              RETURNING state`
            if (released.length === 0) return
            const finished = released.some(({ state }) => Number(state) === 2) ? 1 : 0
            if (finished === 0 && doubtful === 0 && asked === 0) return
            yield* sql`
              UPDATE mistral_batch SET parts_done = parts_done + ${finished},
                asked = asked + ${asked}, perhaps_paid_twice = perhaps_paid_twice + ${doubtful}
              WHERE key = ${key}`
          })
        ),
        () => Effect.sync(() => held.remove(claimed))
      ),
    charge: (key, { asked, completionTokens, doubtful, promptTokens }) =>
      run(
        "charge",
        Effect.asVoid(sql`
          UPDATE mistral_batch SET asked = asked + ${asked}, perhaps_paid_twice = perhaps_paid_twice + ${doubtful},
            prompt_tokens = prompt_tokens + ${promptTokens}, completion_tokens = completion_tokens + ${completionTokens}
          WHERE key = ${key}`)
      ),
    saveJob: ({ claim, key, part }, job) =>
      run(
        "saveJob",
        Effect.map(
          sql`
            UPDATE mistral_batch_part SET job = ${job === null ? null : JSON.stringify(job)}
            WHERE batch = ${key} AND part = ${part} AND claim = ${claim} AND worker IS NOT NULL
            RETURNING part`,
          (rows) => rows.length > 0
        )
      )
  }
}
