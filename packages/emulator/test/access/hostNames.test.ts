/** With DNS rebinding a foreign page reaches a loopback address under its own name: its requests are refused. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { networkInterfaces } from "node:os"
import { isExpectedHost } from "../../src/internal/access/hostName.ts"
import { ask } from "../support.ts"
import { listening } from "./listening.ts"
import { rawRequest } from "./rawRequest.ts"

const key = ["authorization", "Bearer emulator-key"] as const

const list = (host: string, address?: string) =>
  rawRequest("GET /v1/models HTTP/1.1", [["host", host], key], address === undefined ? {} : { address })

/** Names that a page of somebody else may have, or that are no names. */
const foreign = [
  "evil.example",
  "evil.example:8080",
  "EVIL.example.",
  "127.0.0.1.evil.example",
  "127.evil.example",
  "localhost.evil.example",
  "notlocalhost",
  "evillocalhost:80",
  "10.0.0.1",
  "192.168.0.1:8080",
  "8.8.8.8",
  "[2001:db8::1]",
  "127.0.0.1@evil.example",
  "evil.example#localhost",
  "localhost, evil.example",
  "localhost evil.example",
  "127.1",
  "127.0.0.256",
  "::1",
  ""
]

const own = [
  "localhost",
  "LOCALHOST:1",
  "localhost.",
  "app.localhost:8080",
  "127.0.0.1",
  "127.8.9.10:80",
  "0.0.0.0:8080",
  "[::1]",
  "[::1]:8080",
  "[::ffff:127.0.0.1]:80",
  "[::ffff:7f00:1]"
]

describe("a request on a loopback connection", () => {
  it.effect("is refused if its Host is a foreign name, on any path, with a right key, and reads nothing", () =>
    Effect.gen(function*() {
      const { adminKey, requests } = yield* Emulator.Emulator
      const paths = ["GET /v1/models", "GET /_emulator/requests", "GET /_emulator/", "GET /", "OPTIONS /v1/models"]
      for (const path of paths) {
        for (const bearer of ["emulator-key", Redacted.value(adminKey)]) {
          const response = yield* rawRequest(`${path} HTTP/1.1`, [["host", "evil.example:8080"], [
            "authorization",
            `Bearer ${bearer}`
          ]])
          assert.strictEqual(response.status, 403)
          assert.deepStrictEqual(JSON.parse(response.body), {
            object: "error",
            message: "The emulator refuses requests for the host evil.example, which is not this machine: " +
              "allow it with --allow-host evil.example",
            type: "host_not_allowed",
            param: null,
            code: null
          })
          assert.notProperty(response.headers, "access-control-allow-origin")
        }
      }
      const body = JSON.stringify({ ...ask("my prompt"), stream: true })
      const posted = yield* rawRequest("POST /v1/chat/completions HTTP/1.1", [["host", "evil.example"], key], {
        body
      })
      assert.strictEqual(posted.status, 403)
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(listening().layer)))

  it.effect("is mentioned on the terminal, once for each host", () =>
    Effect.gen(function*() {
      const { layer, printed } = listening()
      const program = Effect.gen(function*() {
        for (const host of ["evil.example", "evil.example:80", "localhost", "other.example", "a b"]) yield* list(host)
      })
      yield* Effect.provide(program, layer)
      const sentence = (name: string) =>
        `The emulator refuses requests for the host ${name}, which is not this machine: allow it with --allow-host ${name}`
      assert.deepStrictEqual(printed, [
        sentence("evil.example"),
        sentence("other.example"),
        "The emulator refuses requests whose Host header is not a name"
      ])
    }))

  it.effect("is refused for each foreign name and for each Host that is no name", () =>
    Effect.gen(function*() {
      for (const host of foreign) assert.strictEqual((yield* list(host)).status, 403, host)
    }).pipe(Effect.provide(listening().layer)))

  it.effect("is refused if the address of its first line is foreign, whatever its Host", () =>
    Effect.gen(function*() {
      const response = yield* rawRequest("GET http://evil.example/v1/models HTTP/1.1", [["host", "localhost"], key])
      assert.strictEqual(response.status, 403)
      const ours = yield* rawRequest("GET http://localhost/v1/models HTTP/1.1", [["host", "localhost"], key])
      assert.strictEqual(ours.status, 200)
    }).pipe(Effect.provide(listening().layer)))

  it.effect("is answered under every name of this machine", () =>
    Effect.gen(function*() {
      for (const host of own) assert.strictEqual((yield* list(host)).status, 200, host)
      // A browser always sends a Host, and so does HTTP/1.1.
      assert.strictEqual((yield* rawRequest("GET /v1/models HTTP/1.0", [key])).status, 200)
    }).pipe(Effect.provide(listening().layer)))

  it.effect("is answered under the names that are allowed", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* list("proxy.internal:8080")).status, 200)
      assert.strictEqual((yield* list("Proxy.Internal")).status, 200)
      assert.strictEqual((yield* list("other.internal")).status, 403)
    }).pipe(Effect.provide(listening({ allowedHosts: ["proxy.internal"] }).layer)))

  it("may name the host that the emulator listens on", () => {
    assert.isTrue(isExpectedHost("mistral.test:8080", ["mistral.test"]))
    assert.isTrue(isExpectedHost("[fe80::1]:8080", ["fe80::1"]))
    assert.isFalse(isExpectedHost("mistral.test.evil.example", ["mistral.test"]))
    assert.isFalse(isExpectedHost("mistral.test", ["127.0.0.1"]))
  })
})

describe("a request on a connection to another address", () => {
  const outside = Object.values(networkInterfaces()).flat().find((one) =>
    one?.internal === false && one.family === "IPv4"
  )

  it.effect.skipIf(outside === undefined)(
    "may have any host, which only the network knows",
    () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* list("emulator.docker", outside!.address)).status, 200)
        assert.strictEqual((yield* list("emulator.docker")).status, 403)
      }).pipe(Effect.provide(listening({ host: "0.0.0.0" }).layer))
  )
})
