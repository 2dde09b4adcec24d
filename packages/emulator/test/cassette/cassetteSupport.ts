import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** A directory that goes with the scope. */
export const temporary = Effect.flatMap(
  FileSystem.FileSystem,
  (fs) => Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "cassettes-" }))
)

/** The names in a directory, sorted, what begins with a dot too. */
export const namesIn = (directory: string) =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fs) => Effect.map(Effect.orDie(fs.readDirectory(directory)), (names) => [...names].sort())
  )

/** Everything that is written in a directory, the names too. */
export const everythingIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* namesIn(directory)
  const texts = yield* Effect.forEach(names, (name) => Effect.orDie(fs.readFileString(`${directory}/${name}`)))
  return [...names, ...texts].join("\n")
})

/** A request as a raw server saw it. */
export interface Received {
  readonly request: IncomingMessage
  readonly body: string
}

/** A server that answers as a function says, until the scope closes. */
export const rawServer = Effect.fnUntraced(function*(
  answer: (received: Received, response: ServerResponse) => void
) {
  const received: Array<Received> = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (bytes: Buffer) => {
      body += bytes.toString()
    })
    request.on("end", () => {
      received.push({ request, body })
      answer({ request, body }, response)
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
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
})
