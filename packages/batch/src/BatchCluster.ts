/**
 * The engine that durable batches run on: Effect's workflow engine over its cluster, with messages in the same database as the
 * ledger.
 *
 * @since 0.1.0
 */
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"
import type { ConfigError } from "effect/Config"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import type { LedgerError } from "./BatchError.ts"
import { singleRunner } from "./internal/cluster/singleRunner.ts"
import * as Ledger from "./Ledger.ts"

/**
 * Options of `layerSingle`: settings of Effect's cluster, over those of this package and of the environment.
 *
 * @category options
 * @since 0.1.0
 */
export interface SingleOptions {
  readonly shardingConfig?: Partial<ShardingConfig["Service"]> | undefined
}

/**
 * Provides the engine and the ledger for one process, over any `SqlClient`. The tables are made if they are not there.
 *
 * *When to use*: by default, with `SqliteClient.layer` of `@effect-mistral/node`, whose file one process owns.
 *
 * *Details*: the first request is sent within 2 seconds of the start, also after a kill: the engine delivers what was not done.
 *
 * *Gotchas*: two processes must not have this layer over the same database. Both would take all the work, and ask the parts that both have
 * twice. SQLite refuses the second process. Over PostgreSQL, use `layerSocket` for more than one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSingle = (
  { shardingConfig }: SingleOptions = {}
): Layer.Layer<WorkflowEngine | Ledger.Ledger, LedgerError | ConfigError, SqlClient> =>
  Layer.merge(Ledger.layer, ClusterWorkflowEngine.layer.pipe(Layer.provide(singleRunner(shardingConfig))))
