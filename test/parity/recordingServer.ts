import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

/** A request as it came over the wire. The body is the value of its JSON, the parts of a form, `undefined` without one. */
export interface Recorded {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}

/** A part of a form. Names of headers are in lower case, and the content is as many characters as it has bytes. */
export interface Part {
  readonly headers: Readonly<Record<string, string>>
  readonly content: string
}

const partsOf = (form: string, boundary: string): ReadonlyArray<Part> => {
  const pieces = `\r\n${form}`.split(`\r\n--${boundary}`)
  if (pieces[0] !== "" || !/^--(\r\n)*$/.test(pieces.at(-1)!)) throw new Error("The form is not well-formed")
  return pieces.slice(1, -1).map((piece) => {
    const [head = "", ...content] = piece.slice("\r\n".length).split("\r\n\r\n")
    return {
      headers: Object.fromEntries(
        head.split("\r\n").map((line) => {
          const [name = "", ...value] = line.split(": ")
          return [name.toLowerCase(), value.join(": ")]
        })
      ),
      content: content.join("\r\n\r\n")
    }
  })
}

/** A server on a free port that records requests until they are taken, and sends a given response to each. */
export const recordingServer = (
  answer: (body: unknown, path: string) => readonly [contentType: string, body: string]
): Effect.Effect<{ readonly url: string; readonly take: () => ReadonlyArray<Recorded> }, never, Scope.Scope> =>
  Effect.gen(function*() {
    let recorded: Array<Recorded> = []
    const server = http.createServer((incoming, outgoing) => {
      const pieces: Array<Buffer> = []
      incoming.on("data", (piece: Buffer) => pieces.push(piece))
      incoming.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8")
        const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(incoming.headers["content-type"] ?? "")?.[1]
        const body: unknown = text === ""
          ? undefined
          : boundary === undefined
          ? JSON.parse(text)
          : partsOf(Buffer.concat(pieces).toString("latin1"), boundary)
        recorded.push({ method: incoming.method, path: incoming.url, headers: incoming.headers, body })
        const [contentType, answered] = answer(body, incoming.url ?? "")
        outgoing.writeHead(200, { "content-type": contentType })
        outgoing.end(answered)
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      take: () => {
        const taken = recorded
        recorded = []
        return taken
      }
    }
  })
