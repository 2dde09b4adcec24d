import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type { Batch, Settings, State } from "../../LedgerModel.ts"
import type { Fingerprint } from "../definition/definition.ts"

/** A number as a client gives it: PostgreSQL's 64 bits are a `bigint`, or text in some clients. */
export type SqlNumber = number | bigint | string

export interface BatchRow {
  readonly key: SqlNumber
  readonly id: string
  readonly fingerprint: string
  readonly settings: string
  readonly state: State
  readonly reason: string | null
  readonly run: SqlNumber
  readonly part_size: SqlNumber
  readonly parts: SqlNumber
  readonly parts_done: SqlNumber
  readonly loaded: SqlNumber
  readonly items: SqlNumber
  readonly identical: SqlNumber
  readonly answered: SqlNumber
  readonly failed: SqlNumber
  readonly asked: SqlNumber
  readonly perhaps_paid_twice: SqlNumber
  readonly prompt_tokens: SqlNumber
  readonly completion_tokens: SqlNumber
  readonly next_position: SqlNumber
  readonly created_at: SqlNumber
  readonly ended_at: SqlNumber | null
  readonly supervisor: string | null
  readonly supervised_at: SqlNumber | null
}

/** The columns of `BatchRow`. */
export const batchColumns = (sql: SqlClient): Fragment =>
  sql.literal(
    "key, id, fingerprint, settings, state, reason, run, part_size, parts, parts_done, loaded, items, identical, answered, "
      + "failed, asked, perhaps_paid_twice, prompt_tokens, completion_tokens, next_position, created_at, ended_at, "
      + "supervisor, supervised_at"
  )

export const toBatch = (row: BatchRow): Batch => ({
  key: Number(row.key),
  id: row.id,
  // The casts are safe: `create` and `setState` wrote them.
  fingerprint: JSON.parse(row.fingerprint) as Fingerprint,
  settings: JSON.parse(row.settings) as Settings,
  state: row.state,
  reason: row.reason,
  run: Number(row.run),
  partSize: Number(row.part_size),
  parts: Number(row.parts),
  loaded: Number(row.loaded) === 1,
  items: Number(row.items),
  identical: Number(row.identical),
  answered: Number(row.answered),
  failed: Number(row.failed),
  asked: Number(row.asked),
  perhapsPaidTwice: Number(row.perhaps_paid_twice),
  promptTokens: Number(row.prompt_tokens),
  completionTokens: Number(row.completion_tokens),
  createdAt: Number(row.created_at),
  endedAt: row.ended_at === null ? null : Number(row.ended_at),
  supervisor: row.supervisor,
  supervisedAt: row.supervised_at === null ? null : Number(row.supervised_at)
})
