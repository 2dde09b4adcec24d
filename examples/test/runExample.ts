/** Starts `examples/run.ts`, as `npm run example` does. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../run.ts", import.meta.url))

/** Starts the program without a key of Mistral, in the environment of the test and the variables that are given. */
export const startExample = (args: ReadonlyArray<string>, variables: NodeJS.ProcessEnv = {}) => {
  const { MISTRAL_API_KEY: _, ...env } = process.env
  const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", program, ...args], {
    env: { ...env, ...variables }
  })
  const output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text) => output.stdout += text)
  child.stderr.setEncoding("utf8").on("data", (text) => output.stderr += text)
  child.stdin.end()
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  /** Waits until standard output matches, and returns the match. */
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output.stdout)
        if (found !== null) resolve(found)
      }
      child.stdout.on("data", look)
      child.once("close", () => reject(new Error(`It ended before ${pattern}:\n${output.stdout}${output.stderr}`)))
      look()
    })
  return { child, ended, output, printed }
}

/** Runs the program until it ends. */
export const runExample = async (args: ReadonlyArray<string>, variables?: NodeJS.ProcessEnv) => {
  const { ended, output } = startExample(args, variables)
  return { code: await ended, ...output }
}
