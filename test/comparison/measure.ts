/** Runs every probe with every client. */
import { type ChildProcess, execFileSync, fork } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { root } from "../packedPackages.ts"
import type { Call, Observation } from "./peer.ts"
import { type Column, columns } from "./peers.ts"
import { type Probe, probes } from "./probes.ts"
import { type Server, start } from "./server.ts"

/** What was measured of a client. */
export interface Measured {
  readonly name: string
  /** The versions of its packages, as `name version`. */
  readonly versions: ReadonlyArray<string>
  /** For each probe, in their order, whether the client does what its title says. */
  readonly answers: ReadonlyArray<boolean>
  /** For each capability, in their order, whether the client offers it. */
  readonly offers: ReadonlyArray<boolean>
}

/** The time after a call in which a connection may still be closed, in milliseconds. */
const settle = 300

/** Waits for the next message of the program of a client, after a call if there is one. */
const next = <Message>(child: ChildProcess, call?: Call): Promise<Message> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the program of the client ended with ${String(code)}`))
    child.once("exit", onExit)
    child.once("message", (message) => {
      child.off("exit", onExit)
      // The cast is safe: the program sends what it offers first, and then an observation for each call.
      resolve(message as Message)
    })
    if (call !== undefined) child.send(call)
  })

const probe = async (child: ChildProcess, server: Server, { calls }: Probe): Promise<boolean> => {
  for (const { call, shows } of calls) {
    server.reset()
    const observation = await next<Observation>(child, call)
    if (call.kind === "cancel") await sleep(settle)
    if (!shows(observation, server.seen)) return false
  }
  return true
}

/** The folder from which a client's packages are loaded, and its file. */
const place = ({ file, install }: Column, temporary: string): { readonly folder: string; readonly path: string } => {
  const path = join(import.meta.dirname, "peers", file)
  if (install === undefined) return { folder: root, path }
  const folder = mkdtempSync(join(temporary, "peer-"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", ...install], {
    cwd: folder
  })
  copyFileSync(path, join(folder, file))
  return { folder, path: join(folder, file) }
}

const versionIn = (folder: string) => (name: string): string => {
  const text = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")
  return `${name} ${(JSON.parse(text) as { readonly version: string }).version}`
}

const measureColumn = async (column: Column, temporary: string): Promise<Measured> => {
  const server = await start()
  const { folder, path } = place(column, temporary)
  const child = fork(join(import.meta.dirname, "child.ts"), [path, server.url], {
    execArgv: ["--conditions=@effect-mistral/source"],
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  try {
    const offers = await next<ReadonlyArray<boolean>>(child)
    const answers: Array<boolean> = []
    for (const one of probes) answers.push(await probe(child, server, one))
    return { name: column.name, versions: column.packages.map(versionIn(folder)), answers, offers }
  } finally {
    child.kill()
    server.close()
  }
}

/** Measures all clients, at the same time: each has a process and a server of its own. */
export const measure = async (): Promise<ReadonlyArray<Measured>> => {
  const temporary = mkdtempSync(join(tmpdir(), "effect-mistral-comparison-"))
  try {
    return await Promise.all(columns.map((column) => measureColumn(column, temporary)))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
