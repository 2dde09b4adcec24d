/** Programs that tests start in processes of their own. */
import { type ChildProcess, spawn } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

export interface Program {
  readonly child: ChildProcess
  /** What it has printed so far. */
  readonly output: () => string
  /** Resolves when it has ended, with its exit code; null after a signal. */
  readonly ended: Promise<number | null>
  readonly kill: (signal: NodeJS.Signals) => void
}

/** Starts a program of this folder's neighbourhood by its URL, with the sources of the packages. */
export const startProgram = (
  file: URL,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Program => {
  const { MISTRAL_API_KEY: _, ...env } = process.env
  const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", fileURLToPath(file), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, ...environment, NODE_NO_WARNINGS: "1" }
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => output += text)
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => child.once("close", (code) => resolve(code))),
    kill: (signal) => void child.kill(signal)
  }
}

/** Waits until a condition holds. Fails with the output of the programs after `limit` milliseconds. */
export const until = async (
  condition: () => boolean,
  programs: ReadonlyArray<Program>,
  limit = 60_000
): Promise<void> => {
  const start = performance.now()
  while (!condition()) {
    if (performance.now() - start > limit) {
      throw new Error(`it did not happen in ${limit} ms\n${programs.map(({ output }) => output()).join("\n---\n")}`)
    }
    await sleep(10)
  }
}

/** The last line of a program's output that is JSON. */
export const lastJson = (program: Program): unknown =>
  JSON.parse(program.output().split("\n").findLast((line) => line.startsWith("{")) ?? "null")
