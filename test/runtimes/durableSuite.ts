/** SQLite, and a durable batch over it that is stopped in the middle and started again. */
import { BatchCluster, Batches, BatchRoute, Limits } from "@effect-mistral/batch"
import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Layer, Redacted, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Greetings } from "./batchChecks.ts"
import { check, same } from "./outcome.ts"
import type { Server } from "./services.ts"

const rows = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, bytes BLOB NOT NULL)`
  // An id that no number holds, as Effect's cluster makes them.
  const note = { id: 253235279991668737n, text: "霧", bytes: new Uint8Array([1, 2]) }
  yield* sql.withTransaction(sql`INSERT INTO note ${sql.insert(note)}`)
  const undone = sql`DELETE FROM note`.pipe(Effect.andThen(Effect.fail("undone")), sql.withTransaction)
  yield* Effect.ignore(undone)
  return yield* sql<{ readonly text: string; readonly bytes: Uint8Array }>`SELECT text, bytes FROM note`
})

const items = Array.from({ length: 40 }, (_, index) => index)

const batch = { id: "greetings", items }

/** Stops when a few items are answered. */
const begin = Effect.gen(function*() {
  yield* Batches.start(Greetings, batch)
  yield* Batches.progress(batch.id).pipe(Stream.takeUntil(({ answered }) => answered >= 5), Stream.runDrain)
})

const goOn = Effect.gen(function*() {
  yield* Batches.start(Greetings, batch)
  const report = yield* Batches.await(batch.id)
  const outcomes = yield* Stream.runCollect(Batches.results(Greetings, batch.id))
  return { report, indices: outcomes.map(({ index }) => index) }
})

/** Runs the checks in a folder of their own. */
export const durable = async (server: Server): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "effect-mistral-durable-"))
  let sent = 0
  const counting: typeof fetch = (...args) => {
    sent++
    return fetch(...args)
  }
  const live = Batches.layer([Greetings], { drain: "1 second" }).pipe(
    Layer.provide(BatchRoute.live({ concurrency: 2, partSize: 10 })),
    Layer.provide([BatchCluster.layerSingle(), Limits.layerUnlimited]),
    Layer.provide(SqliteClient.layer({ filename: join(folder, "batches.db") })),
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make(server.apiKey), baseUrl: server.url })),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, counting))
  )
  let hasSqlite = true
  await check("SQLite: rows, bytes and transactions", async () => {
    try {
      const found = await Effect.runPromise(
        Effect.provide(rows, SqliteClient.layer({ filename: join(folder, "notes.db") }))
      )
      same(found.map(({ bytes, text }) => [text, [...bytes]]), [["霧", [1, 2]]], "rows")
      return undefined
    } catch (error) {
      const sentence = /this platform has no `node:sqlite`, or one that is too old\. Use Node 22\.19, or 24 or later/
        .exec(String(error))
      if (sentence === null) throw error
      hasSqlite = false
      return `SqliteClient, and durable batches over it: ${sentence[0]}.`
    }
  })
  if (hasSqlite) {
    await check("a durable batch that is stopped in the middle", async () => {
      await Effect.runPromise(Effect.provide(begin, live))
      same(sent >= 5 && sent < items.length, true, `a part of the ${items.length} requests, of which ${sent} were sent`)
    })
    await check("a durable batch that goes on", async () => {
      const { indices, report } = await Effect.runPromise(Effect.provide(goOn, live))
      same([report.state, report.answered, indices], ["completed", items.length, items], "report")
      same(sent <= items.length + report.perhapsPaidTwice, true, `no request twice: ${sent} were sent`)
    })
  }
  rmSync(folder, { recursive: true, force: true })
}
