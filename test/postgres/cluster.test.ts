/** Durable batches in several processes over one PostgreSQL. The server and the tests run here, each runner in a process. */
import { Batches } from "@effect-mistral/batch"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { setTimeout as sleep } from "node:timers/promises"
import { inject } from "vitest"
import { type CountingServer, startCountingServer } from "../durable/countingServer.ts"
import { Items } from "../durable/items.ts"
import { type Program, startProgram, until } from "../durable/processes.ts"
import { clusterLayer, routeLayer } from "./layers.ts"

const admin = inject("postgresUrl")
const concurrency = 16
const runners = 3
let nextPort = 34_600
let databases = 0

/** An empty database of the server. */
const newDatabase = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const name = `cluster_${++databases}`
  yield* sql`CREATE DATABASE ${sql(name)}`
  return admin.replace(/\/[^/]*$/, `/${name}`)
}).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(admin) })), Effect.scoped)

interface Cluster {
  readonly server: CountingServer
  readonly programs: ReadonlyArray<Program>
  /** Runs an effect in a process that starts batches and runs none. */
  readonly client: <A, E>(effect: Effect.Effect<A, E, Batches.Batches>) => Promise<A>
}

interface Options {
  readonly latency?: number
  readonly perMinute?: number
  readonly expiration?: number
}

/** Three runners and a server, until `use` is done. */
const withCluster = async (
  { expiration, latency = 30, perMinute }: Options,
  use: (cluster: Cluster) => Promise<void>
): Promise<void> => {
  const database = await Effect.runPromise(newDatabase)
  const server = await startCountingServer({ latency })
  const settings = ["--database", database, "--url", server.url, "--concurrency", String(concurrency), "--part", "50"]
  const limit = perMinute === undefined ? [] : ["--perMinute", String(perMinute)]
  const locks = expiration === undefined ? [] : ["--expiration", String(expiration)]
  const programs = Array.from({ length: runners }, () =>
    startProgram(new URL("runner.ts", import.meta.url), [
      "--port",
      String(nextPort++),
      ...settings,
      ...limit,
      ...locks
    ]))
  const Client = Batches.layer([Items]).pipe(
    Layer.provide(routeLayer({ url: server.url, concurrency, partSize: 50, requestsPerMinute: perMinute })),
    Layer.provide(clusterLayer({ database, expiration }))
  )
  try {
    await until(() => programs.every(({ output }) => output().includes("Listening")), programs)
    await use({ server, programs, client: (effect) => Effect.runPromise(Effect.provide(effect, Client)) })
  } finally {
    for (const { kill } of programs) kill("SIGKILL")
    await Promise.all(programs.map(({ ended }) => ended))
    await server.close()
  }
}

const runBatch = (id: string, items: number) =>
  Effect.andThen(Batches.start(Items, { id, items: Stream.range(1, items) }), Batches.await(id))

describe.skipIf(admin === "")("a batch in three processes", () => {
  it("loses nothing when one is killed, goes on at once, and says what may have been paid twice", () =>
    withCluster({}, async ({ client, programs, server }) => {
      const items = 3000
      const running = client(runBatch("killed", items))
      await until(() => server.stats().items > items * 0.4, programs)
      programs[1]!.kill("SIGKILL")
      const report = await running
      const seen = server.stats()
      assert.strictEqual(seen.items, items)
      assert.isAtMost(seen.repeated, concurrency)
      assert.isAtMost(seen.longestSilence, 2000)
      assert.containsSubset(report, { items, answered: items, failed: 0 })
      assert.isAtLeast(report.perhapsPaidTwice, seen.repeated)
      assert.isAtMost(report.perhapsPaidTwice, concurrency)
      const again = await client(runBatch("killed", items))
      assert.strictEqual(server.stats().requests, seen.requests, "a completed batch asks nothing")
      assert.deepStrictEqual(again, report)
    }))

  it("goes on when the process that started it is gone", () =>
    withCluster({}, async ({ client, programs, server }) => {
      const items = 1000
      await client(Batches.start(Items, { id: "left", items: Stream.range(1, items) }))
      await until(() => server.stats().items === items, programs)
      await until(() => server.stats().active === 0, programs)
      const report = await client(Batches.await("left"))
      assert.strictEqual(report.answered, items)
      assert.strictEqual(server.stats().repeated, 0)
    }))

  it("shares a limit of requests, and stops everywhere within a second of a Retry-After", () =>
    withCluster({ latency: 10, perMinute: 18_000 }, async ({ client, programs, server }) => {
      const items = 4000
      const running = client(runBatch("limited", items))
      await until(() => server.stats().items > 1500, programs)
      server.refuseNext(5)
      const report = await running
      const seen = server.stats()
      assert.strictEqual(seen.items, items)
      assert.isAtMost(seen.mostInASecond, 360)
      assert.strictEqual(seen.refused, 1)
      assert.strictEqual(seen.sentWhileRefused, 0)
      assert.isAtLeast(seen.longestSilence, 3900)
      assert.strictEqual(report.answered, items)
      assert.strictEqual(seen.repeated, 0)
    }))

  it("asks nothing more often than the report says when one is frozen and goes on", () =>
    withCluster({ expiration: 5000 }, async ({ client, programs, server }) => {
      const items = 3000
      const running = client(runBatch("frozen", items))
      await until(() => server.stats().items > items * 0.4, programs)
      programs[1]!.kill("SIGSTOP")
      await sleep(Number(process.env.FROZEN_MS ?? 15_000))
      programs[1]!.kill("SIGCONT")
      const report = await running
      await sleep(2000)
      const seen = server.stats()
      assert.strictEqual(seen.items, items)
      assert.isAtMost(seen.repeated, report.perhapsPaidTwice)
      assert.isAtMost(report.perhapsPaidTwice, concurrency)
      assert.strictEqual(report.answered, items)
    }))

  it("pauses everywhere, and goes on where it was", () =>
    withCluster({}, async ({ client, programs, server }) => {
      const items = 2000
      await client(Batches.start(Items, { id: "paused", items: Stream.range(1, items) }))
      await until(() => server.stats().items > 300, programs)
      await client(Batches.pause("paused"))
      await sleep(1500)
      const stopped = server.stats().requests
      await sleep(1500)
      assert.strictEqual(server.stats().requests, stopped)
      assert.isBelow(stopped, items)
      const report = await client(Effect.andThen(Batches.resume("paused"), Batches.await("paused")))
      assert.containsSubset(report, { answered: items, perhapsPaidTwice: 0 })
      assert.strictEqual(server.stats().repeated, 0)
    }))
})
