/**
 * Measures whether the emulator keeps its pace under many streams:
 * `npm run bench:pace -- [streams] [seconds] [tokens per second]`.
 *
 * The server runs in a process of its own. This process opens a socket for each stream, all of them within the first two
 * seconds, and records when each event arrives. The tokens of a stream are due at regular intervals. The event that is
 * earliest relative to its interval sets the start, and the lateness of the others is measured against it.
 */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { cpus, loadavg } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { table } from "./table.ts"

const [streams = 500, seconds = 20, pace = 60] = process.argv.slice(2).map(Number)

const emulator = fileURLToPath(new URL("../packages/emulator/dist/bin.js", import.meta.url))

const child = spawn(process.execPath, [emulator, "--port", "0", "--tokens-per-second", String(pace)], {
  stdio: ["ignore", "pipe", "inherit"]
})

const port = await new Promise<number>((resolve, reject) => {
  child.once("exit", () => reject(new Error("the emulator has ended; was it built?")))
  child.stdout.on("data", (text) => {
    const [, port] = /MISTRAL_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/.exec(String(text)) ?? []
    if (port !== undefined) resolve(Number(port))
  })
})

const measured = Math.round(seconds * pace)

/** Reads one stream. Returns the time to its first event, and the time of each event after it, in milliseconds. */
const read = (index: number, tokens: number) =>
  new Promise<{ readonly first: number; readonly events: ReadonlyArray<number>; readonly done: boolean }>((resolve) => {
    const body = JSON.stringify({
      model: "codestral-latest",
      prompt: `def number_${index}(`,
      min_tokens: tokens,
      max_tokens: tokens,
      stream: true
    })
    const began = performance.now()
    const socket = connect(port, "127.0.0.1")
    const events: Array<number> = []
    let done = false
    socket.setEncoding("latin1")
    socket.on("data", (text: string) => {
      const at = performance.now()
      for (let from = text.indexOf("data: {"); from !== -1; from = text.indexOf("data: {", from + 1)) events.push(at)
      if (text.includes("data: [DONE]")) done = true
    })
    socket.once("close", () => {
      const [start = began] = events
      resolve({ first: start - began, events: events.map((at) => at - start), done })
    })
    socket.write([
      "POST /v1/fim/completions HTTP/1.1",
      "host: emulator",
      "authorization: Bearer emulator-key",
      "connection: close",
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body
    ].join("\r\n"))
  })

// The warm-up: code that the compiler has optimised is measured, not the compiler.
for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 20 }, (_, index) => read(index, 5)))

const results = await Promise.all(
  Array.from({ length: streams }, (_, index) => delay(index / streams * 2000).then(() => read(index, measured)))
)

/** The CPU time of a process, user and system, where the system reports it. */
const processorSeconds = (pid: number | undefined): string => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
    // The fields are in hundredths of a second.
    return `${((Number(fields[11]) + Number(fields[12])) / 100).toFixed(1)} s`
  } catch {
    return "unknown"
  }
}
const used = processorSeconds(child.pid)
child.kill()

// The role is sent at the time of the first token, so the i-th event after it is the i-th token.
const late = results.flatMap(({ events }) => {
  const after = events.slice(0, -1).map((at, index) => at - index * 1000 / pace)
  const due = after.reduce((least, one) => Math.min(least, one), Infinity)
  return after.map((one) => one - due)
})
const rates = results.map(({ events }) => (events.length - 1) / (events.at(-1) ?? Infinity) * 1000)
const row = (name: string, values: ReadonlyArray<number>) => {
  const sorted = values.toSorted((a, b) => a - b)
  return [
    name,
    ...[0, 0.5, 0.99, 0.999, 1].map((share) =>
      (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)
    )
  ]
}

console.log(
  `${streams} streams of ${measured} tokens at ${pace} a second; ${cpus().length} cores, load ${
    loadavg()[0]?.toFixed(1)
  }; ` +
    `${results.filter(({ done }) => done).length} ended with [DONE], CPU time of the server ${used}`
)
console.log(table([
  ["", "least", "median", "99 %", "99.9 %", "most"],
  row("first event, ms", results.map(({ first }) => first)),
  row("event late, ms", late),
  row("tokens per second", rates)
]))
