/**
 * A program with a durable batch in one process, which tests start, kill and start again. It prints the report as JSON.
 *
 * Run: node --conditions=@effect-mistral/source test/durable/program.ts --database a.db --url http://127.0.0.1:7700
 */
import { BatchCluster, Batches, BatchRoute, Limits } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { parseArgs } from "node:util"
import { clientLayer, Items } from "./items.ts"

const { values: flags } = parseArgs({
  options: {
    database: { type: "string", default: "batch.db" },
    url: { type: "string", default: "http://127.0.0.1:7700" },
    id: { type: "string", default: "numbers" },
    items: { type: "string", default: "1000" },
    concurrency: { type: "string", default: "16" },
    part: { type: "string", default: "100" },
    inline: { type: "boolean", default: false }
  }
})

const batch = { id: flags.id, items: Stream.range(1, Number(flags.items)) }

const program = Effect.gen(function*() {
  if (flags.inline) return yield* Batches.runInline(Items, batch)
  yield* Batches.start(Items, batch)
  return yield* Batches.await(flags.id)
}).pipe(Effect.flatMap((report) => Console.log(JSON.stringify(report))))

const Route = BatchRoute.live({ concurrency: Number(flags.concurrency), partSize: Number(flags.part) }).pipe(
  Layer.provide([clientLayer(flags.url), Limits.layerUnlimited])
)

const Live = Batches.layer([Items]).pipe(
  Layer.provide(Route),
  Layer.provide(BatchCluster.layerSingle()),
  Layer.provide(SqliteClient.layer({ filename: flags.database }))
)

program.pipe(Effect.provide(Live), NodeRuntime.runMain)
