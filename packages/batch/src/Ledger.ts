/**
 * The ledger of durable batches: the tables that hold batches, items, answers and what they cost. It is the truth; the engine
 * only says who works on which part.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { LedgerError } from "./BatchError.ts"
import { makeMemoryLedger } from "./internal/ledger/memoryLedger.ts"
import { sqlLedger } from "./internal/ledger/sqlLedger.ts"
import type { Service } from "./LedgerModel.ts"

export * from "./LedgerModel.ts"

/**
 * The ledger that durable batches are kept in.
 *
 * @category services
 * @since 0.1.0
 */
export class Ledger extends Context.Service<Ledger, Service>()("@effect-mistral/batch/Ledger") {}

/**
 * Provides a ledger in a database: SQLite for one process, PostgreSQL for several.
 *
 * *Details*: the names of its tables begin with `mistral_batch`. They are made when the layer is built, and changed where an
 * earlier version of this package has made them; several processes may start at once.
 *
 * *Gotchas*: PostgreSQL has to be reached directly, or through a proxy that pools sessions. A proxy that pools transactions
 * breaks prepared statements.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ledger, LedgerError, SqlClient> = Layer.effect(Ledger, sqlLedger)

/**
 * A ledger in memory, which is gone when the process ends.
 *
 * *When to use*: in tests, and where a program that was killed may begin again from the start.
 *
 * *Details*: it has the semantics of the ledger over SQL. It keeps items and answers as JSON text, so that a batch needs about
 * their length and 300 bytes an item.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<Ledger> = Layer.sync(Ledger, makeMemoryLedger)
