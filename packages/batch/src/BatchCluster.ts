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
import type { SocketServerError } from "effect/socket/SocketServer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import type { LedgerError } from "./BatchError.ts"
import { singleRunner } from "./internal/cluster/singleRunner.ts"
import type { SocketOptions } from "./internal/cluster/socketOptions.ts"
import { socketRunner } from "./internal/cluster/socketRunner.ts"
import * as Ledger from "./Ledger.ts"

export type {
  /**
   * The address of a process: a host name that the other processes reach it by, and a port.
   *
   * @category models
   * @since 0.1.0
   */
  Address,
  /**
   * Options of `layerSocket`.
   *
   * @category options
   * @since 0.1.0
   */
  SocketOptions,
  /**
   * The sockets of a platform: on Node, the module `NodeClusterSocket` of `@effect/platform-node` itself.
   *
   * @category models
   * @since 0.1.0
   */
  Transport
} from "./internal/cluster/socketOptions.ts"

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
 * *Details*: the first request is sent about 2 seconds after the start of the process, also after a kill: the engine delivers what was
 * not done.
 *
 * *Gotchas*: two processes must not have this layer over the same database. Both would take all the work, and ask the parts
 * that both have twice. SQLite refuses the second process. Over PostgreSQL, use `layerSocket` for more than one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSingle = (
  { shardingConfig }: SingleOptions = {}
): Layer.Layer<WorkflowEngine | Ledger.Ledger, LedgerError | ConfigError, SqlClient> =>
  Layer.merge(Ledger.layer, ClusterWorkflowEngine.layer.pipe(Layer.provide(singleRunner(shardingConfig))))

/**
 * Provides the engine and the ledger for one of several processes, over one PostgreSQL. The tables are made if they are not
 * there.
 *
 * *When to use*: where one process or one machine is not enough, or must not be the one that everything waits for.
 *
 * *Details*: the processes find each other through the database, and talk over sockets. When one is killed, the others go on
 * with their parts and take over its own after about 2 seconds. One that is frozen loses its parts
 * after `shardLockExpiration` (35 seconds).
 *
 * ```ts
 * import { BatchCluster } from "@effect-mistral/batch"
 * import { NodeClusterSocket } from "@effect/platform-node"
 * import { PgClient } from "@effect/sql-pg"
 * import { Config, Layer } from "effect"
 *
 * export const ClusterLive = BatchCluster.layerSocket({
 *   transport: NodeClusterSocket,
 *   address: { host: "10.0.0.7", port: 34431 }
 * }).pipe(Layer.provide(PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })))
 * ```
 *
 * *Gotchas*: the locks belong to a session of the database, so a proxy that pools transactions cannot stand between. The ports
 * have no authentication: keep them in a network that is yours.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSocket = (
  options: SocketOptions
): Layer.Layer<WorkflowEngine | Ledger.Ledger, LedgerError | ConfigError | SocketServerError, SqlClient> =>
  Layer.merge(Ledger.layer, ClusterWorkflowEngine.layer.pipe(Layer.provide(socketRunner(options))))
