/** Controls the process of a contender from the benchmark run. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Round } from "./child.ts"
import type { Scenario } from "./scenarios.ts"

export class Contender {
  readonly name: string
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: Interface
  readonly #pending: Array<string> = []
  readonly #waiting: Array<{ resolve: (line: string) => void; reject: (error: Error) => void }> = []
  #errors = ""

  constructor(name: string, scenario: Scenario, baseUrl: string) {
    this.name = name
    const file = fileURLToPath(new URL("child.ts", import.meta.url))
    this.#process = spawn(process.execPath, ["--expose-gc", file, name, scenario.name, baseUrl])
    this.#process.stderr.on("data", (text: Buffer) => this.#errors += text.toString())
    this.#lines = createInterface(this.#process.stdout)
    this.#lines.on("line", (line) => {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#pending.push(line)
      else waiting.resolve(line)
    })
    this.#process.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${name} ended early: ${this.#errors}`))
    })
  }

  /** Waits for the end of the warm-up. */
  async ready(): Promise<void> {
    await this.#line()
  }

  async round(): Promise<Round> {
    this.#process.stdin.write("\n")
    return JSON.parse(await this.#line()) as Round
  }

  end(): void {
    this.#process.kill()
  }

  #line(): Promise<string> {
    const line = this.#pending.shift()
    if (line !== undefined) return Promise.resolve(line)
    if (this.#process.exitCode !== null) return Promise.reject(new Error(`${this.name} ended early: ${this.#errors}`))
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}
