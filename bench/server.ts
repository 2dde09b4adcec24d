/**
 * The loopback server, a process of its own. Prints its port. `POST .../chat/completions` answers as the request's
 * `model` says; `GET /connections` tells how many connections such requests have come by since it was last asked.
 *
 * Bodies are framed into HTTP chunks ahead of time, so that little is left to do but the writes themselves.
 */
import { once } from "node:events"
import * as http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"
import { events, fromModel, type StreamSpec, whole } from "./eventBodies.ts"

let connections = new WeakSet<object>()
let connectionCount = 0
let streamCount = 0

const server = http.createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
  if (request.method === "GET") {
    response.end(String(connectionCount))
    connections = new WeakSet()
    connectionCount = 0
    return
  }
  if (!connections.has(request.socket)) {
    connections.add(request.socket)
    connectionCount++
  }
  const pieces: Array<Buffer> = []
  request.on("data", (piece: Buffer) => pieces.push(piece))
  request.on("end", () => {
    const { model } = JSON.parse(Buffer.concat(pieces).toString()) as { readonly model: string }
    if (model.startsWith("stream:")) {
      stream(response, model).catch((error: unknown) => response.destroy(error as Error))
    } else {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(whole)
    }
  })
})

interface Body {
  readonly spec: StreamSpec
  /** What is written at a time: one HTTP chunk each. */
  readonly frames: ReadonlyArray<Buffer>
}

const bodies = new Map<string, Body>()

/** Servers give each stream its own `id`: three bodies of each kind, in turn. */
const bodyOf = (model: string): Body => {
  const variant = streamCount++ % 3
  const key = `${variant} ${model}`
  let body = bodies.get(key)
  if (body === undefined) {
    const spec = fromModel(model)
    body = { spec, frames: framesOf(spec, `5319bd0299614c679a0068a4f2c8ffd${variant}`) }
    bodies.set(key, body)
  }
  return body
}

const framesOf = (spec: StreamSpec, id: string): ReadonlyArray<Buffer> => {
  const all = events(spec, id)
  const frames: Array<Buffer> = []
  if (spec.write === "event") {
    // The end comes with the last event.
    const [finish, done] = all.splice(-2)
    for (const event of [...all, `${finish}${done}`]) frames.push(frame(Buffer.from(event)))
  } else {
    const bytes = Buffer.from(all.join(""))
    for (let start = 0; start < bytes.length; start += spec.write) {
      frames.push(frame(bytes.subarray(start, start + spec.write)))
    }
  }
  if (spec.tail === 0) frames.push(Buffer.concat([frames.pop()!, endOfBody]))
  return frames
}

const lineBreak = Buffer.from("\r\n")
const endOfBody = Buffer.from("0\r\n\r\n")

const frame = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, lineBreak])

const stream = async (response: http.ServerResponse, model: string): Promise<void> => {
  const { frames, spec } = bodyOf(model)
  // A quick client asks again before the answer before this one is put away.
  if (response.socket === null) await once(response, "socket")
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked" })
  response.flushHeaders()
  // From here on the bytes are framed already, and each write goes to the socket by itself: a response would join them.
  response.chunkedEncoding = false
  const socket = response.socket!
  if (spec.pace > 0) await paced(socket, frames, spec.pace)
  else {
    for (const bytes of frames) {
      if (socket.destroyed) break
      if (!socket.write(bytes)) await once(socket, "drain")
      // Small writes in one turn of the loop would arrive joined, or not, as chance has it.
      if (bytes.length < 2048) await turn()
    }
  }
  if (spec.tail > 0) {
    await sleep(spec.tail)
    socket.write(endOfBody)
  }
  response.end()
}

/** One event per `pace` milliseconds. Streams begun together are spread over that time, as those of strangers are. */
const paced = (socket: Socket, frames: ReadonlyArray<Buffer>, pace: number): Promise<void> =>
  new Promise((resolve) => {
    let next = 0
    const begun = performance.now() + (streamCount * 0.618_033_988) % 1 * pace
    const step = () => {
      if (socket.destroyed) return resolve()
      socket.write(frames[next++]!)
      if (next === frames.length) return resolve()
      setTimeout(step, Math.max(1, begun + next * pace - performance.now()))
    }
    setTimeout(step, Math.max(1, begun - performance.now()))
  })

server.listen(0, "127.0.0.1", 4096, () => console.log((server.address() as AddressInfo).port))
process.on("disconnect", () => process.exit())
