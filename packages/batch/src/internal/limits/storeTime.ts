import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

/** The current time of the store in a statement, in milliseconds since the epoch. */
export type StoreTime = (sql: SqlClient) => Effect.Effect<Fragment>

/** The time of Effect's clock, which a test can move. It is for a database of one process. */
export const clockTime: StoreTime = (sql) =>
  Effect.clockWith((clock) => Effect.sync(() => sql`CAST(${clock.currentTimeMillisUnsafe()} AS double precision)`))

/** The time of a PostgreSQL server, so that the clocks of the machines that use it do not matter. */
export const serverTime: StoreTime = (sql) =>
  Effect.succeed(sql.literal("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS double precision)"))

/** The server's time on PostgreSQL, where several machines share the store, and Effect's clock on SQLite. */
export const timeOfDialect: StoreTime = (sql) =>
  sql.onDialectOrElse({ pg: () => serverTime(sql), orElse: () => clockTime(sql) })
