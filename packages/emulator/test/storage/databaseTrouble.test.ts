import * as Chat from "@effect-mistral/chat/Chat"
import { ChatCompletionEvents, type Judges } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { DatabaseSync } from "node:sqlite"
import { openDatabase } from "../../src/internal/storage/database.ts"
import { DatabaseUnavailable } from "../../src/internal/storage/databaseTrouble.ts"
import { create, ended, fetchJob, memory, questions, resultsOf, until } from "../batch/batchSupport.ts"
import { databaseFile } from "../observability/observabilitySupport.ts"
import { ask, instant, local, post, postTo, raw } from "../support.ts"

describe("a database that another program has locked", () => {
  it.effect("stops no completion, is said once, and refuses with 503 what needs it, until it is free", () =>
    Effect.gen(function*() {
      const file = yield* databaseFile
      const printed: Array<unknown> = []
      yield* Effect.gen(function*() {
        yield* Chat.complete(ask("Before"))
        const unlock = lock(file)
        const whole = yield* post(ask("Meanwhile"))
        const streamed = yield* post({ ...ask("Meanwhile"), stream: true })
        assert.deepStrictEqual([whole.status, streamed.status], [200, 200])
        assert.isTrue(streamed.text.endsWith("data: [DONE]\n\n"))
        const judge = yield* postTo("/v1/observability/judges")(judgeRequest)
        assert.strictEqual(judge.status, 503)
        assert.deepStrictEqual(judge.json, {
          detail: { message: "The emulator's database is locked by another program", error_code: "DATABASE_ERROR" }
        })
        const form = new FormData()
        form.set("file", new Blob(["{}"]), "a.jsonl")
        form.set("purpose", "batch")
        const upload = yield* raw("/v1/files", { method: "POST", body: form })
        assert.strictEqual(upload.status, 503)
        assert.deepInclude(upload.json, {
          type: "database_unavailable",
          message: "The emulator's database is locked by another program"
        })
        assert.strictEqual((yield* raw("/v1/models")).status, 200)
        // What only reads needs no lock.
        assert.strictEqual(yield* events, 1)
        unlock()
        yield* Chat.complete(ask("After"))
        assert.strictEqual(yield* events, 2)
        assert.strictEqual((yield* postTo("/v1/observability/judges")(judgeRequest)).status, 201)
      }).pipe(Effect.provide(
        Layer.provide(local({ ...instant, database: file }), Layer.succeed(Console.Console, consoleOf(printed)))
      ))
      assert.deepStrictEqual(printed, [
        "The emulator's database is locked by another program. Completions have no events, and requests that need the " +
        "database get 503, until it is free",
        "The emulator's database can be used again"
      ])
    }).pipe(Effect.scoped))
})

describe("a batch job whose database is locked for a while", () => {
  it.effect("waits, and answers each of its requests once", () =>
    Effect.gen(function*() {
      const file = yield* databaseFile
      yield* Effect.gen(function*() {
        const { id } = yield* create({ requests: questions(3) })
        yield* until(id, ({ status }) => status === "RUNNING")
        yield* TestClock.adjust("1 second")
        yield* until(id, ({ completed_requests }) => completed_requests === 1)
        const unlock = lock(file)
        yield* TestClock.adjust("10 seconds")
        assert.deepInclude(yield* fetchJob(id), { status: "RUNNING", completed_requests: 1 })
        unlock()
        yield* TestClock.adjust("10 seconds")
        const job = yield* ended(id)
        assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: 3, failed_requests: 0 })
        assert.strictEqual((yield* resultsOf(job)).succeeded.length, 3)
      }).pipe(
        Effect.provide(memory({ batchRequestsPerSecond: 1, database: file })),
        Effect.provideService(Console.Console, consoleOf([]))
      )
    }).pipe(Effect.scoped))
})

describe("a database on a full disk", () => {
  it.effect("says so once, keeps what it has, and goes on when there is room", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const database = yield* openDatabase(yield* databaseFile, (sentence) => void said.push(sentence))
      database.run("CREATE TABLE boxes (content TEXT)")
      const pages = Number(database.get("PRAGMA page_count")?.["page_count"])
      // A limit of SQLite itself has the same effect as a disk without room.
      database.get(`PRAGMA max_page_count = ${pages + 2}`)
      const fill = Effect.sync(() =>
        database.transaction(() => database.run("INSERT INTO boxes VALUES (?)", "x".repeat(100_000)))
      )
      for (let time = 0; time < 2; time++) {
        const exit = yield* Effect.exit(fill)
        assert.isTrue(Exit.isFailure(exit))
        const [reason] = Exit.isFailure(exit) ? exit.cause.reasons : []
        assert.instanceOf(reason?._tag === "Die" ? reason.defect : undefined, DatabaseUnavailable)
      }
      assert.deepStrictEqual(database.all("SELECT * FROM boxes"), [])
      database.get("PRAGMA max_page_count = 100000")
      yield* fill
      assert.strictEqual(database.all("SELECT * FROM boxes").length, 1)
      assert.strictEqual(said.length, 2)
      assert.include(said[0], "the disk is full")
      assert.include(said[1], "can be used again")
    }).pipe(Effect.scoped))
})

const judgeRequest: Parameters<typeof Judges.create>[0] = {
  name: "polite",
  description: "Whether it is polite",
  model_name: "mistral-small-latest",
  instructions: "Is {{response}} polite?",
  output: { type: "REGRESSION", min: 0, max: 1, min_description: "no", max_description: "yes" },
  tools: []
}

const events = Effect.map(
  Stream.runCollect(ChatCompletionEvents.searchAll({ search_params: { filters: null } })),
  (all) => all.length
)

/** Locks a database for other writers, and gives the function that frees it. */
const lock = (file: string): () => void => {
  const other = new DatabaseSync(file)
  other.exec("BEGIN IMMEDIATE")
  return () => {
    other.exec("ROLLBACK")
    other.close()
  }
}

/** A console that keeps what is printed as an error. */
const consoleOf = (printed: Array<unknown>): Console.Console => ({
  ...globalThis.console,
  error: (text) => void printed.push(text)
})
