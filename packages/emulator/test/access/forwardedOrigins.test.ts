/** What a forwarded or replayed response says about origins is true of the server that sent it, not of the emulator. */
import { Emulator } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { temporary } from "../cassette/cassetteSupport.ts"
import { instant } from "../support.ts"
import { rawRequest } from "./rawRequest.ts"

/** A server whose responses every page may read, as those of Mistral's API, and the headers that it received. */
const openServer = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly seen: Array<IncomingHttpHeaders>; readonly close: () => void }>(
    (resume) => {
      const seen: Array<IncomingHttpHeaders> = []
      const server = createServer((request, response) => {
        seen.push(request.headers)
        response.writeHead(200, {
          "content-type": "application/json",
          "access-control-allow-origin": "*",
          "access-control-allow-credentials": "true",
          "vary": "Accept-Encoding"
        })
        response.end("{\"object\":\"list\",\"data\":[]}")
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, seen, close: () => server.close() }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

const models = (...headers: ReadonlyArray<readonly [string, string]>) =>
  rawRequest("GET /v1/models HTTP/1.1", [["host", "localhost"], ["authorization", "Bearer theirs"], ...headers])

const page = ["origin", "http://localhost:3000"] as const

describe("a forwarded response", () => {
  it.effect("is readable by the pages that are allowed, not by all that its server allows, recorded or not", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* openServer
      const directory = yield* temporary
      const check = Effect.gen(function*() {
        const plain = yield* models()
        assert.strictEqual(plain.status, 200)
        assert.notProperty(plain.headers, "access-control-allow-origin")
        assert.notProperty(plain.headers, "access-control-allow-credentials")
        const foreign = yield* models(["origin", "http://evil.example"])
        assert.strictEqual(foreign.status, 403)
        const { headers, status } = yield* models(page)
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["access-control-allow-origin"], "http://localhost:3000")
        assert.notProperty(headers, "access-control-allow-credentials")
        assert.strictEqual(headers["vary"], "Accept-Encoding, Origin")
      })
      const options = { ...instant, cors: ["http://localhost:3000"] }
      yield* Effect.provide(check, Emulator.layer({ ...options, upstream: { url, record: directory } }))
      assert.lengthOf(seen, 2)
      for (const headers of seen) assert.notProperty(headers, "origin")
      yield* Effect.provide(check, Emulator.layer({ ...options, replay: { directory } }))
      assert.lengthOf(seen, 2)
    }).pipe(Effect.provide(NodeFileSystem.layer), Effect.scoped))
})
