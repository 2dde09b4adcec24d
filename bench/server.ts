/**
 * The loopback server, in a process of its own. It prints its port. `POST .../chat/completions` sends the stream that the
 * request's `model` describes, or a whole response. `GET /connections` returns the number of connections that such
 * requests used since the last time it was requested.
 *
 * Bodies are framed into HTTP chunks ahead of time, so that the server does little more than write them.
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
  /** The HTTP chunks, which are written one at a time. */
  readonly frames: ReadonlyArray<Buffer>
}

const bodies = new Map<string, Body>()

/** The next of three bodies with different ids, because a real server gives each stream its own `id`. */
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
    // `[DONE]` is sent with the last event.
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
  // A fast client sends its next request before the previous response has released the socket.
  if (response.socket === null) await once(response, "socket")
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked" })
  response.flushHeaders()
  // The bytes are already framed. Each write goes to the socket directly, because a response object would join them.
  response.chunkedEncoding = false
  const socket = response.socket!
  if (spec.pace > 0) await paced(socket, frames, spec.pace)
  else {
    for (const bytes of frames) {
      if (socket.destroyed) break
      if (!socket.write(bytes)) await once(socket, "drain")
      // Small writes in one turn of the event loop would arrive joined, or not, at random.
      if (bytes.length < 2048) await turn()
    }
  }
  if (spec.tail > 0) {
    await sleep(spec.tail)
    socket.write(endOfBody)
  }
  response.end()
}

/** Writes one event per `pace` milliseconds. Streams that begin together are spread over that time, as unrelated ones are. */
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
