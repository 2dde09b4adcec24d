import type { MistralError } from "@effect-mistral/core/MistralError"
import { Emulator } from "@effect-mistral/emulator"
import {
  Campaigns,
  type Dataset,
  DatasetRecords,
  Datasets,
  Filter,
  type Judge,
  Judges
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { instant, local } from "../support.ts"
import { addConversations, codeOf, databaseFile, often } from "./observabilitySupport.ts"

describe("datasets", () => {
  it.effect("are created, listed, fetched, changed and deleted with their records", () =>
    Effect.gen(function*() {
      const first = yield* Datasets.create({ name: "First set", description: "One" })
      const second = yield* Datasets.create({ name: "Second set", description: "Two" })
      assert.deepStrictEqual(yield* Datasets.fetch(first.id), first)
      const { datasets } = yield* Datasets.list({ q: "set" })
      assert.deepStrictEqual(datasets, { results: [second, first], count: 2, next: null, previous: null })
      const renamed = yield* Datasets.update(first.id, { name: "Renamed" })
      assert.deepStrictEqual({ ...renamed, updated_at: first.updated_at }, { ...first, name: "Renamed" })
      const described = yield* Datasets.update(first.id, { name: null, description: "" })
      assert.deepInclude(described, { name: "Renamed", description: "" })
      const record = yield* Datasets.createRecord(first.id, { payload: { a: 1 } })
      yield* Datasets.delete(first.id)
      assert.strictEqual(yield* codeOf(DatasetRecords.fetch(record.id)), "DATASET_RECORD_NOT_FOUND")
      for (
        const operation of [
          Effect.asVoid(Datasets.fetch(first.id)),
          Effect.asVoid(Datasets.update(first.id, { name: "Other" })),
          Effect.asVoid(Datasets.delete(first.id)),
          Effect.asVoid(Datasets.listRecords(first.id)),
          Effect.asVoid(Datasets.createRecord(first.id, { payload: {} })),
          Effect.asVoid(Datasets.importFromFile(first.id, "none")),
          Effect.asVoid(Datasets.exportToJsonl(first.id)),
          Effect.asVoid(Datasets.fetchTask(first.id, "none")),
          Effect.asVoid(Datasets.listTasks(first.id))
        ]
      ) assert.strictEqual(yield* codeOf(operation), "DATASET_NOT_FOUND")
      assert.strictEqual(yield* codeOf(Datasets.fetchTask(second.id, "none")), "DATASET_TASK_NOT_FOUND")
    }).pipe(Effect.provide(local())))

  it.effect("hold records, which are changed, judged and deleted one by one or many at once", () =>
    Effect.gen(function*() {
      const set = yield* Datasets.create({ name: "A set", description: "" })
      const payload = { messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "Hello" }] }
      const first = yield* Datasets.createRecord(set.id, { payload, properties: { level: "easy" } })
      const rest = yield* Effect.forEach([1, 2, 3], (n) => Datasets.createRecord(set.id, { payload: { n } }))
      assert.deepInclude(first, { dataset_id: set.id, payload, properties: { level: "easy" }, source: "DIRECT_INPUT" })
      assert.deepStrictEqual(rest[0]?.properties, {})
      assert.deepStrictEqual(yield* DatasetRecords.fetch(first.id), first)
      const records = yield* Stream.runCollect(Datasets.listRecordsAll(set.id, { page_size: 3 }))
      assert.deepStrictEqual(records, [first, ...rest])

      const judge = (id: string, instructions: string) => DatasetRecords.judge(id, { ...regression, instructions })
      const easy = yield* judge(first.id, "At the level {{ properties.level }}")
      assert.strictEqual((yield* judge(first.id, "At the level easy")).answer, easy.answer)
      assert.strictEqual(yield* codeOf(judge(rest[0]!.id, "Any")), "DATASET_RECORD_FORMAT_ERROR")
      yield* DatasetRecords.updateProperties(first.id, { level: "hard" })
      assert.notStrictEqual((yield* judge(first.id, "At the level {{ properties.level }}")).answer, easy.answer)
      yield* DatasetRecords.updatePayload(first.id, { messages: [] })
      assert.deepInclude(yield* DatasetRecords.fetch(first.id), {
        payload: { messages: [] },
        properties: { level: "hard" }
      })

      yield* DatasetRecords.delete(first.id)
      const ids = rest.map(({ id }) => id)
      const none = DatasetRecords.bulkDelete([ids[0]!, "none"])
      assert.strictEqual(yield* codeOf(none), "DATASET_RECORD_NOT_FOUND")
      assert.strictEqual((yield* Datasets.listRecords(set.id)).records.count, 3)
      yield* DatasetRecords.bulkDelete(ids.slice(1))
      assert.deepStrictEqual((yield* Datasets.listRecords(set.id)).records.results, [rest[0]!])
      for (
        const operation of [
          DatasetRecords.delete(first.id),
          DatasetRecords.updatePayload(first.id, {}),
          DatasetRecords.updateProperties(first.id, {})
        ]
      ) assert.strictEqual(yield* codeOf(operation), "DATASET_RECORD_NOT_FOUND")
    }).pipe(Effect.provide(local())))
})

describe("an import", () => {
  it.live("takes events of the explorer, of a campaign and of conversations", () =>
    Effect.gen(function*() {
      const ids = yield* addConversations(130)
      const set = yield* Datasets.create({ name: "A set", description: "" })
      yield* finished(set, Datasets.importFromExplorer(set.id, [ids[3]!, ids[1]!]))
      yield* finished(set, Datasets.importFromPlayground(set.id, ["correlation-7"]))
      const judge = yield* Judges.create(regression)
      const campaign = yield* Campaigns.create({
        name: "Campaign",
        description: "",
        judge_id: judge.id,
        search_params: { filters: Filter.neq("event_id", ids[0]!) },
        max_nb_events: 120
      })
      const task = yield* finished(set, Datasets.importFromCampaign(set.id, campaign.id))
      assert.strictEqual(task.progress, 100)
      const records = yield* recordsOf(set)
      const eventIds = records.map(({ properties }) => properties?.["event_id"])
      assert.deepStrictEqual(eventIds, [ids[3], ids[1], ids[7], ...ids.slice(10).toReversed()])
      assert.deepStrictEqual(records.map(({ source }) => source).slice(0, 4), [
        "EXPLORER",
        "EXPLORER",
        "PLAYGROUND",
        "EXPLORER"
      ])
      assert.deepStrictEqual(records[0]?.payload, {
        messages: [{ role: "user", content: "Question 3" }, { role: "assistant", content: "Reply 3" }]
      })
      const { tasks } = yield* Datasets.listTasks(set.id)
      assert.strictEqual(tasks.count, 3)
      assert.deepStrictEqual(tasks.results?.[0], task)
    }).pipe(Effect.provide(local())))

  it.live("takes what was exported, as a file and from another dataset", () =>
    Effect.gen(function*() {
      const { addFile, url } = yield* Emulator.Emulator
      const from = yield* Datasets.create({ name: "The first", description: "" })
      yield* Datasets.createRecord(from.id, { payload: { text: "ä\n\"😀\"" }, properties: { n: 1 } })
      yield* Datasets.createRecord(from.id, { payload: { payload: 1 } })
      const { file_url } = yield* Datasets.exportToJsonl(from.id)
      assert.isTrue(file_url.startsWith(`${url}/`))
      const exported = yield* Effect.promise(() => fetch(file_url))
      assert.strictEqual(exported.headers.get("content-type"), "application/jsonl")
      const text = yield* Effect.promise(() => exported.text())
      assert.deepStrictEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line)), [
        { payload: { text: "ä\n\"😀\"" }, properties: { n: 1 } },
        { payload: { payload: 1 }, properties: {} }
      ])
      const to = yield* Datasets.create({ name: "The second", description: "" })
      const file_id = yield* addFile(`${text}\n{"messages":[]}\n`)
      yield* finished(to, Datasets.importFromFile(to.id, file_id))
      const records = yield* recordsOf(to)
      assert.deepStrictEqual(records.map(({ payload, properties, source }) => [payload, properties, source]), [
        [{ text: "ä\n\"😀\"" }, { n: 1 }, "UPLOADED_FILE"],
        [{ payload: 1 }, {}, "UPLOADED_FILE"],
        [{ messages: [] }, {}, "UPLOADED_FILE"]
      ])
      const ids = records.map(({ id }) => id)
      yield* finished(from, Datasets.importFromDataset(from.id, [ids[2]!]))
      const last = (yield* recordsOf(from)).at(-1)
      assert.deepInclude(last, { payload: { messages: [] }, source: "UPLOADED_FILE" })
      assert.notInclude(ids, last?.id)
      // The URL needs no key, but its signature.
      assert.strictEqual((yield* Effect.promise(() => fetch(`${url}/emulator/files/none.jsonl`))).status, 403)
      const unsigned = file_url.replace(/\?.*/, "")
      assert.strictEqual((yield* Effect.promise(() => fetch(unsigned))).status, 403)
    }).pipe(Effect.provide(local())))

  it.live("that cannot be done is refused at once, or says in the end why it failed", () =>
    Effect.gen(function*() {
      const { addFile } = yield* Emulator.Emulator
      const set = yield* Datasets.create({ name: "A set", description: "" })
      assert.strictEqual(
        yield* codeOf(Datasets.importFromExplorer(set.id, ["none"])),
        "SEARCH_NOT_FOUND"
      )
      assert.strictEqual(
        yield* codeOf(Datasets.importFromCampaign(set.id, "none")),
        "CAMPAIGN_NOT_FOUND"
      )
      assert.strictEqual(
        yield* codeOf(Datasets.importFromDataset(set.id, ["none"])),
        "DATASET_RECORD_NOT_FOUND"
      )
      assert.strictEqual((yield* Datasets.listTasks(set.id)).tasks.count, 0)
      const failure = (task: Effect.Effect<Dataset.ImportTask, MistralError, Datasets.Datasets>) =>
        Effect.flatMap(task, ({ id }) =>
          Effect.map(
            Datasets.awaitTask(set.id, id, often),
            ({ message, progress, status }) => [status, progress, message]
          ))
      assert.deepStrictEqual(yield* failure(Datasets.importFromFile(set.id, "none")), [
        "FAILED",
        null,
        "There is no file none"
      ])
      const file_id = yield* addFile("{\"a\":1}\n[]\n{\"b\":1}\n{\"c\":1}\n")
      assert.deepStrictEqual(yield* failure(Datasets.importFromFile(set.id, file_id)), [
        "FAILED",
        25,
        "A line of the file is not a JSON object (after 1 records)"
      ])
      assert.deepStrictEqual(yield* failure(Datasets.importFromPlayground(set.id, ["none"])), [
        "FAILED",
        0,
        "There is no conversation none (after 0 records)"
      ])
    }).pipe(Effect.provide(local())))

  it.live("goes on where it was when the emulator is started again, with no record lost or doubled", () =>
    Effect.gen(function*() {
      const database = yield* databaseFile
      const lines = Array.from({ length: 450 }, (_, n) => `{"n":${n}}`)
      const { set, task } = yield* Effect.gen(function*() {
        const { addFile } = yield* Emulator.Emulator
        const set = yield* Datasets.create({ name: "A set", description: "" })
        const task = yield* Datasets.importFromFile(set.id, yield* addFile(lines.join("\n")))
        const { progress, status } = yield* Datasets.fetchTask(set.id, task.id).pipe(
          Effect.repeat({ until: ({ progress }) => (progress ?? 0) > 0, ...often })
        )
        assert.strictEqual(status, "RUNNING")
        assert.isBelow(progress ?? 100, 100)
        return { set, task }
      }).pipe(Effect.provide(local({ database, timeToFirstToken: "100 millis", tokensPerSecond: Infinity })))
      yield* Effect.gen(function*() {
        assert.deepInclude(yield* Datasets.awaitTask(set.id, task.id, often), { status: "COMPLETED", progress: 100 })
        assert.deepStrictEqual((yield* recordsOf(set)).map(({ payload }) => JSON.stringify(payload)), lines)
      }).pipe(Effect.provide(local({ ...instant, database })))
    }).pipe(Effect.scoped))
})

const regression: Judge.Definition = {
  name: "Usefulness",
  description: "How useful the answer is",
  model_name: "mistral-small-latest",
  output: { type: "REGRESSION", min_description: "useless", max_description: "useful" },
  instructions: "Say how useful the answer is.",
  tools: []
}

const recordsOf = (set: Dataset.Dataset) => Stream.runCollect(Datasets.listRecordsAll(set.id, { page_size: 100 }))

/** Waits until an import is finished, and checks that it was running at first. */
const finished = Effect.fnUntraced(
  function*<R>(set: Dataset.Dataset, started: Effect.Effect<Dataset.ImportTask, MistralError, R>) {
    const { id, status } = yield* started
    assert.strictEqual(status, "RUNNING")
    const task = yield* Datasets.awaitTask(set.id, id, often)
    assert.strictEqual(task.status, "COMPLETED")
    return task
  }
)
