import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"
import * as adaptive from "./adaptiveStatements.ts"
import * as bucket from "./bucketStatements.ts"
import { storeError } from "./limitsError.ts"
import type { StoreTime } from "./storeTime.ts"

/** No refill takes less than this many milliseconds: a division by zero fails. It is less than any Duration but zero. */
const shortestRefill = 1e-7

/**
 * Makes a `RateLimiterStore` over the table of rate limits.
 *
 * *Details*: each operation is one atomic statement on a row. The first operation of a key makes the row, and repeats the
 * statement. The numbers are those of Effect's store in memory.
 */
export const makeSqlStore = (
  time: StoreTime
): Effect.Effect<RateLimiter.RateLimiterStore["Service"], never, SqlClient> =>
  Effect.map(SqlClient, (sql) => {
    const now = time(sql)

    /** Runs a statement on a row, and makes the row where there is none. */
    const onRow = <A, B>(
      operation: string,
      change: (now: Fragment) => Statement<A>,
      make: (now: Fragment) => Statement<B>
    ): Effect.Effect<A, RateLimiter.RateLimiterError> => {
      const attempt: Effect.Effect<A | undefined, SqlError> = Effect.map(Effect.flatMap(now, change), ([row]) => row)
      return Effect.flatMap(attempt, (row) =>
        row !== undefined
          ? Effect.succeed(row)
          : Effect.andThen(Effect.flatMap(now, make), attempt)).pipe(
          Effect.mapError(storeError(operation)),
          Effect.flatMap((row) =>
            row !== undefined ? Effect.succeed(row) : Effect.fail(storeError(operation)(undefined))
          )
        )
    }

    return RateLimiter.RateLimiterStore.of({
      fixedWindow({ key, limit, refillRate, tokens }) {
        const take: bucket.Take = {
          key,
          tokens,
          capacity: limit ?? 0,
          refill: Duration.toMillis(refillRate),
          allowOverflow: false
        }
        return Effect.map(
          onRow("fixedWindow", (now) => bucket.countInWindow(sql, now, take), () => bucket.makeWindow(sql, take)),
          ({ rest, result }) => [result, rest] as const
        )
      },
      tokenBucket({ allowOverflow, key, limit, refillRate, tokens }) {
        const refill = Math.max(shortestRefill, Duration.toMillis(refillRate))
        const take: bucket.Take = { key, tokens, capacity: limit, refill, allowOverflow }
        return Effect.map(
          onRow(
            "tokenBucket",
            (now) => bucket.takeFromBucket(sql, now, take),
            (now) => bucket.makeBucket(sql, now, take)
          ),
          ({ rest, result }) => [result, rest] as const
        )
      },
      adaptiveConsume({ fallbackWindow, key, tokens }) {
        const consume = { key, tokens, fallbackWindow: Duration.toMillis(fallbackWindow) }
        return Effect.flatMap(now, (now) => adaptive.consume(sql, now, consume)).pipe(
          Effect.mapError(storeError("adaptiveConsume")),
          Effect.map(([row]): RateLimiter.AdaptiveConsumeResult =>
            row === undefined
              ? { delay: Duration.zero, epoch: 0, phase: "inactive" }
              : { delay: Duration.millis(row.result), epoch: row.epoch, phase: row.phase }
          )
        )
      },
      adaptiveFeedback({ epoch, key, retryAfter, status, tokens }) {
        if (status !== 429 || retryAfter === undefined) return Effect.void
        const millis = Duration.toMillis(retryAfter)
        const refusal = {
          key,
          epoch,
          tokens,
          retryAfter: millis > 0 ? Math.min(millis, adaptive.longestWindow) : 1
        }
        return Effect.asVoid(
          onRow(
            "adaptiveFeedback",
            (now) => adaptive.refuse(sql, now, refusal),
            () => adaptive.makeAdaptive(sql, key)
          )
        )
      }
    })
  })
