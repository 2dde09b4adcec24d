/** The checks of a program that uses files and batch jobs: a stream that is uploaded, a download, a job and its results. */
import { Batch, Batches, BatchInput, BatchJobs, BatchResult, BatchRoute, BatchTest, Files } from "@effect-mistral/batch"
import { Completion, Endpoint } from "@effect-mistral/core"
import { Effect, Layer, Result, Schedule, Schema, Stream } from "effect"
import { expect, hello } from "./expect.ts"
import type { Checks } from "./services.ts"

/** Asks for a greeting of each number. */
export const Greetings = Batch.make({
  name: "greetings",
  item: Schema.Int,
  request: (number) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: `Say hello to ${number}` }]
  }),
  read: Completion.text,
  answer: Schema.String
})

const piece = new TextEncoder().encode(`${"é漢😀".repeat(2000)}\n`)

export const batchChecks: Checks = {
  "a stream that is uploaded, and its content": Effect.gen(function*() {
    const content = Stream.range(1, 100).pipe(Stream.rechunk(1), Stream.map(() => piece))
    const file = yield* Files.upload({ name: "a.jsonl", purpose: "batch", content })
    yield* expect(file.bytes, piece.length * 100, "bytes")
    const texts = yield* Stream.runCollect(Stream.splitLines(Stream.decodeText(Files.content(file.id))))
    yield* expect([texts.length, new Set(texts).size], [100, 1], "lines")
  }),
  "a download that is stopped early": Effect.gen(function*() {
    const file = yield* Files.upload({ name: "a.txt", purpose: "ocr", content: "a".repeat(3_000_000) })
    const parts = yield* Stream.runCollect(Stream.take(Files.content(file.id), 1))
    yield* expect(parts.length, 1, "parts")
  }),
  "an upload whose stream fails": Effect.gen(function*() {
    const content = Stream.concat(Stream.succeed(piece), Stream.fail("my own error" as const))
    const result = yield* Effect.result(Files.upload({ name: "a.jsonl", purpose: "batch", content }))
    yield* expect(Result.isFailure(result) && result.failure, "my own error", "error")
  }),
  "a batch job": Effect.gen(function*() {
    const [input] = yield* Effect.orDie(BatchInput.files({
      endpoint: Endpoint.chat.complete,
      model: "mistral-small-latest",
      requests: Array.from({ length: 30 }, (_, index) => ({
        custom_id: `é-${index}`,
        request: { messages: [{ role: "user" as const, content: "Say hello" }] }
      }))
    }))
    const file = yield* Files.upload({
      name: "b.jsonl",
      purpose: "batch",
      content: Stream.orDie(input!.content),
      size: input!.size
    })
    const job = yield* BatchJobs.create({
      endpoint: "/v1/chat/completions",
      model: "mistral-small-latest",
      input_files: [file.id]
    })
    yield* BatchJobs.await(job.id, { schedule: Schedule.spaced("50 millis") })
    const results = yield* Stream.runCollect(BatchJobs.results(job.id, Endpoint.chat.complete))
    const texts = results.filter(BatchResult.isSuccess).map(({ result }) => Completion.text(result.success))
    yield* expect([texts.length, ...new Set(texts)], [30, hello], "texts")
    yield* expect(new Set(results.map(({ custom_id }) => custom_id)).size, 30, "ids")
  }),
  "a durable batch in memory": Effect.gen(function*() {
    yield* Batches.start(Greetings, { id: "greetings", items: [1, 2, 3, 4, 5] })
    const report = yield* Batches.await("greetings")
    const outcomes = yield* Stream.runCollect(Batches.results(Greetings, "greetings"))
    const answers = outcomes.map(({ result }) => Result.getOrNull(result))
    yield* expect([report.answered, answers], [5, [hello, hello, hello, hello, hello]], "answers")
  }).pipe(
    Effect.provide(Batches.layer([Greetings]).pipe(Layer.provide(BatchRoute.live()), Layer.provide(BatchTest.layer))),
    Effect.orDie
  )
}
