/** The layers of the processes of `batch-cluster.ts`: the same in each, but for the address. */
import { BatchCluster, BatchRoute, Limits } from "@effect-mistral/batch"
import { NodeClusterSocket } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Config, Layer, Redacted } from "effect"
import { MistralLive } from "./mistral.ts"

/** The address of the database, such as the one that `npm run postgres` prints. */
const url = Config.Redacted("DATABASE_URL").pipe(
  Config.withDefault(Redacted.make("postgres://postgres@127.0.0.1:5499/postgres"))
)

/** Without an address the process starts batches, and works on none. */
export const batchesOver = (address?: BatchCluster.Address) =>
  BatchRoute.live({ concurrency: 32, partSize: 100 }).pipe(
    Layer.provide(Limits.layer({ requestsPerMinute: 60_000 })),
    Layer.provide(MistralLive),
    Layer.provideMerge(BatchCluster.layerSocket({ transport: NodeClusterSocket, address })),
    Layer.provide(PgClient.layerConfig({ url }))
  )
