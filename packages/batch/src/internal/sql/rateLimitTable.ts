import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * The table of rate limits.
 *
 * *Details*: a row is one state of one key, whose `kind` says which columns it uses. Times are in milliseconds since the
 * epoch. All numbers are floating point, as they are in JavaScript, so that both databases compute the same.
 *
 * - `window`: `amount` was taken in the window that ends at `at`.
 * - `bucket`: `amount` is left, and `at` is the start of the current refill interval.
 * - `adaptive`: `phase` and `epoch`; `amount` was observed since `started`; `at` is the end of the cooldown, or of what was
 *   taken of the learned limit; the state counts until `expires`.
 * - `pause`: nobody sends before `at`.
 * - `requests`, `tokens`: `amount` a minute is the limit that was learned.
 *
 * `result` and `rest` are the results of the last change, for the statement that returns them.
 */
export const rateLimitTable = (sql: SqlClient): Effect.Effect<void, SqlError> =>
  Effect.asVoid(sql.unsafe(`CREATE TABLE mistral_rate_limit (
    kind text NOT NULL,
    key text NOT NULL,
    phase text NOT NULL DEFAULT '',
    epoch double precision NOT NULL DEFAULT 0,
    amount double precision NOT NULL DEFAULT 0,
    at double precision NOT NULL DEFAULT 0,
    started double precision NOT NULL DEFAULT 0,
    learned_limit double precision NOT NULL DEFAULT 0,
    learned_window double precision NOT NULL DEFAULT 0,
    expires double precision NOT NULL DEFAULT 0,
    result double precision NOT NULL DEFAULT 0,
    rest double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, key)
  )`))
