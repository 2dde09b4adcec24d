import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Batch, Outcome, Service } from "../../LedgerModel.ts"
import { type BatchRow, type SqlNumber, toBatch } from "./batchRow.ts"
import type { HeldClaims } from "./heldClaims.ts"
import { firstItem } from "./itemNumber.ts"
import { add, type Tally, tally } from "./outcomeTally.ts"
import type { Store } from "./store.ts"

/** Writes outcomes, and tells a worker what became of its parts. */
export const commitOperation = (
  { batchColumns, integer, rows, run, scalars, sql, text, transaction }: Store,
  held: HeldClaims
): Pick<Service, "commit"> => {
  /** Adds to the counts of a batch. It locks the batch, so that positions are given in the order of commits. */
  const count = (
    key: number,
    { answered, asked, completionTokens, failed, perhapsPaidTwice, promptTokens }: Tally,
    positions: number
  ) =>
    sql<BatchRow>`
      UPDATE mistral_batch SET answered = answered + ${answered}, failed = failed + ${failed}, asked = asked + ${asked},
        perhaps_paid_twice = perhaps_paid_twice + ${perhapsPaidTwice}, prompt_tokens = prompt_tokens + ${promptTokens},
        completion_tokens = completion_tokens + ${completionTokens}, next_position = next_position + ${positions}
      WHERE key = ${key}
      RETURNING ${batchColumns}`

  const insert = (first: number, position: number, outcomes: ReadonlyArray<Outcome>) =>
    sql<{ readonly item: SqlNumber }>`
      INSERT INTO mistral_batch_answer
        (position, item, failed, claim, asked, prompt_tokens, completion_tokens, body)
      SELECT ${integer(0)}, ${integer(1)}, ${integer(2)}, ${integer(3)}, ${integer(4)}, ${integer(5)}, ${integer(6)}, ${
      text(7)
    }
      FROM ${
      rows(outcomes.map((outcome, index) => [
        first + position + index,
        first + outcome.seq,
        outcome.failed ? 1 : 0,
        outcome.claim,
        outcome.asked,
        outcome.promptTokens,
        outcome.completionTokens,
        outcome.body
      ]))
    }
      WHERE true
      ON CONFLICT (item) DO NOTHING
      RETURNING item`

  /** The counts of outcomes that were not written, because their items have one, are corrected. */
  const correct = (
    key: number,
    outcomes: ReadonlyArray<Outcome>,
    written: ReadonlyArray<{ readonly item: SqlNumber }>
  ): Effect.Effect<ReadonlyArray<BatchRow>, SqlError> =>
    Effect.gen(function*() {
      const first = firstItem(key)
      const fresh = new Set(written.map(({ item }) => Number(item)))
      const repeated = outcomes.filter(({ seq }) => !fresh.delete(first + seq))
      const stored = yield* sql<{ readonly item: SqlNumber; readonly claim: SqlNumber }>`
        SELECT item, claim FROM mistral_batch_answer
        WHERE item IN (SELECT CAST(r.value AS bigint) FROM ${scalars(repeated.map(({ seq }) => first + seq))})`
      const claims = new Map(stored.map(({ claim, item }) => [Number(item), Number(claim)]))
      const change = add(repeated.map((outcome) => {
        const { answered, asked, completionTokens, failed, perhapsPaidTwice, promptTokens } = tally(outcome)
        return claims.get(first + outcome.seq) === outcome.claim
          // The same outcome came twice, as after a commit whose end was not seen.
          ? {
            answered: -answered,
            failed: -failed,
            asked: -asked,
            perhapsPaidTwice: -perhapsPaidTwice,
            promptTokens: -promptTokens,
            completionTokens: -completionTokens
          }
          : {
            answered: -answered,
            failed: -failed,
            asked: 0,
            perhapsPaidTwice: asked - perhapsPaidTwice,
            promptTokens: 0,
            completionTokens: 0
          }
      }))
      return yield* count(key, change, 0)
    })

  const write = (key: number, outcomes: ReadonlyArray<Outcome>): Effect.Effect<ReadonlyArray<Batch>, SqlError> =>
    Effect.gen(function*() {
      const [batch] = yield* count(key, add(outcomes.map(tally)), outcomes.length)
      // It was removed.
      if (batch === undefined) return []
      const written = yield* insert(firstItem(key), Number(batch.next_position) - outcomes.length, outcomes)
      if (written.length === outcomes.length) return [toBatch(batch)]
      return (yield* correct(key, outcomes, written)).map(toBatch)
    })

  const lost = (worker: string, outcomes: ReadonlyArray<Outcome>) =>
    Effect.gen(function*() {
      const claims = held.of(worker, outcomes)
      if (claims.length === 0) return { claims, lost: [] }
      const found = yield* sql<{ readonly place: SqlNumber }>`
        SELECT ${integer(3)} AS place FROM ${
        rows(claims.map(({ claim, key, part }, place) => [key, part, claim, place]))
      }
        CROSS JOIN mistral_batch_part p
        WHERE p.batch = ${integer(0)} AND p.part = ${integer(1)} AND p.claim = ${integer(2)}`
      const places = new Set(found.map(({ place }) => Number(place)))
      return { claims, lost: claims.filter((_, place) => !places.has(place)) }
    })

  const commit = (worker: string, outcomes: ReadonlyArray<Outcome>) =>
    Effect.gen(function*() {
      const batches: Array<Batch> = []
      for (const [key, ofBatch] of byBatch(outcomes)) batches.push(...(yield* write(key, ofBatch)))
      const parts = yield* lost(worker, outcomes)
      const others = new Set(parts.claims.map(({ key }) => key))
      for (const { key } of outcomes) others.delete(key)
      if (others.size > 0) {
        const found = yield* sql<BatchRow>`
          SELECT ${batchColumns} FROM mistral_batch
          WHERE key IN (SELECT CAST(r.value AS integer) FROM ${scalars([...others])})`
        batches.push(...found.map(toBatch))
      }
      return { batches, lost: parts.lost }
    })

  return {
    commit: (worker, outcomes) =>
      outcomes.length === 0 ? run("commit", commit(worker, outcomes)) : transaction("commit", commit(worker, outcomes))
  }
}

/** The outcomes of each batch, in the order of their keys: see `Store.lockBatch`. */
const byBatch = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<readonly [number, ReadonlyArray<Outcome>]> => {
  const batches = new Map<number, Array<Outcome>>()
  for (const outcome of outcomes) {
    const known = batches.get(outcome.key)
    if (known === undefined) batches.set(outcome.key, [outcome])
    else known.push(outcome)
  }
  return [...batches].sort(([one], [other]) => one - other)
}
