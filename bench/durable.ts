/**
 * Measures durable batches beside the same requests without durability: `Stream.mapEffect` over the same client, against the
 * same server, in processes of their own. Prints rates, CPU time, memory and the size of the database, as ratios to the plain
 * program, and fails where a limit is exceeded.
 *
 *   node bench/durable.ts [--items 10000] [--instant 500000] [--rounds 3]
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { contenders, type Measured } from "./durableContenders.ts"
import { measureInChild } from "./measureInChild.ts"
import { machine } from "./report.ts"
import { median } from "./stats.ts"
import { digits, table } from "./table.ts"

/** The limits: CPU time and rate as ratios to the plain program, items a second, MiB, bytes an item. */
const limits = { cpu: 1.25, rate: 0.75, instant: 20_000, memory: 400, bytes: 100 }

const { values: flags } = parseArgs({
  options: {
    items: { type: "string", default: "10000" },
    instant: { type: "string", default: "500000" },
    rounds: { type: "string", default: "3" },
    contenders: { type: "string", default: [...contenders.keys()].join(",") },
    child: { type: "string" },
    url: { type: "string", default: "" }
  }
})

const run = (name: string, url: string, items: number) =>
  measureInChild<Measured>(name, import.meta.url, ["--child", name, "--url", url, "--items", String(items)])

const parent = async (): Promise<void> => {
  const file = fileURLToPath(new URL("../test/durable/countingServer.ts", import.meta.url))
  const server = spawn(process.execPath, [file, "0", "10"], { stdio: ["ignore", "pipe", "inherit"] })
  process.on("exit", () => server.kill())
  const [line] = await once(createInterface(server.stdout!), "line") as [string]
  const url = line.slice(line.indexOf("http"))
  const items = Number(flags.items)
  const instant = Number(flags.instant)
  const all = new Map(flags.contenders.split(",").map((name) => [name, [] as Array<Measured>]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, measured] of all) {
      measured.push(await run(name, url, contenders.get(name)!.instant ? instant : items))
    }
  }
  server.kill()
  const of = (name: string, key: keyof Measured) => median(all.get(name)?.map((one) => one[key]) ?? [NaN])
  const ratio = (name: string, key: keyof Measured) => of(name, key) / of("plain", key)
  const names = [...all.keys()]
  const rows = (instantly: boolean) => names.filter((name) => contenders.get(name)!.instant === instantly)
  console.log(
    `${machine()}\n\n${items.toLocaleString("en")} items, answers after 10 ms, 64 at once; median of ${flags.rounds}\n`
  )
  console.log(table([
    ["", "items/s", "ratio", "CPU ms an item", "ratio", "resident MiB", "bytes an item"],
    ...rows(false).map((name) => [
      contenders.get(name)!.title,
      digits(of(name, "rate")),
      digits(ratio(name, "rate")),
      digits(of(name, "cpu")),
      digits(ratio(name, "cpu")),
      digits(of(name, "memory")),
      digits(of(name, "bytes"))
    ])
  ]))
  console.log(`\n${instant.toLocaleString("en")} items that are answered at once, without HTTP\n`)
  console.log(table([
    ["", "items/s", "CPU ms an item", "resident MiB", "bytes an item"],
    ...rows(true).map((name) => [
      contenders.get(name)!.title,
      ...(["rate", "cpu", "memory", "bytes"] as const).map((key) => digits(of(name, key)))
    ])
  ]))
  const exceeded = [
    ratio("durable", "cpu") > limits.cpu && `CPU time over ${limits.cpu} times that of the plain program`,
    ratio("durable", "rate") < limits.rate && `rate under ${limits.rate} times that of the plain program`,
    of("durable", "bytes") > limits.bytes && `more than ${limits.bytes} bytes an item`,
    of("instant", "rate") < limits.instant && `fewer than ${limits.instant} items a second`,
    of("instant", "memory") > limits.memory && `more than ${limits.memory} MiB`
  ].filter((one) => one !== false)
  for (const one of exceeded) console.error(`\nexceeded: ${one}`)
  if (exceeded.length > 0) process.exitCode = 1
}

if (flags.child === undefined) await parent()
else {
  console.log(JSON.stringify(await contenders.get(flags.child)!.run(flags.url, Number(flags.items))))
  process.exit()
}
