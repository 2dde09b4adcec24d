import { Emulator } from "@effect-mistral/emulator"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { end, startProgram } from "../fixtures/program.ts"
import { ask, instant, local, post } from "../support.ts"
import { databaseFile } from "./observabilitySupport.ts"

describe("the database", () => {
  it.live(
    "has every event whose answer was complete, whenever the emulator is killed, and goes on from there",
    () =>
      Effect.gen(function*() {
        const file = yield* databaseFile
        const complete = new Set<string>()
        for (const enough of [40, 150, 300]) {
          const before = complete.size
          yield* killUnderLoad(file, complete, before + enough)
          assert.isAtLeast(complete.size, before + enough)
        }
        const recorded = new Set(
          yield* ChatCompletionEvents.searchAll({ search_params: { filters: null } }).pipe(
            Stream.map(({ correlation_id }) => correlation_id),
            Stream.runCollect,
            Effect.provide(local({ ...instant, database: file }))
          )
        )
        assert.deepStrictEqual([...complete].filter((id) => !recorded.has(id)), [])
        const database = new DatabaseSync(file, { readOnly: true })
        assert.deepStrictEqual(database.prepare("PRAGMA integrity_check").all().map((row) => ({ ...row })), [
          { integrity_check: "ok" }
        ])
        database.close()
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("keeps what it had when it is opened again", () =>
    Effect.gen(function*() {
      const file = yield* databaseFile
      const options = { ...instant, database: file }
      const ids = ChatCompletionEvents.searchIds({ search_params: { filters: null } })
      const first = yield* Effect.gen(function*() {
        yield* post(ask("Hi"))
        return yield* ids
      }).pipe(Effect.provide(local(options)))
      const second = yield* Effect.gen(function*() {
        yield* post(ask("Hi again"))
        return yield* ids
      }).pipe(Effect.provide(local(options)))
      assert.strictEqual(first.completion_event_ids.length, 1)
      assert.strictEqual(second.completion_event_ids.length, 2)
      assert.include(second.completion_event_ids, first.completion_event_ids[0])
    }).pipe(Effect.scoped))

  it.effect("in memory is another one for each emulator", () =>
    Effect.gen(function*() {
      yield* post(ask("Hi"))
      const { completion_event_ids } = yield* Effect.provide(
        ChatCompletionEvents.searchIds({ search_params: { filters: null } }),
        Layer.fresh(local())
      )
      assert.deepStrictEqual(completion_event_ids, [])
    }).pipe(Effect.provide(local())))

  it.effect("is refused with a sentence where the file is none of an emulator's", () =>
    Effect.gen(function*() {
      const where = dirname(yield* databaseFile)
      const text = join(where, "notes.txt")
      writeFileSync(text, "no database at all, ".repeat(100))
      const foreign = join(where, "foreign.db")
      run(foreign, "CREATE TABLE other (a)")
      const newer = join(where, "newer.db")
      run(newer, "PRAGMA user_version = 1000")
      for (
        const [path, reason] of [
          [text, /file is not a database/],
          [foreign, /another program has written it/],
          [newer, /a newer emulator has written it/],
          [join(where, "missing", "events.db"), /unable to open database file/]
        ] as const
      ) {
        const error = yield* Effect.flip(
          Effect.provide(Emulator.Emulator, Emulator.layer({ ...instant, database: path }))
        )
        assert.strictEqual(error._tag, "DatabaseError")
        assert.include(error.message, path)
        assert.match(error.message, reason)
      }
    }).pipe(Effect.scoped))

  it.effect("has the made-up events that were asked for, once and over the past year", () =>
    Effect.gen(function*() {
      const options = { ...instant, database: yield* databaseFile, demoEvents: 500 }
      const times = () =>
        ChatCompletionEvents.searchAll({ search_params: { filters: null }, page_size: 100 }).pipe(
          Stream.map(({ created_at }) => Date.parse(created_at)),
          Stream.runCollect,
          Effect.provide(local(options))
        )
      const first = yield* times()
      assert.strictEqual(first.length, 500)
      assert.deepStrictEqual(first, [...first].sort((a, b) => b - a))
      const days = (first[0]! - first.at(-1)!) / 86_400_000
      assert.isAbove(days, 350)
      assert.isBelow(days, 366)
      assert.deepStrictEqual(yield* times(), first)
    }).pipe(Effect.scoped))
})

const run = (file: string, statement: string): void => {
  const database = new DatabaseSync(file)
  database.exec(statement)
  database.close()
}

/**
 * Sends many requests at once, half of them streamed, and kills the emulator in the middle of them as soon as enough
 * completions are whole. Their correlation ids are added to `complete`.
 */
const killUnderLoad = Effect.fnUntraced(function*(file: string, complete: Set<string>, enough: number) {
  const { child, output } = yield* startProgram([
    "--port",
    "0",
    "--database",
    file,
    "--tokens-per-second",
    "2000"
  ])
  const [, url] = /export MISTRAL_BASE_URL=(\S+)/.exec(output) ?? []
  assert.isDefined(url, output)
  const reached = yield* Latch.make()
  const client = (number: number) =>
    Effect.promise(async () => {
      for (let at = 0;; at++) {
        const id = await completion(url!, number % 2 === 0, `Question ${at} of client ${number}`)
        if (id === undefined) return
        complete.add(id)
        if (complete.size >= enough) reached.openUnsafe()
      }
    })
  const clients = yield* Effect.forkChild(
    Effect.forEach(Array.from({ length: 64 }, (_, at) => at), client, { concurrency: "unbounded" })
  )
  yield* reached.await
  yield* end(child, "SIGKILL")
  assert.strictEqual(child.signalCode, "SIGKILL")
  yield* Fiber.await(clients)
}, Effect.scoped)

/** The correlation id of a whole completion; `undefined` if it was cut off. */
const completion = async (url: string, stream: boolean, content: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer emulator-key", "content-type": "application/json" },
      body: JSON.stringify({ ...ask(content, { max_tokens: 20 }), stream })
    })
    const text = await response.text()
    const isWhole = stream ? text.endsWith("data: [DONE]\n\n") : JSON.parse(text).usage !== undefined
    return isWhole ? response.headers.get("mistral-correlation-id") ?? undefined : undefined
  } catch {
    return undefined
  }
}
