import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { storeError } from "./limitsError.ts"
import type { SharedLimits } from "./sharedLimits.ts"
import type { StoreTime } from "./storeTime.ts"

/** Shared limits of all processes that use a database. The limits that were learned stay there. */
export const makeSharedSql = (key: string, time: StoreTime): Effect.Effect<SharedLimits, never, SqlClient> =>
  Effect.map(SqlClient, (sql): SharedLimits => {
    const now = time(sql)
    const learn = (kind: "requests" | "tokens", perMinute: number) =>
      sql`INSERT INTO mistral_rate_limit (kind, key, amount)
        VALUES (${kind}, ${key}, CAST(${perMinute} AS double precision))
        ON CONFLICT (kind, key) DO UPDATE SET amount = excluded.amount`.pipe(
        Effect.mapError(storeError("learn")),
        Effect.asVoid
      )
    return {
      view: Effect.flatMap(
        now,
        (now) =>
          sql<{ kind: string; amount: number; millis: number }>`SELECT kind, amount, at - ${now} AS millis
          FROM mistral_rate_limit WHERE kind IN ('pause', 'requests', 'tokens') AND key = ${key}`
      ).pipe(
        Effect.map((rows) => {
          const amount = (kind: string) => rows.find((row) => row.kind === kind)?.amount
          const pause = rows.find((row) => row.kind === "pause")?.millis ?? 0
          return { pausedFor: Math.max(0, pause), requests: amount("requests"), tokens: amount("tokens") }
        }),
        Effect.mapError(storeError("view"))
      ),
      pause: (millis) =>
        Effect.flatMap(now, (now) =>
          sql`INSERT INTO mistral_rate_limit AS r (kind, key, at)
            SELECT 'pause', ${key}, ${now} + CAST(${millis} AS double precision) WHERE true
            ON CONFLICT (kind, key) DO UPDATE SET at = CASE WHEN r.at > excluded.at THEN r.at ELSE excluded.at END`)
          .pipe(
            Effect.mapError(storeError("pause")),
            Effect.asVoid
          ),
      learn: ({ requests, tokens }) =>
        Effect.andThen(
          requests === undefined ? Effect.void : learn("requests", requests),
          tokens === undefined ? Effect.void : learn("tokens", tokens)
        )
    }
  })
