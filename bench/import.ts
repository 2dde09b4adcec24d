/**
 * Measures how long the modules of a chat program take to import, each time in a new process.
 *
 *   node bench/import.ts
 */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Spread, spread } from "./stats.ts"
import { digits, table } from "./table.ts"

const entries = [
  "@effect-mistral/chat/Chat",
  "@effect-mistral/core/FetchHttpClient",
  "@effect-mistral/core/MistralClient"
]

/** The Effect modules that the entries import, found by following the imports of the built files. */
const effectModules = (): ReadonlyArray<string> => {
  const found = new Set<string>()
  const seen = new Set<string>()
  const follow = (specifier: string, from: string): void => {
    if (specifier === "effect" || specifier.startsWith("effect/")) return void found.add(specifier)
    const url = import.meta.resolve(specifier.startsWith(".") ? new URL(specifier, from).href : specifier)
    if (seen.has(url)) return
    seen.add(url)
    const source = readFileSync(fileURLToPath(url), "utf8")
    for (const [, next] of source.matchAll(/^(?:import|export)\s(?:[\w*{}\s,$]*?\sfrom\s)?"([^"]+)"/gm)) {
      follow(next!, url)
    }
  }
  for (const entry of entries) follow(entry, import.meta.url)
  return [...found]
}

const contenders = (): ReadonlyArray<readonly [name: string, modules: ReadonlyArray<string>]> => [
  ["the Effect modules that ours imports", effectModules()],
  ["ours", entries],
  ["mistralai", ["@mistralai/mistralai"]],
  ["mistralai, core entry", ["@mistralai/mistralai/core.js", "@mistralai/mistralai/funcs/chatStream.js"]],
  ["openai", ["openai"]],
  ["ai-sdk", ["@ai-sdk/mistral"]],
  ["ai-streamText", ["@ai-sdk/mistral", "ai"]],
  ["eventsource-parser", ["eventsource-parser"]]
]

const run = promisify(execFile)

const once = async (modules: ReadonlyArray<string>): Promise<number> => {
  const script = `const begun = performance.now();
${modules.map((name) => `await import(${JSON.stringify(name)});`).join("\n")}
console.log(performance.now() - begun)`
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL(".", import.meta.url))
  })
  return Number(stdout)
}

export interface ImportTime extends Spread {
  readonly name: string
}

/** Import times in milliseconds. The contenders take turns. The first round fills the disk cache and does not count. */
export const importTimes = async (rounds: number): Promise<ReadonlyArray<ImportTime>> => {
  const all = contenders().map(([name, modules]) => ({ name, modules, times: [] as Array<number> }))
  for (let round = 0; round <= rounds; round++) {
    for (const { modules, times } of all) {
      const time = await once(modules)
      if (round > 0) times.push(time)
    }
  }
  return all.map(({ name, times }) => ({ name, ...spread(times) }))
}

export const importTable = (measured: ReadonlyArray<ImportTime>): string =>
  table([
    ["modules", "ms, median", "min", "max", "to the Effect modules"],
    ...measured.map(({ max, median, min, name }) => [
      name,
      digits(median),
      digits(min),
      digits(max),
      digits(median / measured[0]!.median)
    ])
  ])

if (import.meta.main) console.log(importTable(await importTimes(9)))
