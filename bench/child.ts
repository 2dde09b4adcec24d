/**
 * Runs one contender in one scenario, in a process of its own. It warms up, then runs one round for each line of its
 * standard input and prints the result as a line of JSON.
 *
 *   yes | head -3 | node --expose-gc bench/child.ts ours-fetch 2k-16k http://127.0.0.1:8080
 */
import { createInterface } from "node:readline"
import { load } from "./clients/index.ts"
import { characters, toModel, wholeCharacters } from "./eventBodies.ts"
import { scenarios, units, type Work } from "./scenarios.ts"

/** The cost of one round. */
export interface Round {
  /** The microseconds of CPU time, user and system, for each event or call. */
  readonly cpu: number
  /** The duration in milliseconds. */
  readonly wall: number
  /** The greatest growth of the resident set, in MiB. */
  readonly memory: number
  /** The milliseconds from the call to the first text, as the median of the round's streams. */
  readonly firstEvent: number
}

const [clientName, scenarioName, baseUrl] = process.argv.slice(2)
const scenario = scenarios.find(({ name }) => name === scenarioName)
if (clientName === undefined || scenario === undefined || baseUrl === undefined) {
  throw new Error("See the top of child.ts")
}
const client = await load(clientName)

const firstEvents: Array<number> = []

const operation = ({ operation, spec }: Work): () => Promise<void> => {
  if (operation === "complete") {
    return async () => check(await client.complete!(baseUrl, "whole"), wholeCharacters, "characters")
  }
  const model = toModel(spec)
  const expected = characters(spec)
  return async () => {
    let events = 0
    let length = 0
    const begun = performance.now()
    await client.stream(baseUrl, model, (text) => {
      if (events++ === 0) firstEvents.push(performance.now() - begun)
      length += text.length
    })
    check(events, spec.events, "events")
    check(length, expected, "characters")
  }
}

const check = (found: number, expected: number, what: string): void => {
  if (found !== expected) throw new Error(`${clientName} at ${scenarioName}: ${found} of ${expected} ${what}`)
}

const perform = async (work: Work): Promise<void> => {
  const run = operation(work)
  let left = work.count
  const worker = async () => {
    while (left > 0) {
      left--
      await run()
    }
  }
  await Promise.all(Array.from({ length: work.concurrency }, worker))
}

const round = async (work: Work): Promise<Round> => {
  firstEvents.length = 0
  const before = process.memoryUsage.rss()
  let peak = before
  const sampler = scenario.measures.includes("memory")
    ? setInterval(() => peak = Math.max(peak, process.memoryUsage.rss()), 10)
    : undefined
  const begun = performance.now()
  const cpu = process.cpuUsage()
  await perform(work)
  const { system, user } = process.cpuUsage(cpu)
  const wall = performance.now() - begun
  clearInterval(sampler)
  firstEvents.sort((a, b) => a - b)
  return {
    cpu: (user + system) / units(work),
    wall,
    memory: (Math.max(peak, process.memoryUsage.rss()) - before) / 1024 / 1024,
    firstEvent: firstEvents[firstEvents.length >> 1] ?? 0
  }
}

const { warmUp, ...work } = scenario.work
const warm = (count: number) =>
  perform({
    ...scenario.work,
    spec: {
      ...work.spec,
      events: warmUp.events,
      text: Math.min(work.spec.text, 100_000),
      pace: Math.min(work.spec.pace, 4)
    },
    count,
    concurrency: warmUp.concurrency ?? 1
  })
await warm(warmUp.count)
console.log("ready")
for await (const _ of createInterface(process.stdin)) {
  // A full collection discards the compiled code of every function without a live closure (decision 0006), so the warm-up
  // comes after it.
  globalThis.gc?.()
  if (scenario.fresh !== true) await warm(Math.ceil(warmUp.count / 2))
  console.log(JSON.stringify(await round(scenario.work)))
}
process.exit()
