import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * The tables of the ledger.
 *
 * An item has one number in all tables: the key of its batch times 2^32, plus its `seq`. It is the row id of SQLite, so that the
 * table needs no second index, and the items of a batch lie side by side. An answer has its position in the same way, and
 * is therefore always written at the end of its table, which keeps SQLite's pages full.
 *
 * `mistral_batch_prompt` finds the first `indexed` items of a batch by their hash while it is loaded, and is emptied then. See
 * `makePrompts`.
 */
export const ledgerTables = (sql: SqlClient): Effect.Effect<void, SqlError> =>
  Effect.forEach(statements(sql.onDialectOrElse({ pg: () => true, orElse: () => false })), (text) => sql.unsafe(text), {
    discard: true
  })

const statements = (pg: boolean): ReadonlyArray<string> => {
  const key = pg ? "integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "integer PRIMARY KEY AUTOINCREMENT"
  const bigint = pg ? "bigint" : "integer"
  const withoutRowid = pg ? "" : " WITHOUT ROWID"
  return [
    `CREATE TABLE mistral_batch (
      key ${key},
      id text NOT NULL UNIQUE,
      fingerprint text NOT NULL,
      settings text NOT NULL,
      state text NOT NULL,
      reason text,
      run integer NOT NULL,
      part_size integer NOT NULL,
      parts integer NOT NULL DEFAULT 0,
      parts_done integer NOT NULL DEFAULT 0,
      loaded integer NOT NULL DEFAULT 0,
      indexed ${bigint} NOT NULL DEFAULT 0,
      items ${bigint} NOT NULL DEFAULT 0,
      identical ${bigint} NOT NULL DEFAULT 0,
      answered ${bigint} NOT NULL DEFAULT 0,
      failed ${bigint} NOT NULL DEFAULT 0,
      asked ${bigint} NOT NULL DEFAULT 0,
      perhaps_paid_twice ${bigint} NOT NULL DEFAULT 0,
      prompt_tokens ${bigint} NOT NULL DEFAULT 0,
      completion_tokens ${bigint} NOT NULL DEFAULT 0,
      next_position ${bigint} NOT NULL DEFAULT 0,
      created_at ${bigint} NOT NULL,
      ended_at ${bigint},
      supervisor text,
      supervised_at ${bigint}
    )`,
    // `state`: 0 is open, 1 handed out, 2 done. `claim_run` is the run of the last claim.
    `CREATE TABLE mistral_batch_part (
      batch integer NOT NULL,
      part integer NOT NULL,
      first_seq ${bigint} NOT NULL,
      last_seq ${bigint} NOT NULL,
      hash ${bigint} NOT NULL,
      state integer NOT NULL DEFAULT 0,
      claim integer NOT NULL DEFAULT 0,
      claim_run integer NOT NULL DEFAULT 0,
      worker text,
      job text,
      PRIMARY KEY (batch, part)
    )${withoutRowid}`,
    `CREATE INDEX mistral_batch_part_unfinished ON mistral_batch_part (batch, state, part) WHERE state < 2`,
    `CREATE TABLE mistral_batch_item (
      id ${bigint} PRIMARY KEY,
      hash integer NOT NULL,
      same_as ${bigint},
      item text NOT NULL
    )`,
    `CREATE INDEX mistral_batch_item_identical ON mistral_batch_item (id) WHERE same_as IS NOT NULL`,
    `CREATE TABLE mistral_batch_prompt (
      batch integer NOT NULL,
      hash integer NOT NULL,
      seq ${bigint} NOT NULL,
      PRIMARY KEY (batch, hash, seq)
    )${withoutRowid}`,
    // `uncharged` is how many of its requests have not been counted yet as perhaps paid twice.
    `CREATE TABLE mistral_batch_worker (
      id text PRIMARY KEY,
      concurrency integer NOT NULL,
      uncharged integer NOT NULL
    )${withoutRowid}`,
    `CREATE TABLE mistral_batch_answer (
      position ${bigint} PRIMARY KEY,
      item ${bigint} NOT NULL UNIQUE,
      failed integer NOT NULL,
      claim integer NOT NULL,
      asked integer NOT NULL,
      prompt_tokens integer NOT NULL,
      completion_tokens integer NOT NULL,
      body text NOT NULL
    )`,
    `CREATE INDEX mistral_batch_answer_failed ON mistral_batch_answer (item) WHERE failed = 1`
  ]
}
