/** A database in memory with the table of rate limits. */
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { rateLimitTable } from "../../../src/internal/sql/rateLimitTable.ts"

export const layerTable: Layer.Layer<never, unknown, SqlClient.SqlClient> = Layer.effectDiscard(
  Effect.flatMap(SqlClient.SqlClient, rateLimitTable)
)

export const layerSqlite = Layer.provideMerge(layerTable, SqliteClient.layer({ filename: ":memory:" }))
