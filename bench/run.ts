/**
 * Runs the benchmarks, prints their tables and, if all of them ran, writes `RESULTS.md`.
 *
 *   node bench/run.ts [--quick] [--only <scenario>,...] [--clients <contender>,...]
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { Round } from "./child.ts"
import { clients, load } from "./clients/index.ts"
import { Contender } from "./contender.ts"
import { importTable, importTimes } from "./import.ts"
import { machine, type Measured, report, type Result, scenarioTable } from "./report.ts"
import { type Scenario, scenarios } from "./scenarios.ts"
import { sizes, sizeTable } from "./size.ts"

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, clients: { type: "string" } }
})
const only = flags.only?.split(",")

/** A contender that exceeds these limits runs no further rounds. They do not apply where the server sets the pace. */
const enough = { milliseconds: 8000, rounds: 2 }

const perEventOnly = new Set(["ai-streamText", "naive-effect", "ours-each"])

/** The contenders that `--quick` skips unless they are named. */
const skippedByQuick = new Set(["eventsource-parser", "ai-sdk", "ai-streamText", "naive-effect", "undici", "ours-each"])

const takesPart = (name: string, scenario: Scenario): boolean => {
  if (scenario.contenders !== undefined) return scenario.contenders.includes(name)
  if (name === "ours-ai") return false
  if (scenario.oursOnly === true) return name.startsWith("ours-") && name !== "ours-each"
  // Some contenders only show the cost of a programming style, per event.
  return !perEventOnly.has(name) || scenario.measures[0] === "cpuPerEvent"
}

const names = flags.clients?.split(",") ??
  [...clients.keys()].filter((name) => flags.quick !== true || !skippedByQuick.has(name))

const measure = async (scenario: Scenario, baseUrl: string): Promise<Measured> => {
  const rounds = flags.quick === true ? Math.min(scenario.work.spec.pace > 0 ? 2 : 3, scenario.rounds) : scenario.rounds
  const entrants = names.filter((name) => takesPart(name, scenario)).map((name) => ({
    name,
    rounds: [] as Array<Round>,
    wall: 0,
    connections: 0,
    contender: undefined as Contender | undefined
  }))
  const start = async (entrant: typeof entrants[number]) => {
    entrant.contender = new Contender(entrant.name, scenario, baseUrl)
    await entrant.contender.ready()
  }
  // One warm-up after the other: in parallel, each would include the compile time of the others.
  if (scenario.fresh !== true) { for (const entrant of entrants) await start(entrant) }
  for (let round = 0; round < rounds; round++) {
    for (const entrant of entrants) {
      const slow = scenario.work.spec.pace === 0 && entrant.wall > enough.milliseconds
      if (slow && round >= enough.rounds) continue
      if (scenario.fresh === true) await start(entrant)
      await connections(baseUrl)
      const done = await entrant.contender!.round()
      entrant.connections = await connections(baseUrl)
      entrant.rounds.push(done)
      entrant.wall += done.wall
      if (scenario.fresh === true) entrant.contender!.end()
    }
  }
  for (const { contender } of entrants) contender!.end()
  const results = await Promise.all(entrants.map(async ({ connections, name, rounds }): Promise<Result> => ({
    name,
    validates: (await load(name)).validates,
    rounds,
    connections
  })))
  return { scenario, results }
}

/** The number of connections that the server saw since the last time this was requested. */
const connections = async (baseUrl: string): Promise<number> => Number(await (await fetch(baseUrl)).text())

const server = spawn(process.execPath, [fileURLToPath(new URL("server.ts", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit", "ipc"]
})
process.on("exit", () => server.kill())
const [port] = await once(createInterface(server.stdout!), "line") as [string]

const chosen = scenarios.filter(({ name, quick }) =>
  only === undefined ? flags.quick !== true || quick === true : only.includes(name)
)
const measured: Array<Measured> = []
console.log(`${machine()}\n`)
for (const scenario of chosen) {
  const begun = performance.now()
  const one = await measure(scenario, `http://127.0.0.1:${port}`)
  measured.push(one)
  console.log(`## ${scenario.name}: ${scenario.title}\n\n${scenarioTable(one)}\n`)
  console.error(`(${((performance.now() - begun) / 1000).toFixed(1)} s)\n`)
}

if (only === undefined && flags.clients === undefined) {
  const extra = [
    ["Import time", importTable(await importTimes(flags.quick === true ? 1 : 9))],
    ["Bundle size of a program that streams a chat answer", sizeTable(await sizes())]
  ] as const
  for (const [title, text] of extra) console.log(`## ${title}\n\n${text}\n`)
  if (flags.quick !== true) {
    writeFileSync(fileURLToPath(new URL("RESULTS.md", import.meta.url)), report(measured, extra))
  }
}
process.exit()
