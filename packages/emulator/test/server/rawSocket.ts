import { Emulator } from "@effect-mistral/emulator"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { connect, type Socket } from "node:net"

/** The state of a connection: open, ended by the server, reset by it, or refused. */
export type Ending = "open" | "end" | "reset" | "refused"

/** The bytes received over a connection. */
export interface Heard {
  readonly ending: Ending
  /** All received bytes, one character each. */
  readonly text: string
  /** The lines before the body, in lower case. */
  readonly head: ReadonlyArray<string>
  /** The body without its chunk headers, as UTF-8. */
  readonly body: string
  readonly bytes: Buffer
  /** Whether the last chunk of the body was received. */
  readonly complete: boolean
  /** Waits a little, and gives the further bytes and the state of the connection. */
  readonly later: Effect.Effect<{ readonly ending: Ending; readonly text: string }>
}

/** Sends one request over a socket of its own, and reads until the connection ends or enough was received. */
export const speak = (
  request: {
    readonly path?: string
    readonly method?: string
    readonly body?: unknown
    readonly headers?: Readonly<Record<string, string>>
  },
  enough: (body: string, text: string) => boolean = () => false
): Effect.Effect<Heard, never, Emulator.Emulator | Scope.Scope> =>
  Effect.gen(function*() {
    const { apiKey, port } = yield* Emulator.Emulator
    const body = request.body === undefined ? "" : JSON.stringify(request.body)
    const lines = [
      `${request.method ?? "POST"} ${request.path ?? "/v1/chat/completions"} HTTP/1.1`,
      "host: 127.0.0.1",
      `authorization: Bearer ${Redacted.value(apiKey)}`,
      ...Object.entries({ "content-length": Buffer.byteLength(body), ...request.headers })
        .map(([name, value]) => `${name}: ${value}`)
    ]
    let text = ""
    let ending: Ending = "open"
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => connect({ host: "127.0.0.1", port })),
      (socket) => Effect.sync(() => socket.destroy())
    )
    socket.setEncoding("latin1")
    return yield* Effect.callback<Heard>((resume) => {
      const done = () => {
        const { body, bytes, complete, head } = read(text)
        const soFar = text.length
        const later = Effect.map(Effect.sleep(60), () => ({ ending, text: text.slice(soFar) }))
        resume(Effect.succeed({ ending, text, head, body, bytes, complete, later }))
      }
      listen(socket, (more) => {
        text += more
        const { body } = read(text)
        if (enough(body, text)) done()
      }, (how) => {
        ending = how
        done()
      })
      socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`)
    })
  })

const listen = (socket: Socket, onText: (text: string) => void, onEnding: (ending: Ending) => void) => {
  socket.on("data", onText)
  socket.once("end", () => onEnding("end"))
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNRESET") onEnding("reset")
    else if (error.code === "ECONNREFUSED") onEnding("refused")
    else throw error
  })
}

const read = (text: string) => {
  const [head = "", ...rest] = text.split("\r\n\r\n")
  const lines = head.split("\r\n").map((line) => line.toLowerCase())
  const after = rest.join("\r\n\r\n")
  const { body, complete } = lines.includes("transfer-encoding: chunked")
    ? dechunked(after)
    : { body: after, complete: true }
  const bytes = Buffer.from(body, "latin1")
  return { head: lines, body: bytes.toString("utf8"), bytes, complete }
}

const dechunked = (text: string): { readonly body: string; readonly complete: boolean } => {
  let body = ""
  let at = 0
  for (;;) {
    const [mark, size = ""] = /^([0-9a-f]+)\r\n/.exec(text.slice(at, at + 20)) ?? []
    if (mark === undefined) return { body, complete: false }
    const length = Number.parseInt(size, 16)
    if (length === 0) {
      assert.strictEqual(text.slice(at), "0\r\n\r\n")
      return { body, complete: true }
    }
    body += text.slice(at + mark.length, at + mark.length + length)
    at += mark.length + length + 2
  }
}

/** The events of a body, with a constant time of creation. */
export const eventsOf = (body: string): ReadonlyArray<string> =>
  body.replaceAll(/"created":\d+/g, "\"created\":0").split(/(?<=\n\n)/)
