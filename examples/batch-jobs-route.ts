/**
 * The same durable batch as a job of Mistral, at half the price: only the route differs. The program can be killed here, too:
 * it finds its job again.
 *
 * Run: npm run example -- batch-jobs-route
 */
import { BatchCluster, Batches, BatchJobs, BatchProgress, BatchRoute, Files } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Schedule, Stream } from "effect"
import { BatchMistralLive } from "./shared/batchMistral.ts"
import { reviews, Sentiments } from "./shared/reviews.ts"

const id = "reviews"

const program = Effect.gen(function*() {
  yield* Batches.start(Sentiments, { id, items: reviews(2000) })
  yield* BatchProgress.show(Batches.progress(id))
  const report = yield* Batches.status(id)
  yield* Console.log(`${report.answered} answered, ${report.failed} failed, ${report.identical} identical`)
  const failed = yield* Stream.runCollect(Batches.failures(Sentiments, id))
  for (const { result } of failed.slice(0, 3)) yield* Console.log(result.failure.message)
})

const Route = BatchRoute.jobs({ partSize: 1000, schedule: Schedule.spaced("200 millis") }).pipe(
  Layer.provide([Files.layer, BatchJobs.layer]),
  Layer.provide(BatchMistralLive)
)

const BatchesLive = Batches.layer([Sentiments]).pipe(
  Layer.provide(Route),
  Layer.provide(BatchCluster.layerSingle()),
  Layer.provide(SqliteClient.layer({ filename: ":memory:" }))
)

program.pipe(Effect.provide([BatchesLive, NodeServices.layer]), NodeRuntime.runMain)
