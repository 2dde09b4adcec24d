/** Formats the measurements as Markdown. */
import { readFileSync } from "node:fs"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import type { Round } from "./child.ts"
import type { Measure, Scenario } from "./scenarios.ts"
import { median, spread } from "./stats.ts"
import { digits, table } from "./table.ts"

/** The measurements of a contender in a scenario. */
export interface Result {
  readonly name: string
  readonly validates: string
  readonly rounds: ReadonlyArray<Round>
  readonly connections: number
}

export interface Measured {
  readonly scenario: Scenario
  readonly results: ReadonlyArray<Result>
}

const units: Record<Measure, string> = {
  cpuPerEvent: "CPU µs per event",
  memory: "memory growth MiB",
  firstEvent: "first event ms",
  callsPerSecond: "calls per second",
  connections: "connections"
}

const value = (measure: Measure, scenario: Scenario, round: Round): number => {
  switch (measure) {
    case "cpuPerEvent":
      return round.cpu
    case "memory":
      return round.memory
    case "firstEvent":
      return round.firstEvent
    case "callsPerSecond":
      return scenario.work.count / round.wall * 1000
    case "connections":
      return Number.NaN
  }
}

export const scenarioTable = ({ results, scenario }: Measured): string =>
  scenario.measures.map((measure) => measureTable(measure, scenario, results)).join("\n\n")

const measureTable = (measure: Measure, scenario: Scenario, results: ReadonlyArray<Result>): string => {
  if (measure === "connections") {
    return table([["contender", "connections"], ...results.map((result) => [result.name, String(result.connections)])])
  }
  const unit = measure !== "cpuPerEvent"
    ? units[measure]
    : scenario.work.operation === "complete"
    ? "CPU µs per call"
    : scenario.work.spec.text > 0
    ? "CPU µs per KiB"
    : units[measure]
  const base = scenario.contenders?.[0] ?? "floor"
  const floor = results.find(({ name }) => name === base)
  return table([
    ["contender", "validates", unit, `to ${base === "floor" ? "the floor" : base}`, "min", "max", "rounds"],
    ...results.map(({ name, rounds, validates }) => {
      const values = rounds.map((round) => value(measure, scenario, round))
      // Ratios are taken round by round, because a disturbance of the machine affects neighbouring rounds alike.
      const ratios = floor === undefined ?
        [] :
        values.slice(0, floor.rounds.length).map((one, index) => one / value(measure, scenario, floor.rounds[index]!))
      const ratio = ratios.length === 0 ? undefined : spread(ratios)
      return [
        name,
        validates,
        digits(median(values)),
        ...(ratio === undefined ? ["-", "-", "-"] : [ratio.median, ratio.min, ratio.max].map(digits)),
        String(values.length)
      ]
    })
  ])
}

const versions = [
  "effect",
  "@effect/platform-node",
  "undici",
  "eventsource-parser",
  "@mistralai/mistralai",
  "openai",
  "@ai-sdk/mistral",
  "ai",
  "esbuild"
]

export const machine = (): string => {
  const version = (name: string): string => {
    const file = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url))
    return `${name} ${(JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version}`
  }
  const cores = cpus()
  return `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${cores.length} cores (${
    cores[0]?.model.trim() ?? "unknown"
  }), with ${versions.map(version).join(", ")}.`
}

export const report = (
  measured: ReadonlyArray<Measured>,
  extra: ReadonlyArray<readonly [title: string, text: string]>
): string =>
  `# Results

Written by \`npm run bench\`; [README.md](README.md) explains the numbers.

${machine()}

${
    [...measured.map((one) => [one.scenario.title, scenarioTable(one)] as const), ...extra]
      .map(([title, text]) => `## ${title}\n\n${text}\n`).join("\n")
  }`
