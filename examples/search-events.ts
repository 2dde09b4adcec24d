/**
 * Searches for slow and for truncated completions of the past month, and prints them as a table.
 *
 * Run: npm run example -- search-events
 */
import { ChatCompletionEvents, Filter } from "@effect-mistral/observability"
import { NodeRuntime } from "@effect/platform-node"
import { Console, DateTime, Effect, Layer, Stream } from "effect"
import { MistralWithEventsLive } from "./shared/mistral.ts"

const columns = ["timestamp", "model_name", "total_time_elapsed", "output_tokens", "last_user_message_preview"]
const widths = [24, 22, 18, 13, 40]

const row = (cells: ReadonlyArray<unknown>): string =>
  cells.map((cell, at) => String(cell ?? "-").slice(0, widths[at]).padEnd(widths[at] ?? 0)).join("  ").trimEnd()

const program = Effect.gen(function*() {
  const since = DateTime.subtract(yield* DateTime.now, { months: 1 })
  yield* Console.log(row(columns))
  const found = yield* ChatCompletionEvents.searchAll({
    search_params: {
      filters: Filter.and(
        Filter.gte("timestamp", since),
        Filter.or(Filter.gt("total_time_elapsed", 3), Filter.eq("finish_reason", "length"))
      )
    },
    extra_fields: columns,
    page_size: 20
  }).pipe(
    Stream.take(15),
    Stream.tap(({ extra_fields }) => Console.log(row(columns.map((column) => extra_fields[column])))),
    Stream.runCount
  )
  yield* Console.log(`${found} events`)
})

program.pipe(
  Effect.provide(ChatCompletionEvents.layer.pipe(Layer.provide(MistralWithEventsLive))),
  NodeRuntime.runMain
)
