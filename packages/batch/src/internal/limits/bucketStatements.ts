import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"

/** What a statement on a bucket or a window needs. `capacity` 0 is a window without a limit. */
export interface Take {
  readonly key: string
  readonly tokens: number
  readonly capacity: number
  readonly refill: number
  readonly allowOverflow: boolean
}

/** What is left, or was taken, and the milliseconds since the refill interval began, or until the window ends. */
export interface Taken {
  readonly result: number
  readonly rest: number
}

/** The values of a statement and the time as the one row of a table, so that each is in the statement once. */
const values = (sql: SqlClient, now: Fragment, { allowOverflow, capacity, refill, tokens }: Take): Fragment =>
  sql`(SELECT ${now} AS now,
    CAST(${tokens} AS double precision) AS tokens,
    CAST(${capacity} AS double precision) AS capacity,
    CAST(${refill} AS double precision) AS refill,
    CAST(${allowOverflow ? 1 : 0} AS integer) AS overflow) AS v`

/** Takes from a bucket that has a row. */
export const takeFromBucket = (sql: SqlClient, now: Fragment, take: Take): Statement<Taken> =>
  sql<Taken>`UPDATE mistral_rate_limit AS r SET (amount, at, result, rest) = (
    SELECT CASE WHEN overflow = 1 OR filled - tokens >= 0 THEN filled - tokens ELSE filled END,
      since,
      filled - tokens,
      CASE WHEN now > since THEN now - since ELSE 0 END
    FROM (SELECT now, tokens, overflow, filled, CASE WHEN filled >= capacity THEN now ELSE since END AS since
      FROM (SELECT now, tokens, overflow, capacity,
          CASE WHEN steps <= 0 THEN amount WHEN amount + steps < capacity THEN amount + steps ELSE capacity END AS filled,
          CASE WHEN steps <= 0 THEN since ELSE since + steps * refill END AS since
        FROM (SELECT now, tokens, overflow, capacity, refill, r.amount AS amount, r.at AS since,
            floor((now - r.at) / refill) AS steps
          FROM ${values(sql, now, take)}) AS s) AS f) AS b)
    WHERE kind = 'bucket' AND key = ${take.key}
    RETURNING result, rest`

/** Makes the row of a full bucket, unless there is one. */
export const makeBucket = (sql: SqlClient, now: Fragment, { capacity, key }: Take): Statement<unknown> =>
  sql`INSERT INTO mistral_rate_limit (kind, key, amount, at)
    SELECT 'bucket', ${key}, CAST(${capacity} AS double precision), ${now} WHERE true ON CONFLICT (kind, key) DO NOTHING`

/** Counts in a window that has a row. */
export const countInWindow = (sql: SqlClient, now: Fragment, take: Take): Statement<Taken> =>
  sql<Taken>`UPDATE mistral_rate_limit AS r SET (amount, at, result, rest) = (
    SELECT kept, until, amount + tokens, until - now
    FROM (SELECT now, tokens, amount,
        CASE WHEN exceeded = 1 THEN amount ELSE amount + tokens END AS kept,
        CASE WHEN exceeded = 1 THEN until ELSE until + refill * tokens END AS until
      FROM (SELECT now, tokens, refill, amount, until,
          CASE WHEN capacity <> 0 AND amount + tokens > capacity THEN 1 ELSE 0 END AS exceeded
        FROM (SELECT now, tokens, refill, capacity,
            CASE WHEN r.at <= now THEN 0 ELSE r.amount END AS amount,
            CASE WHEN r.at <= now THEN now ELSE r.at END AS until
          FROM ${values(sql, now, take)}) AS s) AS f) AS b)
    WHERE kind = 'window' AND key = ${take.key}
    RETURNING result, rest`

/** Makes the row of a window that has ended, unless there is one. */
export const makeWindow = (sql: SqlClient, { key }: Take): Statement<unknown> =>
  sql`INSERT INTO mistral_rate_limit (kind, key) VALUES ('window', ${key}) ON CONFLICT (kind, key) DO NOTHING`
