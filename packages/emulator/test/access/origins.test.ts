/** Pages of other origins read nothing unless `cors` allows them. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ask, instant } from "../support.ts"
import { listening } from "./listening.ts"
import { rawRequest } from "./rawRequest.ts"

const key = ["authorization", "Bearer emulator-key"] as const
const host = ["host", "127.0.0.1"] as const

/** A request of a page, with the right key. */
const from = (origin: string, first = "GET /v1/models", body?: unknown) =>
  rawRequest(
    `${first} HTTP/1.1`,
    [host, key, ["origin", origin]],
    body === undefined ? {} : { body: JSON.stringify(body) }
  )

/** The question of a browser that comes before a request of a page. */
const preflight = (
  origin: string,
  path = "/v1/chat/completions",
  more: ReadonlyArray<readonly [string, string]> = []
) =>
  rawRequest(`OPTIONS ${path} HTTP/1.1`, [
    host,
    ["origin", origin],
    ["access-control-request-method", "POST"],
    ["access-control-request-headers", "authorization,content-type"],
    ...more
  ])

const corsHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.keys(headers).filter((name) => name.startsWith("access-control-"))

const foreign = [
  "http://evil.example",
  "https://evil.example:8443",
  "http://localhost",
  "http://localhost:3000",
  "http://127.0.0.1:1",
  "http://127.0.0.1.evil.example",
  "null",
  "file://",
  "app://obsidian.md",
  "chrome-extension://abcdefghijklmnop",
  "http://127.0.0.1, http://evil.example",
  "http://127.0.0.1/path",
  "http://user@127.0.0.1",
  "garbage"
]

describe("a request of a page of another origin", () => {
  it.effect("is refused and reads nothing, on any path and with a right key", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      for (const origin of foreign) {
        for (const first of ["GET /v1/models", "DELETE /_emulator/faults", "POST /v1/chat/completions"]) {
          const response = yield* from(origin, first, first.startsWith("POST") ? ask("my prompt") : undefined)
          assert.strictEqual(response.status, 403, origin)
          assert.deepStrictEqual(corsHeaders(response.headers), [])
          assert.notInclude(response.body, "mistral-small")
        }
        const asked = yield* preflight(origin)
        assert.strictEqual(asked.status, 403, origin)
        assert.deepStrictEqual(corsHeaders(asked.headers), [])
      }
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(listening().layer)))

  it.effect("changes nothing either", () =>
    Effect.gen(function*() {
      const { adminKey, faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.reset)
      const response = yield* rawRequest("DELETE /_emulator/faults HTTP/1.1", [
        host,
        ["authorization", `Bearer ${Redacted.value(adminKey)}`],
        ["origin", "http://evil.example"]
      ])
      assert.strictEqual(response.status, 403)
      assert.lengthOf(yield* faults.armed, 1)
    }).pipe(Effect.provide(listening().layer)))

  it.effect("is told how to allow it, and so is the terminal, once", () =>
    Effect.gen(function*() {
      const { layer, printed } = listening()
      const sentence = "The emulator refuses requests of web pages from http://localhost:3000: " +
        "allow them with --cors http://localhost:3000"
      const program = Effect.gen(function*() {
        yield* preflight("http://localhost:3000")
        const { message, type } = JSON.parse((yield* from("http://localhost:3000")).body)
        assert.deepStrictEqual([message, type], [sentence, "origin_not_allowed"])
        yield* from("my secret, and no origin")
      })
      yield* Effect.provide(program, layer)
      assert.deepStrictEqual(printed, [sentence, "The emulator refuses requests whose Origin header is not an origin"])
    }))

  it.effect("has a line in the access log", () =>
    Effect.gen(function*() {
      const { layer, printed } = listening({ verbosity: "requests" })
      yield* Effect.provide(from("http://evil.example"), layer)
      assert.isTrue(printed.some((line) => line.startsWith("GET /v1/models 403 origin_not_allowed ")))
    }))
})

describe("the emulator's own page", () => {
  it.effect("may send any request", () =>
    Effect.gen(function*() {
      const { port } = yield* Emulator.Emulator
      for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, "127.0.0.1", "app.localhost"]) {
        const response = yield* rawRequest("GET /v1/models HTTP/1.1", [
          ["host", name],
          key,
          ["origin", `http://${name}`]
        ])
        assert.strictEqual(response.status, 200, name)
        assert.deepStrictEqual(corsHeaders(response.headers), [])
      }
      const behindTls = yield* rawRequest("GET /v1/models HTTP/1.1", [
        ["host", "app.localhost:443"],
        key,
        ["origin", "https://app.localhost"]
      ])
      assert.strictEqual(behindTls.status, 200)
    }).pipe(Effect.provide(listening().layer)))
})

describe("a page of an origin that is allowed", () => {
  const allowed = listening({ cors: ["http://localhost:3000", "https://app.example:443/", "app://obsidian.md"] }).layer

  it.effect("may send the API's requests, as its browser is told before", () =>
    Effect.gen(function*() {
      const { headers, status } = yield* preflight("http://localhost:3000")
      assert.strictEqual(status, 204)
      assert.strictEqual(headers["access-control-allow-origin"], "http://localhost:3000")
      assert.strictEqual(headers["access-control-allow-methods"], "GET, POST, PUT, PATCH, DELETE")
      const names = headers["access-control-allow-headers"]?.split(", ") ?? []
      for (const name of ["authorization", "content-type", "x-emulator-fault", "x-emulator-scope"]) {
        assert.include(names, name)
      }
      // The API refuses this header of OpenAI's client.
      assert.notInclude(names, "x-stainless-timeout")
      assert.strictEqual(headers["vary"], "Origin")
      assert.notProperty(headers, "access-control-allow-credentials")
      assert.notProperty(headers, "access-control-allow-private-network")
      const near = yield* preflight("http://localhost:3000", "/v1/models", [
        ["access-control-request-private-network", "true"]
      ])
      assert.strictEqual(near.headers["access-control-allow-private-network"], "true")
    }).pipe(Effect.provide(allowed)))

  it.effect("reads responses, whole and streamed, errors too, with request ids and rate limits", () =>
    Effect.gen(function*() {
      const chat = "POST /v1/chat/completions"
      for (
        const [first, body, status, text] of [
          ["GET /v1/models", undefined, 200, "mistral-small-latest"],
          [chat, ask("Hi"), 200, "chat.completion"],
          [chat, { ...ask("Hi"), stream: true }, 200, "data: [DONE]"],
          [chat, { ...ask("Hi"), seed: 1 }, 422, "extra_forbidden"],
          ["GET /nowhere", undefined, 404, "Not Found"]
        ] as const
      ) {
        const response = yield* from("http://localhost:3000", first, body)
        assert.strictEqual(response.status, status)
        assert.include(response.body, text)
        assert.strictEqual(response.headers["access-control-allow-origin"], "http://localhost:3000")
        const exposed = response.headers["access-control-expose-headers"]?.split(", ") ?? []
        assert.includeMembers([...exposed], [
          "mistral-correlation-id",
          "x-ratelimit-remaining-tokens-minute",
          "retry-after"
        ])
        for (const name of exposed.filter((name) => name !== "retry-after")) assert.property(response.headers, name)
      }
    }).pipe(Effect.provide(allowed)))

  it.effect("is known by scheme, host and port", () =>
    Effect.gen(function*() {
      for (const origin of ["https://app.example", "app://obsidian.md", "http://localhost:3000"]) {
        assert.strictEqual((yield* from(origin)).headers["access-control-allow-origin"], origin)
      }
      for (
        const origin of [
          "http://localhost:3001",
          "https://localhost:3000",
          "http://localhost",
          "http://app.example",
          "https://sub.app.example",
          "https://app.example.evil.example",
          "null"
        ]
      ) {
        const response = yield* from(origin)
        assert.deepStrictEqual([response.status, corsHeaders(response.headers)], [403, []], origin)
      }
    }).pipe(Effect.provide(allowed)))

  it.effect("is still refused under a foreign host", () =>
    Effect.gen(function*() {
      const response = yield* rawRequest("GET /v1/models HTTP/1.1", [
        ["host", "evil.example"],
        key,
        ["origin", "http://localhost:3000"]
      ])
      assert.deepStrictEqual([response.status, corsHeaders(response.headers)], [403, []])
    }).pipe(Effect.provide(allowed)))

  it.effect("is any page with *, and a local file with null", () =>
    Effect.gen(function*() {
      const all = yield* Effect.provide(from("http://anywhere.example"), listening({ cors: ["*"] }).layer)
      assert.deepStrictEqual([all.status, all.headers["access-control-allow-origin"]], [200, "*"])
      const file = yield* Effect.provide(from("null"), listening({ cors: ["null"] }).layer)
      assert.deepStrictEqual([file.status, file.headers["access-control-allow-origin"]], [200, "null"])
    }))
})

describe("cors", () => {
  for (const text of ["localhost:3000", "http://localhost:3000/app", "", "http://", "http://a b", "*.example"]) {
    it.effect(`is refused when the emulator is built with "${text}"`, () =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(Emulator.layer({ ...instant, cors: [text] }))))
        assert.isTrue(Exit.isFailure(exit))
        assert.include(String(exit), `cors has "${text}", which is not an origin such as http://localhost:3000`)
      }))
  }
})
