/**
 * One of several processes that work on durable batches over one PostgreSQL. `batch-cluster.ts` starts three of them.
 */
import { Batches } from "@effect-mistral/batch"
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { batchesOver } from "./batchCluster.ts"
import { Sentiments } from "./reviews.ts"

const [port = "34431"] = process.argv.slice(2)

const Runner = Batches.layer([Sentiments]).pipe(Layer.provide(batchesOver({ host: "127.0.0.1", port: Number(port) })))

Layer.launch(Runner).pipe(NodeRuntime.runMain)
