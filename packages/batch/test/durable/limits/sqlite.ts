/** A database in memory. */
import { Limits } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { Layer } from "effect"

/** The database, with the table of rate limits. */
export const layerSqlite = Layer.provideMerge(
  Layer.orDie(Limits.storeSql),
  SqliteClient.layer({ filename: ":memory:" })
)
