/**
 * Ten thousand classifications as a batch job, at half the price, with a progress display. The results are joined with their
 * inputs into a file of JSON Lines. What failed is sent again in a job of its own, at most twice.
 *
 * Run: npm run example -- batch-classify
 */
import { BatchInput, BatchJobs, Files } from "@effect-mistral/batch"
import { Endpoint, StructuredOutput } from "@effect-mistral/core"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Layer, Schedule, Schema, Stream } from "effect"
import { BatchMistralLive, progressOf } from "./shared/batchMistral.ts"
import { withProgress } from "./shared/progress.ts"

class Label extends Schema.Class<Label>("Label")({ sentiment: Schema.Literals(["good", "bad", "neither"]) }) {}

const decodeLabel = StructuredOutput.decoder(Label)
const model = "mistral-small-latest"
const reviews = Array.from({ length: 10_000 }, (_, id) => `Train ${id}: ${id % 3 ? "late" : "on time"}`)
const response_format = StructuredOutput.responseFormat(Label)
const messages = (id: number) => [{ role: "user" as const, content: `Is this review good or bad? ${reviews[id]}` }]

/** Runs a job over the reviews with these ids, and streams its results. */
const classify = Effect.fnUntraced(function*(run: string, ids: ReadonlyArray<number>) {
  const requests = ids.map((id) => ({ custom_id: `${id}`, request: { messages: messages(id), response_format } }))
  const files = yield* BatchInput.files({ endpoint: Endpoint.chat.complete, model, requests })
  const uploads = files.map(({ content, size }) => Files.upload({ name: "a.jsonl", purpose: "batch", content, size }))
  const input_files = (yield* Effect.all(uploads)).map(({ id }) => id)
  const job = yield* BatchJobs.createOnce({ endpoint: "/v1/chat/completions", model, input_files, metadata: { run } })
  const watched = BatchJobs.watch(job.id, { schedule: Schedule.spaced("200 millis") })
  yield* Stream.runDrain(withProgress(progressOf)(watched))
  return BatchJobs.results(job.id, Endpoint.chat.complete)
})

const program = Effect.gen(function*() {
  const fileSystem = yield* FileSystem.FileSystem
  const path = `${yield* fileSystem.makeTempDirectory()}/labels.jsonl`
  let ids = reviews.map((_, id) => id)
  for (let round = 1; ids.length > 0 && round <= 3; round++) {
    const failed: Array<number> = []
    const rows = (yield* classify(`reviews-${round}`, ids)).pipe(
      Stream.mapEffect(({ custom_id, result }) =>
        Effect.fromResult(result).pipe(
          Effect.flatMap(decodeLabel),
          Effect.map((label) => `${JSON.stringify({ review: reviews[Number(custom_id)], ...label })}\n`),
          Effect.catch(() => Effect.as(Effect.sync(() => failed.push(Number(custom_id))), ""))
        )
      )
    )
    yield* Stream.run(Stream.encodeText(rows), fileSystem.sink(path, { flag: "a" }))
    yield* Console.log(`job ${round}: ${ids.length - failed.length} of ${ids.length} classified`)
    ids = failed
  }
  yield* Console.log(`the rows are in ${path}`)
})

const BatchLive = Layer.mergeAll(Files.layer, BatchJobs.layer).pipe(Layer.provide(BatchMistralLive))
program.pipe(Effect.provide([BatchLive, NodeServices.layer]), NodeRuntime.runMain)
