/**
 * The ledger of durable batches: the tables that hold batches, items, answers and what they cost. It is the truth; the engine
 * only says who works on which part.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { makeMemoryLedger } from "./internal/ledger/memoryLedger.ts"
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
