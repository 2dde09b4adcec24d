import * as Effect from "effect/Effect"
import type { OutcomeQuery, Service, StoredOutcome } from "../../LedgerModel.ts"
import type { SqlNumber } from "./batchRow.ts"
import { endOfItems, firstItem } from "./itemNumber.ts"
import type { Store } from "./store.ts"

interface OutcomeRow {
  readonly seq: SqlNumber
  readonly same_as: SqlNumber | null
  readonly item: string
  /** This and the following are null where the item has no outcome. */
  readonly position: SqlNumber | null
  readonly failed: SqlNumber
  readonly body: string
  readonly asked: SqlNumber
  readonly prompt_tokens: SqlNumber
  readonly completion_tokens: SqlNumber
}

/** Reads outcomes back, page by page. */
export const outcomesOperation = ({ run, sql }: Store): Pick<Service, "outcomes"> => {
  const { literal } = sql
  const columns = (first: number) =>
    sql`i.id - ${first} AS seq, i.same_as AS same_as, i.item AS item, a.position - ${first} AS position,
      a.failed AS failed, a.body AS body, a.asked AS asked, a.prompt_tokens AS prompt_tokens,
      a.completion_tokens AS completion_tokens`
  const withOutcome = { answered: literal("AND a.failed = 0"), failed: literal("AND a.failed = 1"), any: literal("") }

  const inCompletionOrder = (key: number, { after, limit, only }: OutcomeQuery) => {
    const first = firstItem(key)
    return sql<OutcomeRow>`
      SELECT ${columns(first)} FROM mistral_batch_answer a JOIN mistral_batch_item i ON i.id = a.item
      WHERE a.position > ${first + after} AND a.position < ${endOfItems(key)} ${withOutcome[only ?? "any"]}
      ORDER BY a.position LIMIT ${limit}`
  }

  const inItemOrder = (key: number, { after, limit, only, order, skipOpen }: OutcomeQuery) => {
    const first = firstItem(key)
    const join = literal(skipOpen === true || only !== undefined ? "JOIN" : "LEFT JOIN")
    const identical = literal(order === "identical" ? "AND i.same_as IS NOT NULL" : "")
    return sql<OutcomeRow>`
      SELECT ${columns(first)} FROM mistral_batch_item i
      ${join} mistral_batch_answer a ON a.item = coalesce(${first} + i.same_as, i.id)
      WHERE i.id > ${first + after} AND i.id < ${endOfItems(key)} ${identical} ${withOutcome[only ?? "any"]}
      ORDER BY i.id LIMIT ${limit}`
  }

  /** Failures are few: they are found by their index, and not by reading all items. */
  const failuresInItemOrder = (key: number, { after, limit }: OutcomeQuery) => {
    const first = firstItem(key)
    const [from, end] = [first + after, endOfItems(key)]
    return sql<OutcomeRow>`
      SELECT ${columns(first)} FROM (
        SELECT f.item AS id FROM mistral_batch_answer f WHERE f.failed = 1 AND f.item > ${from} AND f.item < ${end}
        UNION ALL
        SELECT d.id AS id FROM mistral_batch_item d JOIN mistral_batch_answer f ON f.item = ${first} + d.same_as
        WHERE d.same_as IS NOT NULL AND d.id > ${from} AND d.id < ${end} AND f.failed = 1
        ORDER BY id LIMIT ${limit}
      ) AS wanted
      JOIN mistral_batch_item i ON i.id = wanted.id
      JOIN mistral_batch_answer a ON a.item = coalesce(${first} + i.same_as, i.id)
      ORDER BY i.id`
  }

  const read = (key: number, query: OutcomeQuery) =>
    query.order === "completion"
      ? inCompletionOrder(key, query)
      : query.order === "items" && query.only === "failed"
      ? failuresInItemOrder(key, query)
      : inItemOrder(key, query)

  return {
    outcomes: (key, query) => run("outcomes", Effect.map(read(key, query), toOutcomes))
  }
}

/** The outcomes up to the first item that has none. */
const toOutcomes = (rows: ReadonlyArray<OutcomeRow>): ReadonlyArray<StoredOutcome> => {
  const outcomes: Array<StoredOutcome> = []
  for (const row of rows) {
    if (row.position === null) break
    outcomes.push({
      seq: Number(row.seq),
      position: Number(row.position),
      identical: row.same_as !== null,
      item: row.item,
      failed: Number(row.failed) === 1,
      body: row.body,
      asked: Number(row.asked),
      promptTokens: Number(row.prompt_tokens),
      completionTokens: Number(row.completion_tokens)
    })
  }
  return outcomes
}
