/**
 * Exports the chat completions of yesterday into a dataset, every night at three (UTC). An export that was interrupted goes
 * on where it stopped, because each record has the id of its event, and a second run of the same day adds nothing.
 *
 * Run: npm run example -- nightly-export --now
 */
import { ChatCompletionEvents, Datasets, Filter } from "@effect-mistral/observability"
import { NodeRuntime } from "@effect/platform-node"
import { DateTime, Effect, Layer, Option, Schedule, Stream } from "effect"
import { MistralWithEventsLive } from "./shared/mistral.ts"

/** The dataset with a name, which is created if there is none. */
const datasetOf = Effect.fnUntraced(function*(name: string) {
  const found = yield* Datasets.listAll({ q: name }).pipe(Stream.filter((each) => each.name === name), Stream.runHead)
  if (Option.isSome(found)) return found.value
  return yield* Datasets.create({ name, description: "Chat completions of one day (UTC)" })
})

/** Exports the events of the day before a time, and returns the number of records that were added. */
export const exportYesterday = Effect.fnUntraced(function*(now: DateTime.DateTime) {
  const end = DateTime.startOf(DateTime.toUtc(now), "day")
  const start = DateTime.subtract(end, { days: 1 })
  const dataset = yield* datasetOf(`Chats of ${DateTime.formatIsoDateUtc(start)}`)
  const exported = yield* Datasets.listRecordsAll(dataset.id, { page_size: 100 }).pipe(
    Stream.runFold(() => new Set<unknown>(), (ids, { properties }) => ids.add(properties?.["event_id"]))
  )
  const ids = ChatCompletionEvents.searchAll({
    search_params: { filters: Filter.and(Filter.gte("timestamp", start), Filter.lt("timestamp", end)) },
    page_size: 100
  }).pipe(
    Stream.map(({ event_id }) => event_id),
    Stream.filter((id) => !exported.has(id))
  )
  const added = yield* ChatCompletionEvents.fetchAll(ids).pipe(
    Stream.mapEffect(({ event_id, request_messages, response_messages }) =>
      Datasets.createRecord(dataset.id, {
        payload: { messages: [...request_messages, ...response_messages] },
        properties: { event_id }
      }), { concurrency: 4 }),
    Stream.runCount
  )
  yield* Effect.log(`${dataset.name}: ${exported.size} records before, ${added} added`)
  return added
})

const job = Effect.flatMap(DateTime.now, exportYesterday).pipe(
  Effect.retry({ while: (error) => error.isRetryable, schedule: Schedule.spaced("10 minutes"), times: 12 })
)

/** Runs the job every night. A night that failed is logged, and the next one comes. */
export const nightly = Effect.schedule(Effect.ignore(job, { log: "Error" }), Schedule.cron("0 3 * * *", "UTC"))

if (import.meta.main) {
  const ExportLive = Layer.merge(ChatCompletionEvents.layer, Datasets.layer).pipe(Layer.provide(MistralWithEventsLive))
  const program = Effect.gen(function*() {
    yield* process.argv.includes("--now") ? job : nightly
  })
  program.pipe(Effect.provide(ExportLive), NodeRuntime.runMain)
}
