/** A file, and a durable batch in a database in memory. */
import { Batch, BatchCluster, Batches, BatchRoute, Files, Limits } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Layer, Schema, Stream } from "effect"
import { ClientLive, print } from "./client.ts"

const Lengths = Batch.make({
  name: "lengths",
  item: Schema.Struct({ word: Schema.String }),
  request: ({ word }) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: `Is this word long? ${word}` }],
    max_tokens: 30
  }),
  answer: Schema.Struct({ length: Schema.Literals(["short", "long"]) })
})

const program = Effect.gen(function*() {
  const file = yield* Files.upload({ name: "a.txt", purpose: "ocr", content: "twelve bytes" })
  yield* Batches.start(Lengths, { id: "words", items: Stream.fromIterable([{ word: "a" }, { word: "longer" }]) })
  const report = yield* Batches.await("words")
  return [file.bytes, report.state, report.answered]
})

const BatchesLive = Batches.layer([Lengths]).pipe(
  Layer.provide(BatchRoute.live()),
  Layer.provide(Limits.layerMemory({ requestsPerMinute: 6000 })),
  Layer.provide(BatchCluster.layerSingle()),
  Layer.provide(SqliteClient.layer({ filename: ":memory:" }))
)

print(
  await Effect.runPromise(
    Effect.provide(program, Layer.merge(BatchesLive, Files.layer).pipe(Layer.provide(ClientLive)))
  )
)
