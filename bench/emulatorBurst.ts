/**
 * Measures how evenly an emulator that has just started serves its first burst of connections: each sends one chat request at
 * the same moment.
 *
 *   npm run build && node bench/emulatorBurst.ts [<connections>] [<emulators>] [<flags of the emulator>]
 */
import * as http from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { startEmulator } from "./emulatorProcess.ts"
import { digits, table } from "./table.ts"

const connections = Number(process.argv[2] ?? 200)
const emulators = Number(process.argv[3] ?? 5)

const chat = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Who is the best French painter?" }]
}

/** The requests of a burst: all of one kind. */
const kinds = {
  "whole answers": { method: "POST", path: "/v1/chat/completions", body: JSON.stringify(chat) },
  "streams": { method: "POST", path: "/v1/chat/completions", body: JSON.stringify({ ...chat, stream: true }) },
  "models": { method: "GET", path: "/v1/models", body: "" }
}

/** Sends a request over a connection of its own, and gives the milliseconds until the first bytes of its response. */
const request = (port: number, kind: keyof typeof kinds): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = performance.now()
    const { body, method, path } = kinds[kind]
    const sent = http.request({
      port,
      host: "127.0.0.1",
      path,
      method,
      agent: false,
      headers: {
        authorization: "Bearer emulator-key",
        ...(body === "" ? undefined : { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
      }
    }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`))
      let first: number | undefined
      response.on("data", () => first ??= performance.now() - begun)
      response.once("end", () => resolve(first ?? Infinity))
    })
    sent.once("error", reject).end(body)
  })

const burst = async (port: number, kind: keyof typeof kinds): Promise<ReadonlyArray<number>> =>
  (await Promise.all(Array.from({ length: connections }, () => request(port, kind)))).sort((a, b) => a - b)

const rows: Array<ReadonlyArray<string>> = []
const row = (name: string, times: ReadonlyArray<number>) => {
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  rows.push([
    name,
    ...[times[0] ?? 0, at(0.5), at(0.99), at(1)].map(digits),
    (at(0.99) / at(0.5)).toFixed(2)
  ])
}

/** The first emulator of each kind warms up this process, and does not count. */
for (const kind of Object.keys(kinds) as ReadonlyArray<keyof typeof kinds>) {
  for (let round = 0; round <= emulators; round++) {
    const emulator = await startEmulator(process.argv.slice(4))
    await sleep(1000)
    const first = await burst(emulator.port, kind)
    const second = await burst(emulator.port, kind)
    if (round > 0) {
      row(`${kind}, first burst of emulator ${round}`, first)
      row(`${kind}, second burst`, second)
    }
    await emulator.stop()
  }
}
console.log(table([["ms to the first bytes", "min", "median", "p99", "max", "p99 / median"], ...rows]))
