import type { AdaptivePhase } from "effect/persistence/RateLimiter"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"

/** The state of a limit that refusals teach is kept for a minute longer than it is needed, as by Effect's own stores. */
const graceMillis = 60_000

/** A learned window is at most an hour long, as in Effect's own stores. */
export const longestWindow = 3_600_000

export interface Consume {
  readonly key: string
  readonly tokens: number
  readonly fallbackWindow: number
}

export interface Consumed {
  readonly phase: AdaptivePhase
  readonly epoch: number
  readonly result: number
}

/**
 * Counts tokens of a state that is there. Without a row in the result there is none.
 *
 * *Details*: `waking` is the end of a cooldown, with which learning begins. A learned limit is a number of tokens in a window:
 * `at` moves on by the time that the tokens are worth, and tokens of later windows wait for them.
 */
export const consume = (sql: SqlClient, now: Fragment, { fallbackWindow, key, tokens }: Consume): Statement<Consumed> =>
  sql<Consumed>`UPDATE mistral_rate_limit AS r
    SET (phase, epoch, at, started, amount, expires, result) = (
      SELECT
        CASE WHEN waking = 1 THEN 'learning' ELSE r.phase END,
        r.epoch + waking,
        until,
        CASE WHEN waking = 1 THEN now ELSE r.started END,
        observed,
        CASE WHEN waking = 1 THEN now + fallback_window + ${graceMillis} ELSE r.expires END,
        CASE WHEN r.phase = 'cooldown' AND waking = 0 THEN r.at - now
          WHEN r.phase = 'learned' THEN
            CASE WHEN floor((observed - 1) / r.learned_limit) * r.learned_window - (observed * per_token - (until - now)) > 0
              THEN floor((observed - 1) / r.learned_limit) * r.learned_window - (observed * per_token - (until - now))
              ELSE 0 END
          ELSE 0 END
      FROM (SELECT now, fallback_window, waking, per_token,
          CASE WHEN waking = 1 THEN tokens
            WHEN r.phase = 'learning' THEN r.amount + tokens
            WHEN r.phase = 'learned' THEN CASE WHEN r.at <= now THEN 0 ELSE r.amount END + tokens
            ELSE r.amount END AS observed,
          CASE WHEN r.phase = 'learned' THEN CASE WHEN r.at <= now THEN now ELSE r.at END + per_token * tokens
            ELSE r.at END AS until
        FROM (SELECT now, tokens, fallback_window,
            CASE WHEN r.phase = 'cooldown' AND r.at <= now THEN 1 ELSE 0 END AS waking,
            CASE WHEN r.learned_limit > 0 THEN r.learned_window / r.learned_limit ELSE 0 END AS per_token
          FROM (SELECT ${now} AS now,
            CAST(${tokens} AS double precision) AS tokens,
            CAST(${fallbackWindow} AS double precision) AS fallback_window) AS v) AS s) AS c)
    WHERE kind = 'adaptive' AND key = ${key} AND expires > ${now}
    RETURNING phase, epoch, result`

export interface Refusal {
  readonly key: string
  readonly epoch: number
  readonly tokens: number
  readonly retryAfter: number
}

/**
 * Records a refusal in the row of a key. Without a row in the result there is none.
 *
 * *Details*: `step` is what the refusal changes: `start` a cooldown where no state was kept, `extend` a cooldown, `learn` the
 * limit (the tokens that were accepted in the window until the server accepts more), `cool` down again, or nothing.
 */
export const refuse = (
  sql: SqlClient,
  now: Fragment,
  { epoch, key, retryAfter, tokens }: Refusal
): Statement<{ readonly epoch: number }> =>
  sql<{ readonly epoch: number }>`UPDATE mistral_rate_limit AS r
    SET (phase, epoch, at, started, amount, learned_limit, learned_window, expires) = (
      SELECT
        CASE step WHEN 'none' THEN r.phase WHEN 'learn' THEN 'learned' ELSE 'cooldown' END,
        CASE step WHEN 'start' THEN 0 WHEN 'learn' THEN r.epoch + 1 ELSE r.epoch END,
        until,
        CASE WHEN step IN ('start', 'cool') THEN 0 ELSE r.started END,
        CASE WHEN step IN ('start', 'cool') THEN 0 WHEN step = 'learn' THEN r.amount - tokens ELSE r.amount END,
        CASE WHEN step IN ('start', 'cool') THEN 0 WHEN step = 'learn' THEN r.amount - tokens ELSE r.learned_limit END,
        CASE WHEN step IN ('start', 'cool') THEN 0 WHEN step = 'learn' THEN span ELSE r.learned_window END,
        CASE step WHEN 'none' THEN r.expires WHEN 'learn' THEN now + span + ${graceMillis} ELSE until + ${graceMillis} END
      FROM (SELECT now, tokens, step, span,
          CASE step WHEN 'none' THEN r.at
            WHEN 'learn' THEN r.started + span
            WHEN 'extend' THEN CASE WHEN r.at > now + retry_after THEN r.at ELSE now + retry_after END
            ELSE now + retry_after END AS until
        FROM (SELECT now, tokens, retry_after,
            CASE WHEN r.expires <= now THEN CASE WHEN epoch = 0 THEN 'start' ELSE 'none' END
              WHEN r.epoch <> epoch THEN 'none'
              WHEN r.phase = 'cooldown' THEN 'extend'
              WHEN r.phase = 'learning' AND r.amount - tokens > 0 THEN 'learn'
              ELSE 'cool' END AS step,
            CASE WHEN now - r.started + retry_after <= 0 THEN 1
              WHEN now - r.started + retry_after > ${longestWindow} THEN ${longestWindow}
              ELSE now - r.started + retry_after END AS span
          FROM (SELECT ${now} AS now,
            CAST(${epoch} AS double precision) AS epoch,
            CAST(${tokens} AS double precision) AS tokens,
            CAST(${retryAfter} AS double precision) AS retry_after) AS v) AS s) AS c)
    WHERE kind = 'adaptive' AND key = ${key}
    RETURNING epoch`

/** Makes a row without a state, unless there is one. */
export const makeAdaptive = (sql: SqlClient, key: string): Statement<unknown> =>
  sql`INSERT INTO mistral_rate_limit (kind, key) VALUES ('adaptive', ${key}) ON CONFLICT (kind, key) DO NOTHING`
