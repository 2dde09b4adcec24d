/**
 * What the compiler takes for a consumer: the same program with this library, with the official SDK and with OpenAI's, each
 * type-checked by tsc in a project of its own outside the repository, over the declarations that users install. Fails if
 * the program of this library grows beyond its budget.
 *
 *   node bench/typecheck.ts [rounds]
 */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { median } from "./stats.ts"
import { digits, table } from "./table.ts"

const execute = promisify(execFile)
const root = fileURLToPath(new URL("..", import.meta.url))

/** Imports of modules in place of barrels: `effect/Effect` for `Effect` of `effect`. */
const withModules = (code: string): string =>
  code.replaceAll(
    /^import \{ (.+) \} from "(effect(?:\/\w+)?|@effect-mistral\/\w+)"$/gm,
    (_, names: string, path: string) =>
      names.split(", ").map((name) => `import * as ${name} from "${path}/${name}"`).join("\n")
  )

const source = (file: string): string => readFileSync(new URL(`typecheck/${file}.ts`, import.meta.url), "utf8")

/** The programs, the one that the ratios are of first. */
const programs: Readonly<Record<string, string>> = {
  "mistralai": source("mistralai"),
  "openai": source("openai"),
  "ours": source("ours"),
  "ours, by module imports": withModules(source("ours")),
  "Effect alone": source("effect"),
  "no library": "console.log(process.version)\n"
}

/** The most that `ours` may take: what was reached, with some room. Both numbers are the same on every machine. */
const budget = { instantiations: 30_000, files: 450 }

interface Measured {
  readonly files: number
  readonly instantiations: number
  readonly megabytes: number
  readonly checkSeconds: number
  readonly seconds: number
}

/** Writes a project that holds one program and finds this repository's packages, as built. */
const writeProject = (folder: string, code: string): void => {
  mkdirSync(folder)
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  writeFileSync(join(folder, "main.ts"), code)
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "es2023",
        lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
        types: ["node"],
        strict: true,
        skipLibCheck: true,
        noEmit: true
      },
      files: ["main.ts"]
    })
  )
}

const measure = async (folder: string): Promise<Measured> => {
  const { stdout } = await execute(join(root, "node_modules/.bin/tsc"), ["-p", folder, "--extendedDiagnostics"]).catch(
    (error) => {
      throw new Error(`${folder} does not type-check: ${error.stdout}`)
    }
  )
  const number = (name: string): number => {
    const value = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1]
    if (value === undefined) throw new Error(`tsc printed no ${name}: ${stdout}`)
    return Number(value)
  }
  return {
    files: number("Files"),
    instantiations: number("Instantiations"),
    megabytes: number("Memory used") / 1000,
    checkSeconds: number("Check time"),
    seconds: number("Total time")
  }
}

/** Measures each program in turn, round by round, after one round that warms up the disk's cache. */
const measureAll = async (rounds: number): Promise<ReadonlyMap<string, ReadonlyArray<Measured>>> => {
  const project = mkdtempSync(join(tmpdir(), "effect-mistral-typecheck-"))
  const measured = new Map<string, Array<Measured>>(Object.keys(programs).map((name) => [name, []]))
  try {
    const folders = Object.entries(programs).map(([name, code], at) => {
      const folder = join(project, String(at))
      writeProject(folder, code)
      return [name, folder] as const
    })
    for (let round = 0; round <= rounds; round++) {
      for (const [name, folder] of folders) {
        const one = await measure(folder)
        if (round > 0) measured.get(name)?.push(one)
      }
    }
    return measured
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

const rounds = Number(process.argv[2] ?? 3)
if (!(Number.isInteger(rounds) && rounds > 0)) {
  throw new Error("node bench/typecheck.ts [rounds], a whole number above 0")
}
const measured = await measureAll(rounds)
const of = (name: string, value: (one: Measured) => number): ReadonlyArray<number> =>
  measured.get(name)?.map(value) ?? []
const [first = ""] = measured.keys()

/** A median and, in brackets, the median of its ratios to the first program, round by round. */
const cell = (name: string, value: (one: Measured) => number, show: (value: number) => string): string => {
  const compared = of(first, value)
  const ratio = median(of(name, value).map((one, round) => one / (compared[round] ?? Number.NaN)))
  return `${show(median(of(name, value)))} (${digits(ratio)})`
}

const whole = (value: number): string => value.toFixed(0)
const seconds = (value: number): string => value.toFixed(2)

console.log(table([
  ["program", "files", "instantiations", "memory MB", "check s", "total s"],
  ...[...measured.keys()].map((name) => [
    name,
    cell(name, ({ files }) => files, whole),
    cell(name, ({ instantiations }) => instantiations, whole),
    cell(name, ({ megabytes }) => megabytes, whole),
    cell(name, ({ checkSeconds }) => checkSeconds, seconds),
    cell(name, (one) => one.seconds, seconds)
  ])
]))
console.log(`In brackets: the ratio to ${first}. ${rounds} rounds.`)

for (const [key, most] of Object.entries(budget)) {
  const found = median(of("ours", (one) => key === "files" ? one.files : one.instantiations))
  console.log(`ours: ${found} ${key}, budget ${most}`)
  if (found > most) process.exitCode = 1
}
