import { BatchCluster, Batches, BatchOutcome } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { process, untilAnswered } from "./layers.ts"
import { Echo, type FakeRoute, fakeRoute, holdBack, texts } from "./support.ts"

describe("batches on SQLite by the engine", () => {
  it.live("complete, and their outcomes are read in the order of the items", () =>
    Effect.gen(function*() {
      const route = fakeRoute()
      route.fails = (seq) => seq === 7
      const { file } = yield* database
      yield* process(
        single(file, route),
        Effect.gen(function*() {
          yield* Batches.start(Echo, { id: "b", items: [...texts(30), ...texts(2)] })
          const { answered, failed, identical, state } = yield* Batches.await("b")
          assert.deepStrictEqual({ answered, failed, identical, state }, {
            answered: 29,
            failed: 1,
            identical: 2,
            state: "completed"
          })
          const outcomes = yield* Stream.runCollect(Batches.results(Echo, "b"))
          assert.deepStrictEqual(
            outcomes.map(({ item }) => item.text),
            [...texts(30), ...texts(2)].map(({ text }) => text)
          )
          const failures = yield* Stream.runCollect(Batches.failures(Echo, "b"))
          assert.deepStrictEqual(failures.map(({ index }) => index), [7])
          assert.isTrue(outcomes.slice(30).every(BatchOutcome.isAnswered))
        })
      )
      assert.strictEqual(route.asked.length, 30)
    }))

  it.live("go on when the process is stopped and started, with what was not done", () =>
    Effect.gen(function*() {
      const { file } = yield* database
      const first = fakeRoute()
      yield* process(
        single(file, first),
        Effect.gen(function*() {
          yield* Batches.start(Echo, { id: "b", items: texts(40) })
          yield* untilAnswered(15)
          holdBack(first)
        })
      )
      const second = fakeRoute()
      yield* process(
        single(file, second),
        Effect.gen(function*() {
          // Nothing is started: the engine goes on by itself.
          const { answered, run, state } = yield* Batches.await("b")
          assert.deepStrictEqual({ answered, run, state }, { answered: 40, run: 1, state: "completed" })
        })
      )
      const asked = [...first.asked, ...second.asked]
      assert.deepStrictEqual([...new Set(asked)].toSorted((a, b) => a - b), texts(40).map((_, seq) => seq))
      assert.isAtMost(asked.length, 40 + 4)
    }))

  it.live("go on after the tables of the engine were deleted", () =>
    Effect.gen(function*() {
      const { file } = yield* database
      const first = fakeRoute()
      yield* process(
        single(file, first),
        Effect.gen(function*() {
          yield* Batches.start(Echo, { id: "b", items: texts(40) })
          yield* untilAnswered(15)
          holdBack(first)
        })
      )
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const tables = yield* sql<
          { name: string }
        >`SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'cluster%'`
        assert.isAbove(tables.length, 1)
        yield* Effect.forEach(tables, ({ name }) => sql`DROP TABLE ${sql(name)}`)
      }).pipe(Effect.provide(SqliteClient.layer({ filename: file })))
      yield* process(
        single(file, fakeRoute()),
        Effect.gen(function*() {
          yield* Batches.start(Echo, { id: "b", items: Stream.die("the items were read") })
          const { answered, state } = yield* Batches.await("b")
          assert.deepStrictEqual([answered, state], [40, "completed"])
        })
      )
    }))

  it.live("are asked anew where a batch of the same id was removed", () =>
    Effect.gen(function*() {
      const { file } = yield* database
      const route = fakeRoute()
      yield* process(
        single(file, route),
        Effect.gen(function*() {
          for (const _ of [1, 2]) {
            yield* Batches.start(Echo, { id: "b", items: texts(12) })
            assert.strictEqual((yield* Batches.await("b")).answered, 12)
            yield* Batches.remove("b")
            assert.deepStrictEqual(yield* Batches.list, [])
          }
        })
      )
      assert.strictEqual(route.asked.length, 24)
    }))
})

const single = (file: string, route: FakeRoute) =>
  Batches.layer([Echo], { drain: "100 millis" }).pipe(
    Layer.provide([route.layer, BatchCluster.layerSingle()]),
    Layer.provide(SqliteClient.layer({ filename: file }))
  )

const database = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "batches-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ),
  (folder) => ({ file: join(folder, "batches.db") })
)
