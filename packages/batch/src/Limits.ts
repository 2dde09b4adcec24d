/**
 * Limits of requests and tokens a minute that all processes of a program share.
 *
 * *Details*: a limit a minute is kept as a bucket of tokens (`effect/persistence/RateLimiter`) that holds about 100 ms worth
 * of it: 18,000 requests a minute are 30 in 100 ms, and 60 a minute are one in a second. So no second has more than about 1.2
 * times its share. A process takes what it needs for about 50 ms at once, at most 20 requests, so that most requests cost no
 * SQL statement.
 *
 * The tokens of a request are estimated before it is sent, and corrected by its usage with the next lease.
 *
 * After a 429, and after a 503 with `Retry-After`, no process sends for the time that the server gives: the others learn of
 * it within 250 ms. Without `Retry-After`, or with 0, it is a second, and twice as long after each further refusal, up to a minute.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import type { SqlClient } from "effect/sql/SqlClient"
import type { LedgerError } from "./BatchError.ts"
import { makeLimits, type Settings } from "./internal/limits/makeLimits.ts"
import type { Service } from "./internal/limits/service.ts"
import { makeSharedMemory } from "./internal/limits/sharedLimits.ts"
import { makeSharedSql } from "./internal/limits/sharedSql.ts"
import { makeSqlStore } from "./internal/limits/sqlStore.ts"
import { timeOfDialect } from "./internal/limits/storeTime.ts"
import { migrate } from "./internal/sql/migrate.ts"

export type { Feedback, Permit, Service } from "./internal/limits/service.ts"

/**
 * The limits that the live route obeys.
 *
 * @category services
 * @since 0.1.0
 */
export class Limits extends Context.Service<Limits, Service>()("@effect-mistral/batch/Limits") {}

/**
 * Options of limits.
 *
 * *Details*: processes with the same `key` share their limits. Give each API key, or each workspace, one of its own, and each
 * model too where models have limits that differ.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Default: `"mistral"`. */
  readonly key?: string | undefined
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  /**
   * Whether limits that are not set are learned. Default: true.
   *
   * *Details*: they are read from the `x-ratelimit-limit-*` headers of responses, and all send nothing for a while when
   * `x-ratelimit-remaining-*` is 0. A lower limit counts at once, a higher one when the lower one was not seen for a minute.
   *
   * Where a 429 has no such headers, the requests are counted for two minutes, and a further 429 then says how many are
   * accepted in which time (`adaptiveConsume` of the `RateLimiterStore`). Meanwhile each request costs an SQL statement.
   */
  readonly learn?: boolean | undefined
}

const settings = (options: Options | undefined): Settings => ({
  key: options?.key ?? "mistral",
  requests: positive("requestsPerMinute", options?.requestsPerMinute),
  tokens: positive("tokensPerMinute", options?.tokensPerMinute),
  learn: options?.learn ?? true
})

const positive = (name: string, value: number | undefined): number | undefined => {
  if (value === undefined || (value > 0 && Number.isFinite(value))) return value
  throw new RangeError(`${name} must be a number above 0, got ${value}`)
}

/**
 * Provides a `RateLimiterStore` over the database, for `RateLimiter` of `effect/persistence`, which has stores in memory and on
 * Redis only.
 *
 * *Details*: all four operations return what Effect's store in memory returns. Each is one atomic statement on a row of the table
 * `mistral_rate_limit`, which is made when the layer is built. On PostgreSQL the time is that of the server, so that the
 * clocks of the machines do not matter. On SQLite it is that of Effect's clock, which a test can move.
 *
 * *Gotchas*: rows stay. A program that makes keys without end has to delete the old ones.
 *
 * @category layers
 * @since 0.1.0
 */
export const storeSql: Layer.Layer<RateLimiter.RateLimiterStore, LedgerError, SqlClient> = Layer.effect(
  RateLimiter.RateLimiterStore,
  Effect.andThen(migrate, makeSqlStore(timeOfDialect))
)

/**
 * Provides limits that all processes share that use the database and the same `key`.
 *
 * *Details*: the table `mistral_rate_limit` is made when the layer is built. Limits that were learned stay in the database, and
 * the next process begins with them. An option that is not above 0 is a `RangeError`, thrown at once.
 *
 * *Gotchas*: processes with the same `key` must be given the same limits.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<Limits, LedgerError, SqlClient> => {
  const chosen = settings(options)
  return Layer.effect(
    Limits,
    Effect.flatMap(makeSharedSql(chosen.key, timeOfDialect), (shared) => makeLimits(chosen, shared))
  ).pipe(Layer.provide(storeSql))
}

/**
 * Provides limits that one process keeps in memory, for as long as it runs.
 *
 * *Details*: an option that is not above 0 is a `RangeError`, thrown at once.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory = (options?: Options): Layer.Layer<Limits> => {
  const chosen = settings(options)
  return Layer.effect(Limits, Effect.suspend(() => makeLimits(chosen, makeSharedMemory()))).pipe(
    Layer.provide(Layer.fresh(RateLimiter.layerStoreMemory))
  )
}

/**
 * Provides limits that allow each request at once and learn nothing.
 *
 * *When to use*: for a server without limits, such as a mock or the emulator.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerUnlimited: Layer.Layer<Limits> = Layer.succeed(Limits, {
  acquire: (tokens) => Effect.succeed({ tokens, epoch: 0 }),
  settle: () => Effect.void
})
