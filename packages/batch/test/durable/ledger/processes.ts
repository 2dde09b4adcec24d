import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** A process that runs one of the programs of this folder. */
export interface Program {
  /** Lets it begin. */
  readonly go: () => void
  readonly kill: () => void
  /** Its lines so far. */
  readonly lines: () => ReadonlyArray<string>
  readonly untilLine: (found: (line: string) => boolean) => Promise<void>
  /** Its exit code, or null if it was killed, and what it wrote to standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

const started = new Set<ChildProcessWithoutNullStreams>()

/** Ends what a failed test has left. */
export const killAll = (): void => {
  for (const child of started) child.kill("SIGKILL")
}

/** Starts a program, and waits until it is ready. */
export const startProgram = async (name: string, filename: string): Promise<Program> => {
  const program = fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", program, filename])
  started.add(child)
  let [output, errors] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text
  })
  const ended = once(child, "exit").then(([code]) => {
    started.delete(child)
    // The cast is safe: the exit code is a number, or null after a signal.
    return { code: code as number | null, errors }
  })
  const lines = () => output.split("\n").slice(0, -1)
  const untilLine = async (found: (line: string) => boolean) => {
    while (!lines().some(found)) {
      await Promise.race([
        once(child.stdout, "data"),
        ended.then(({ errors }) => {
          if (!lines().some(found)) throw new Error(`the program ended: ${errors}`)
        })
      ])
    }
  }
  await untilLine((line) => line === "ready")
  return { go: () => void child.stdin.write("go\n"), kill: () => void child.kill("SIGKILL"), lines, untilLine, ended }
}
