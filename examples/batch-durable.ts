/**
 * Two thousand reviews in a durable batch: one process, and a database file. Kill the program at any moment and run it again:
 * it goes on where it was. `batch-kill.ts` does that.
 *
 * Run: npm run example -- batch-durable [database] [number of reviews]
 */
import { BatchCluster, Batches, BatchLines, BatchProgress, BatchRoute, Limits } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Layer, Stream } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MistralLive } from "./shared/mistral.ts"
import { reviews, Sentiments } from "./shared/reviews.ts"

const [database = join(tmpdir(), `reviews-${process.pid}.db`), count = "2000"] = process.argv.slice(2)
const id = "reviews"

const program = Effect.gen(function*() {
  const fileSystem = yield* FileSystem.FileSystem
  yield* Batches.start(Sentiments, {
    id,
    items: reviews(Number(count)),
    rates: { prompt: 0.1, completion: 0.3 }, // for a million tokens
    budget: { cost: 5 }
  })
  yield* BatchProgress.show(Batches.progress(id))

  const report = yield* Batches.status(id)
  yield* Console.log(
    `${report.state}: ${report.answered} answered, ${report.failed} failed, ${report.identical} identical`
  )
  yield* Console.log(`cost: ${report.cost?.toFixed(4)}, perhaps paid twice: ${report.perhapsPaidTwice} requests`)

  const path = `${database}.jsonl`
  yield* BatchLines.results(Sentiments, Batches.results(Sentiments, id)).pipe(
    Stream.encodeText,
    Stream.run(fileSystem.sink(path))
  )
  yield* Console.log(`the results are in ${path}`)
})

const BatchesLive = Batches.layer([Sentiments]).pipe(
  Layer.provide(BatchRoute.live({ concurrency: 32 })),
  Layer.provide(Limits.layer({ requestsPerMinute: 60_000 })),
  Layer.provide(BatchCluster.layerSingle()),
  Layer.provide(SqliteClient.layer({ filename: database })),
  Layer.provide(MistralLive)
)

program.pipe(Effect.provide([BatchesLive, NodeServices.layer]), NodeRuntime.runMain)
