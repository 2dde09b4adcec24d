import { Emulator } from "@effect-mistral/emulator"
import { Datasets } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { DatabaseSync } from "node:sqlite"
import { contentOf, fileResponse, linesOf } from "../../src/internal/files/fileStore.ts"
import { openDatabase } from "../../src/internal/storage/database.ts"
import { migrations } from "../../src/internal/storage/migrations.ts"
import { databaseFile, often } from "../observability/observabilitySupport.ts"
import { instant, local } from "../support.ts"

const createdAt = "2026-05-04T03:02:01.500Z"

/** Texts that the first schema may have held, with their numbers of lines. */
const texts = [
  { id: "11111111-1111-4111-8111-111111111111", content: "", lines: 0 },
  { id: "22222222-2222-4222-8222-222222222222", content: "{\"a\":\"ä😀\"}\n{\"b\":1}\n", lines: 2 },
  { id: "33333333-3333-4333-8333-333333333333", content: "{\"a\":1}\n\n{\"b\":2}", lines: 3 },
  {
    id: "44444444-4444-4444-8444-444444444444",
    content: Array.from({ length: 60_000 }, (_, at) => `{"n":${at},"text":"é"}\n`).join(""),
    lines: 60_000
  }
]

describe("a database whose files were texts", () => {
  it.effect("keeps the content of every file, byte by byte", () =>
    Effect.gen(function*() {
      const path = yield* databaseFile
      writeFirstVersion(path)
      const database = yield* openDatabase(path)
      for (const { content, id, lines } of texts) {
        assert.strictEqual(Buffer.concat([...contentOf(database, id)]).toString(), content)
        assert.deepInclude(fileResponse(database, id, Date.now()), {
          id,
          bytes: Buffer.byteLength(content),
          num_lines: lines,
          created_at: Math.floor(Date.parse(createdAt) / 1000),
          filename: `${id}.jsonl`,
          purpose: "fine-tune",
          mimetype: "application/jsonl"
        })
        assert.deepStrictEqual([...linesOf(database, id)], content.split("\n").slice(0, lines))
      }
      assert.deepStrictEqual(database.all("PRAGMA foreign_key_check"), [])
      assert.isUndefined(database.get("SELECT 1 FROM sqlite_schema WHERE name = 'text_files'"))
    }))

  it.live("goes on with an import that was half done", () =>
    Effect.gen(function*() {
      const path = yield* databaseFile
      writeFirstVersion(path)
      const records = yield* Effect.gen(function*() {
        const { datasets } = yield* Datasets.list()
        const set = datasets.results?.[0]
        yield* Datasets.awaitTask(set!.id, taskId, often)
        return yield* Stream.runCollect(Datasets.listRecordsAll(set!.id))
      }).pipe(Effect.provide(local({ ...instant, database: path })))
      assert.deepStrictEqual(records.map(({ payload }) => payload).sort(), [{ b: 1 }])
    }))

  it.live("opens as the emulator's, and its files are read where they were", () =>
    Effect.gen(function*() {
      const path = yield* databaseFile
      writeFirstVersion(path)
      for (let opened = 0; opened < 2; opened++) {
        yield* Effect.gen(function*() {
          yield* Emulator.Emulator
          const set = yield* Datasets.create({ name: `Set ${opened}`, description: "" })
          const task = yield* Datasets.importFromFile(set.id, texts[1]!.id)
          yield* Datasets.awaitTask(set.id, task.id, often)
          const records = yield* Stream.runCollect(Datasets.listRecordsAll(set.id))
          assert.strictEqual(records.length, 2)
        }).pipe(Effect.provide(local({ ...instant, database: path })))
      }
    }))
})

const taskId = "55555555-5555-4555-8555-555555555555"

/** A database as the first schema's emulator left it: files, and an import whose first of two records is done. */
const writeFirstVersion = (path: string): void => {
  const database = new DatabaseSync(path)
  database.exec(migrations[0]!)
  database.exec("PRAGMA user_version = 1")
  const insert = database.prepare("INSERT INTO files (id, created_at, content) VALUES (?, ?, ?)")
  for (const { content, id } of texts) insert.run(id, createdAt, content)
  database.prepare(
    `INSERT INTO datasets (id, created_at, updated_at, name, description)
     VALUES ('66666666-6666-4666-8666-666666666666', ?, ?, 'A set', '')`
  ).run(createdAt, createdAt)
  database.prepare(
    `INSERT INTO import_tasks (id, dataset, created_at, updated_at, origin, wanted, done, total, status)
     VALUES (?, 1, ?, ?, 'file', ?, 1, 2, 'RUNNING')`
  ).run(taskId, createdAt, createdAt, JSON.stringify({ origin: "file", id: texts[1]!.id }))
  database.close()
}
