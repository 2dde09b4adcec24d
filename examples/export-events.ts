/**
 * Exports the events of the past year, with their messages, to a file: one line of JSON for each. The export paginates
 * with backpressure: a page is requested when the previous one is written, so that the program needs the same memory for a
 * thousand events as for a million.
 *
 * Run: npm run example -- export-events [file]
 */
import { type ChatCompletionEvent, ChatCompletionEvents, Filter } from "@effect-mistral/observability"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, DateTime, Effect, FileSystem, Layer, Stream } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MistralWithEventsLive } from "./shared/mistral.ts"
import { withProgress } from "./shared/progress.ts"

/** The progress of the export, estimated from the age of the latest event. */
const progress = (from: number, to: number) => (event: ChatCompletionEvent.ChatCompletionEvent, count: number) => ({
  share: (to - Date.parse(event.created_at)) / (to - from),
  text: `${count} events`
})

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const file = process.argv[2] ?? join(tmpdir(), "mistral-events.jsonl")
  const now = yield* DateTime.now
  const since = DateTime.subtract(now, { years: 1 })

  const ids = ChatCompletionEvents.searchAll({
    search_params: { filters: Filter.gte("timestamp", since) },
    page_size: 100
  }).pipe(Stream.map(({ event_id }) => event_id))

  let count = 0
  yield* ChatCompletionEvents.fetchAll(ids, { concurrency: 8 }).pipe(
    withProgress(progress(DateTime.toEpochMillis(since), DateTime.toEpochMillis(now))),
    Stream.tap(() => Effect.sync(() => count += 1)),
    Stream.map((event) => `${JSON.stringify(event)}\n`),
    Stream.encodeText,
    Stream.run(files.sink(file))
  )
  const { size } = yield* files.stat(file)
  yield* Console.log(`${count} events, ${size} bytes, in ${file}`)
})

program.pipe(
  Effect.provide([ChatCompletionEvents.layer.pipe(Layer.provide(MistralWithEventsLive)), NodeServices.layer]),
  NodeRuntime.runMain
)
