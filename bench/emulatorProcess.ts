import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../packages/emulator/dist/bin.js", import.meta.url))

/** An emulator in a process of its own, from `dist`. */
export interface EmulatorProcess {
  readonly port: number
  /** Milliseconds from the start of the process until it listens. */
  readonly started: number
  /** The memory that the process holds now, in bytes. */
  readonly memory: () => number
  /** The processor time that the process has used, in milliseconds. */
  readonly processor: () => number
  readonly stop: () => Promise<void>
}

/** Starts an emulator on a free port, and returns when it listens. Memory and processor time are read from Linux's `/proc`. */
export const startEmulator = async (flags: ReadonlyArray<string> = []): Promise<EmulatorProcess> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [bin, "--port", "0", ...flags], { stdio: ["ignore", "pipe", "inherit"] })
  const port = await listening(child)
  const started = performance.now() - begun
  const proc = (name: string) => readFileSync(`/proc/${child.pid}/${name}`, "utf8")
  return {
    port,
    started,
    memory: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(proc("status"))?.[1]) * 1024,
    // Fields 14 and 15, after the name in brackets, in hundredths of a second.
    processor: () => {
      const fields = proc("stat").replace(/^.*\) /s, "").split(" ")
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve())
        child.kill()
      })
  }
}

const listening = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let output = ""
    child.once("exit", (code) => reject(new Error(`The emulator ended with ${code}`)))
    child.stdout?.on("data", (bytes: Buffer) => {
      output += bytes.toString()
      const port = /MISTRAL_BASE_URL=http:\/\/[^\s:]+:(\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
