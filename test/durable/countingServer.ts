/**
 * A server of chat completions that counts: which items it was asked for, how often, and when. An item is named in the prompt,
 * as `item 17:`.
 *
 * Run: node test/durable/countingServer.ts [port] [latency in ms]
 *
 * `GET /stats` returns the counts, `POST /reset` clears them, and `POST /refuse?seconds=5` lets the next request be refused
 * with 429 and `Retry-After`.
 */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"

/** What the server has seen. Times are in milliseconds since its start. */
export interface Stats {
  /** Requests that were answered or are being answered, without the refused ones. */
  readonly requests: number
  readonly items: number
  /** Requests for an item that had been asked for before. */
  readonly repeated: number
  readonly refused: number
  readonly active: number
  readonly mostActive: number
  /** The most requests in any second. */
  readonly mostInASecond: number
  /** The longest time between two requests. */
  readonly longestSilence: number
  /** The requests from one second after a refusal until its `Retry-After` was over. */
  readonly sentWhileRefused: number
  /** The last requests that were sent after a refusal before the server fell silent: milliseconds after the refusal. */
  readonly stoppedAfter: number
}

export interface CountingServer {
  readonly url: string
  readonly stats: () => Stats
  readonly reset: () => void
  readonly refuseNext: (seconds: number) => void
  readonly close: () => Promise<void>
}

/** Starts the server in this process. Each answer takes `latency` milliseconds. */
export const startCountingServer = async (
  { latency = 10, port = 0 }: { readonly latency?: number; readonly port?: number } = {}
): Promise<CountingServer> => {
  const start = performance.now()
  let asked = new Map<string, number>()
  let times: Array<number> = []
  let refused = 0
  let active = 0
  let mostActive = 0
  let refusal: { readonly at: number; readonly seconds: number } | undefined
  let toRefuse = 0

  const reset = () => {
    asked = new Map()
    times = []
    refused = mostActive = toRefuse = 0
    refusal = undefined
  }

  const stats = (): Stats => {
    let mostInASecond = 0
    let longestSilence = 0
    for (let last = 0, first = 0; last < times.length; last++) {
      while (times[last]! - times[first]! >= 1000) first++
      mostInASecond = Math.max(mostInASecond, last - first + 1)
      if (last > 0) longestSilence = Math.max(longestSilence, times[last]! - times[last - 1]!)
    }
    const after = refusal === undefined
      ? []
      : times.map((time) => time - refusal!.at).filter((time) => time > 0 && time < refusal!.seconds * 1000)
    return {
      requests: times.length,
      items: asked.size,
      repeated: times.length - asked.size,
      refused,
      active,
      mostActive,
      mostInASecond,
      longestSilence: Math.round(longestSilence),
      sentWhileRefused: after.filter((time) => time >= 1000).length,
      stoppedAfter: Math.round(Math.max(0, ...after))
    }
  }

  const answer = (item: string) =>
    JSON.stringify({
      id: `c${item}`,
      object: "chat.completion",
      created: 1,
      model: "mistral-small-latest",
      choices: [{
        index: 0,
        message: { role: "assistant", content: `Answer to ${item}: ${"lorem ipsum ".repeat(20)}`, tool_calls: null },
        finish_reason: "stop"
      }],
      usage: { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 }
    })

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost")
    if (url.pathname === "/stats") return void response.end(JSON.stringify(stats()))
    if (url.pathname === "/reset") {
      reset()
      return void response.end("{}")
    }
    if (url.pathname === "/refuse") {
      toRefuse = Number(url.searchParams.get("seconds") ?? 5)
      return void response.end("{}")
    }
    let body = ""
    request.setEncoding("utf8").on("data", (data) => body += data).on("end", () => {
      const at = performance.now() - start
      if (toRefuse > 0) {
        refusal = { at, seconds: toRefuse }
        response.writeHead(429, { "content-type": "application/json", "retry-after": String(toRefuse) })
        toRefuse = 0
        refused++
        return void response.end(
          JSON.stringify({ object: "error", message: "Requests rate limit exceeded", code: "1300" })
        )
      }
      const item = /item (\d+):/.exec(body)?.[1] ?? "?"
      asked.set(item, (asked.get(item) ?? 0) + 1)
      times.push(at)
      mostActive = Math.max(mostActive, ++active)
      setTimeout(() => {
        active--
        response.writeHead(200, { "content-type": "application/json" }).end(answer(item))
      }, latency)
    })
  })
  await listen(server, port)
  // The cast is safe: the server listens on a port.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    stats,
    reset,
    refuseNext: (seconds) => {
      toRefuse = seconds
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve)
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port = "7700", latency = "10"] = process.argv.slice(2)
  const server = await startCountingServer({ port: Number(port), latency: Number(latency) })
  console.log(`counting at ${server.url}`)
}
