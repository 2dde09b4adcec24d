/**
 * Uploads one file of 400,000 lines of JSON Lines and reads 400,000 result lines back, by this library and by the official
 * SDK, each in a process of its own. Prints wall time and memory growth, and fails where this library over the Node layer
 * grows by more than its limit.
 *
 *   node bench/batchFiles.ts [--lines 400000] [--rounds 3] [--clients ours-node,ours-fetch,mistralai]
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { batchClients, type Phase } from "./batchClients.ts"
import { measureInChild } from "./measureInChild.ts"
import { machine } from "./report.ts"
import { median } from "./stats.ts"
import { digits, table } from "./table.ts"

/** MiB that the resident set of `ours-node` may grow by. */
const limit = 250

const { values: flags } = parseArgs({
  options: {
    lines: { type: "string", default: "400000" },
    rounds: { type: "string", default: "3" },
    clients: { type: "string", default: [...batchClients.keys()].join(",") },
    child: { type: "string" },
    url: { type: "string" }
  }
})
const lines = Number(flags.lines)

/** What one process measured. */
interface Measured {
  readonly upload: number
  readonly download: number
  readonly uploadGrowth: number
  readonly growth: number
}

const mib = 1024 * 1024

const child = async (name: string, url: string): Promise<Measured> => {
  const client = await batchClients.get(name)!()
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  // The greatest resident set of the process so far, which no sampling can miss.
  const growth = () => Math.max(0, process.resourceUsage().maxRSS * 1024 - before) / mib
  const phase = async (run: Phase) => {
    const begun = performance.now()
    const found = await run(url, lines)
    if (found !== lines) throw new Error(`${name}: ${found} of ${lines} lines`)
    return performance.now() - begun
  }
  const upload = await phase(client.upload)
  const uploadGrowth = growth()
  const download = await phase(client.download)
  return { upload, download, uploadGrowth, growth: growth() }
}

const run = (name: string, url: string) =>
  measureInChild<Measured>(
    name,
    import.meta.url,
    ["--child", name, "--url", url, "--lines", String(lines)],
    ["--expose-gc"]
  )

const parent = async (): Promise<void> => {
  const server = spawn(process.execPath, [fileURLToPath(new URL("batchServer.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit", "ipc"]
  })
  process.on("exit", () => server.kill())
  const [port] = await once(createInterface(server.stdout!), "line") as [string]
  const url = `http://127.0.0.1:${port}`
  const names = flags.clients.split(",")
  const all = new Map(names.map((name) => [name, [] as Array<Measured>]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, measured] of all) measured.push(await run(name, url))
  }
  const of = (name: string, key: keyof Measured) => median(all.get(name)!.map((one) => one[key]))
  const base = names.includes("mistralai") ? "mistralai" : names[0]!
  const ratio = (name: string, key: keyof Measured) => digits(of(name, key) / of(base, key))
  console.log(`${machine()}\n\n${lines.toLocaleString("en")} lines up and down, median of ${flags.rounds}\n`)
  console.log(table([
    ["", "upload s", "ratio", "download s", "ratio", "growth MiB", "of it in the upload", "ratio"],
    ...names.map((name) => [
      name,
      digits(of(name, "upload") / 1000),
      ratio(name, "upload"),
      digits(of(name, "download") / 1000),
      ratio(name, "download"),
      digits(of(name, "growth")),
      digits(of(name, "uploadGrowth")),
      ratio(name, "growth")
    ])
  ]))
  if (all.has("ours-node") && of("ours-node", "growth") > limit) {
    console.error(`\nours-node grew by more than ${limit} MiB`)
    process.exitCode = 1
  }
  server.kill()
}

if (flags.child === undefined) await parent()
else {
  console.log(JSON.stringify(await child(flags.child, flags.url!)))
  process.exit()
}
