/**
 * Starts PostgreSQL from the programs that a Linux distribution installs, without Docker: a new cluster of databases in a
 * temporary folder, on a free port, for tests and examples. It asks for no password, and nothing in it survives.
 */
import { execFile, execFileSync, spawn } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

export interface Postgres {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** The folder of PostgreSQL's programs, or undefined where it is not installed. */
export const findPostgres = (): string | undefined => {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : []
  const folders = [...versions.map((version) => join(debian, version, "bin")), ...(process.env.PATH ?? "").split(":")]
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")))
}

/** What to say where PostgreSQL is not installed. */
export const notInstalled = "PostgreSQL is not installed here. On Debian: apt-get install postgresql"

/** PostgreSQL refuses to run as root: root runs it as the user that Debian's package makes. */
const identity = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

/** Starts a server with one empty database. `port` 0 takes a free one. */
export const startPostgres = async ({ port = 0 }: { readonly port?: number } = {}): Promise<Postgres> => {
  const programs = findPostgres()
  if (programs === undefined) throw new Error(notInstalled)
  const as = identity()
  const folder = mkdtempSync(join(tmpdir(), "postgres-"))
  chmodSync(folder, 0o700)
  if (as !== undefined) chownSync(folder, as.uid, as.gid)
  const data = join(folder, "data")
  const options = { ...as, cwd: folder, env: { ...process.env, LC_ALL: "C" } }
  await run(join(programs, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], options)
  const chosen = port === 0 ? await freePort() : port
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, "-p", String(chosen), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"],
    { ...options, stdio: ["ignore", "ignore", "pipe"] }
  )
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()))
  let log = ""
  await new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += log.length < 100_000 ? text : ""
      if (text.includes("ready to accept connections")) resolve()
    })
    server.once("exit", () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
  return {
    url: `postgres://postgres@127.0.0.1:${chosen}/postgres`,
    stop: async () => {
      server.kill("SIGINT")
      await ended
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => typeof address === "object" && address !== null ? resolve(address.port) : reject())
    })
  })
