import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type CountingServer, startCountingServer } from "./countingServer.ts"
import { lastJson, type Program, startProgram, until } from "./processes.ts"

const items = 1000
const concurrency = 16
const kills = 5

const program = new URL("program.ts", import.meta.url)

const withServer = async (
  use: (server: CountingServer, start: (...flags: ReadonlyArray<string>) => Program) => Promise<void>
) => {
  const folder = mkdtempSync(join(tmpdir(), "durable-"))
  const server = await startCountingServer({ latency: 30 })
  const programs: Array<Program> = []
  const start = (...flags: ReadonlyArray<string>) => {
    const args = ["--database", join(folder, "batch.db"), "--url", server.url, "--items", String(items)]
    const started = startProgram(program, [...args, "--concurrency", String(concurrency), ...flags])
    programs.push(started)
    return started
  }
  try {
    await use(server, start)
  } finally {
    for (const { kill } of programs) kill("SIGKILL")
    await Promise.all(programs.map(({ ended }) => ended))
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Kills the program at random moments, each after it has begun to ask, and lets the last one end. */
const killAtRandom = async (server: CountingServer, times: number, start: () => Program): Promise<Program> => {
  for (let kill = 0; kill < times; kill++) {
    const before = server.stats().requests
    const running = start()
    const moment = before + 1 + Math.floor(Math.random() * (items / (times + 1)))
    await until(() => server.stats().requests >= Math.min(moment, items), [running])
    running.kill("SIGKILL")
    await running.ended
    await until(() => server.stats().active === 0, [running])
  }
  const last = start()
  assert.strictEqual(await last.ended, 0, last.output())
  return last
}

const check = (server: CountingServer, report: unknown) => {
  const { items: seen, repeated } = server.stats()
  assert.strictEqual(seen, items, "each item was asked for")
  assert.isAtMost(repeated, kills * concurrency, "at most what was in flight was asked for twice")
  assert.containsSubset(report, { items, answered: items, failed: 0, state: "completed" })
  // The cast is safe: the assertion above has looked at the report.
  const { perhapsPaidTwice } = report as { readonly perhapsPaidTwice: number }
  assert.isAtLeast(perhapsPaidTwice, repeated, "the report tells of all that was asked for twice")
  assert.isAtMost(perhapsPaidTwice, kills * concurrency)
}

describe("a batch whose process is killed at random moments", () => {
  it(
    "loses no item, asks at most what was in flight again, and says how much",
    () =>
      withServer(async (server, start) => {
        const last = await killAtRandom(server, kills, () => start())
        check(server, lastJson(last))
        const before = server.stats().requests
        const again = start()
        assert.strictEqual(await again.ended, 0, again.output())
        assert.strictEqual(server.stats().requests, before, "a completed batch asks nothing")
        assert.deepStrictEqual(lastJson(again), lastJson(last))
      }),
    120_000
  )

  it("does the same without the engine", () =>
    withServer(async (server, start) => {
      const last = await killAtRandom(server, 2, () => start("--inline"))
      check(server, lastJson(last))
    }), 120_000)

  it(
    "goes on without the engine after the engine's process was killed, and the other way round",
    () =>
      withServer(async (server, start) => {
        for (const [flags, share] of [[[], 0.3], [["--inline"], 0.6], [[], 0.8]] as const) {
          const running = start(...flags)
          await until(() => server.stats().items >= items * share, [running])
          running.kill("SIGKILL")
          await running.ended
        }
        const last = start("--inline")
        assert.strictEqual(await last.ended, 0, last.output())
        check(server, lastJson(last))
      }),
    120_000
  )
})

describe("a second process on the file of a running one", () => {
  it("refuses to start, and says why", () =>
    withServer(async (server, start) => {
      const first = start()
      await until(() => server.stats().requests > 0, [first])
      const second = start()
      assert.notStrictEqual(await second.ended, 0)
      assert.match(second.output(), /batch\.db.* is in use by another process\. Stop that process first/)
      assert.strictEqual(await first.ended, 0, first.output())
      assert.strictEqual(server.stats().repeated, 0)
    }), 60_000)
})
