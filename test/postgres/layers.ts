/** The layers of the processes that run a batch over PostgreSQL. */
import { BatchCluster, BatchRoute, Limits } from "@effect-mistral/batch"
import { NodeClusterSocket } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Layer, Redacted } from "effect"
import { clientLayer } from "../durable/items.ts"

/** The engine and the ledger. Without a port the process only starts batches. */
export const clusterLayer = (
  { database, expiration, port }: {
    readonly database: string
    readonly port?: number | undefined
    /** The milliseconds after which the locks of a process that is frozen are free. */
    readonly expiration?: number | undefined
  }
) => {
  const Postgres = PgClient.layer({ url: Redacted.make(database), maxConnections: 10 })
  return BatchCluster.layerSocket({
    transport: NodeClusterSocket,
    address: port === undefined ? undefined : { host: "127.0.0.1", port },
    shardingConfig: expiration === undefined
      ? {}
      : { shardLockExpiration: expiration, shardLockRefreshInterval: expiration / 3 }
  }).pipe(Layer.provideMerge(Postgres))
}

/** The live route to the server at `url`. With `requestsPerMinute` the processes share that limit. */
export const routeLayer = (
  { concurrency, partSize, requestsPerMinute, url }: {
    readonly url: string
    readonly concurrency: number
    readonly partSize: number
    readonly requestsPerMinute?: number | undefined
  }
) =>
  BatchRoute.live({ concurrency, partSize }).pipe(
    Layer.provide([clientLayer(url), Limits.layer({ requestsPerMinute })])
  )
