/**
 * Lists the examples, or runs one of them: with Mistral if `MISTRAL_API_KEY` is set, and otherwise with an emulator.
 *
 * Run: npm run example
 *      npm run example -- NAME [arguments]
 */
import { spawn } from "node:child_process"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"
import { styleText } from "node:util"
import { type Example, examples, fileOf, groups } from "./list.ts"
import { nearestName } from "./shared/nearestName.ts"

/** One line for each example: its name, what it shows, and what it prints. */
const list = () => {
  const width = Math.max(...examples.map(({ name }) => name.length))
  const lines = groups.flatMap(({ examples, title }) => [
    `\n${title}`,
    ...examples.map(({ name, needs, prints, shows }) => {
      const text = (needs === undefined ? shows : `${shows} (needs ${needs})`).replaceAll("`", "")
      return `  ${name.padEnd(width)}  ${text} ${styleText("dim", `-> ${prints[0]}`)}`
    })
  ])
  const server = process.env["MISTRAL_API_KEY"] === undefined
    ? "MISTRAL_API_KEY is not set: the examples use an emulator, which they start."
    : "MISTRAL_API_KEY is set: the examples call Mistral."
  return [
    ...lines,
    "",
    "-> is the beginning of the output: … stands for a text, # for a number.",
    "Run one: npm run example -- NAME [arguments]",
    server
  ].join("\n")
}

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url))

/** Runs an example in a process of its own, with the same terminal, and ends with its exit code. */
const run = (example: Example, args: ReadonlyArray<string>) => {
  const file = fileURLToPath(new URL(fileOf(example), import.meta.url))
  const command = example.kind === "test" ? [vitest, "run", file] : [...process.execArgv, file]
  const child = spawn(process.execPath, [...command, ...args], { stdio: "inherit" })
  // A terminal sends Ctrl-C to both processes: this one waits for the other. A `kill` of this process is handed on.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  })
}

const [given, ...args] = process.argv.slice(2)
// The path of an example is its name, too: `examples/complete.ts`.
const name = given?.replace(/^.*\/(?=[^/]+\.ts$)/, "").replace(/(\.test)?\.ts$/, "")
const example = examples.find((each) => each.name === name)

if (name === undefined || name === "--help") {
  console.log(list())
} else if (example === undefined) {
  const nearest = nearestName(name, examples.map((each) => each.name))
  console.error(`There is no example ${name}. Did you mean ${nearest}? "npm run example" lists all of them.`)
  process.exitCode = 1
} else {
  run(example, args)
}
