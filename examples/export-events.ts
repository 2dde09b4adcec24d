/**
 * Exports the events of the past year, with their messages, to a file: one line of JSON for each. The export paginates
 * with backpressure: a page is requested when the previous one is written, so that the program needs the same memory for a
 * thousand events as for a million.
 *
 * Run: npm run example examples/export-events.ts [file]
 */
import { ChatCompletionEvents, Filter } from "@effect-mistral/observability"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, DateTime, Effect, FileSystem, Layer, Stream } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MistralWithEventsLive } from "./mistral.ts"

/** Shows the progress of the export, estimated from the age of the latest event. */
const progress = (from: number, to: number) => (count: number, createdAt: string) =>
  Effect.sync(() => {
    const done = Math.min(1, Math.max(0, (to - Date.parse(createdAt)) / (to - from)))
    const bar = "#".repeat(Math.round(done * 30)).padEnd(30, ".")
    // On a terminal each line overwrites the previous one.
    const [start, end] = process.stderr.isTTY ? ["\r", ""] : ["", "\n"]
    process.stderr.write(`${start}[${bar}] ${String(Math.round(done * 100)).padStart(3)} %  ${count} events${end}`)
  })

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const file = process.argv[2] ?? join(tmpdir(), "mistral-events.jsonl")
  const now = yield* DateTime.now
  const since = DateTime.subtract(now, { years: 1 })
  const show = progress(DateTime.toEpochMillis(since), DateTime.toEpochMillis(now))

  const ids = ChatCompletionEvents.searchAll({
    search_params: { filters: Filter.gte("timestamp", since) },
    page_size: 100
  }).pipe(Stream.map(({ event_id }) => event_id))

  let count = 0
  yield* ChatCompletionEvents.fetchAll(ids, { concurrency: 8 }).pipe(
    Stream.tap((event) => ++count % 100 === 0 ? show(count, event.created_at) : Effect.void),
    Stream.map((event) => `${JSON.stringify(event)}\n`),
    Stream.encodeText,
    Stream.run(files.sink(file))
  )
  const { size } = yield* files.stat(file)
  if (process.stderr.isTTY) yield* Console.error("")
  yield* Console.log(`${count} events, ${size} bytes, in ${file}`)
})

program.pipe(
  Effect.provide([ChatCompletionEvents.layer.pipe(Layer.provide(MistralWithEventsLive)), NodeServices.layer]),
  NodeRuntime.runMain
)
