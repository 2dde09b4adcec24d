import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** A temporary directory that is removed with the scope. */
export const temporary = Effect.flatMap(
  FileSystem.FileSystem,
  (fs) => Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "cassettes-" }))
)

/** The file names in a directory, sorted, hidden files included. */
export const namesIn = (directory: string) =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fs) => Effect.map(Effect.orDie(fs.readDirectory(directory)), (names) => [...names].sort())
  )

/** All file names and contents of a directory as one text. */
export const everythingIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* namesIn(directory)
  const texts = yield* Effect.forEach(names, (name) => Effect.orDie(fs.readFileString(`${directory}/${name}`)))
  return [...names, ...texts].join("\n")
})

/** A request as the raw server received it. */
export interface Received {
  readonly request: IncomingMessage
  readonly body: string
}

/** A server that responds as a function says, until the scope closes. */
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
