import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Cassette, Emulator } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { everythingIn, namesIn, rawServer, temporary } from "../cassette/cassetteSupport.ts"
import { ask, instant, local, post, postTo, raw } from "../support.ts"
import { bodies, reading, session, settled, statusLine } from "./proxySupport.ts"

describe("recording", () => {
  it.effect("gives our own client the same values from the server, through the recorder and from the cassettes", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const { url } = yield* Emulator.Emulator
      const recorded = yield* Effect.provide(session, local({ upstream: { url, record: directory } }))
      assert.strictEqual(recorded.chunks.length, 14)
      const folded = yield* Completion.collect(Stream.fromIterable(recorded.chunks))
      assert.strictEqual(Completion.text(folded), Completion.text(recorded.whole))
      assert.strictEqual(recorded.refused._tag, "BadRequest")
      const replayed = yield* Effect.provide(session, local({ replay: { directory, speed: 0 } }))
      assert.deepStrictEqual(replayed, recorded)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("replays byte for byte what it passed on, with the headers of the server", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      const recorded = yield* Effect.provide(bodies, local({ upstream: { url: upstream.url, record: directory } }))
      assert.deepStrictEqual(recorded.map(({ status }) => status), [200, 200, 200, 400, 422, 200, 200, 404, 401])
      assert.isTrue(recorded[1]?.text.endsWith("data: [DONE]\n\n"))
      assert.strictEqual((yield* upstream.requests).length, recorded.length)
      const replayed = yield* Effect.provide(bodies, local({ replay: { directory, speed: 0 } }))
      assert.deepStrictEqual(replayed, recorded)
      assert.strictEqual((yield* upstream.requests).length, recorded.length)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.live("passes each piece on when it comes, and the next one when the reader has it", () =>
    Effect.gen(function*() {
      let send: ServerResponse | undefined
      const server = yield* rawServer((_, response) => {
        send = response
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write("data: 1\n\n")
      })
      yield* Effect.gen(function*() {
        const reader = yield* reading("/v1/chat/completions", { method: "POST", body: "{}" })
        assert.strictEqual(yield* reader.next, "data: 1\n\n")
        send?.write("data: 2\n\n")
        assert.strictEqual(yield* reader.next, "data: 2\n\n")
        send?.end("data: [DONE]\n\n")
        assert.strictEqual(yield* reader.next, "data: [DONE]\n\n")
        assert.isUndefined(yield* reader.next)
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url } })))
    }).pipe(Effect.timeout("5 seconds")))

  it.live("lets the server wait for a reader who is slow", () =>
    Effect.gen(function*() {
      const piece = Buffer.alloc(256 * 1024, "a")
      const most = 200 * 1024 * 1024
      let sent = 0
      const server = yield* rawServer((_, response) => {
        response.writeHead(200, { "content-type": "application/octet-stream" })
        const more = () => {
          while (sent < most) {
            sent += piece.length
            if (!response.write(piece)) return void response.once("drain", more)
          }
          response.end()
        }
        more()
      })
      yield* Effect.gen(function*() {
        const reader = yield* reading("/v1/files/1/content")
        yield* reader.next
        // The server stops sending because nobody reads.
        let before = -1
        while (before !== sent) {
          before = sent
          yield* Effect.sleep("150 millis")
        }
        assert.isBelow(sent, most / 4)
        yield* reader.cancel
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url } })))
    }).pipe(Effect.timeout("15 seconds")))

  it.live("ends at the server what a reader gives up, and records it as left", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const gone = yield* Deferred.make<void>()
      const server = yield* rawServer((_, response) => {
        response.once("close", () => Deferred.doneUnsafe(gone, Effect.void))
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write("data: 1\n\n")
      })
      yield* Effect.gen(function*() {
        const { active } = yield* Emulator.Emulator
        const reader = yield* reading("/v1/chat/completions", { method: "POST", body: "{}" })
        yield* reader.next
        yield* reader.cancel
        yield* Deferred.await(gone)
        yield* settled(active)
        const [recorded] = yield* Cassette.read(directory)
        assert.deepInclude(recorded?.cassette.response.end, { how: "left" })
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url, record: directory } })))
    }).pipe(Effect.provide(NodeFileSystem.layer), Effect.timeout("5 seconds")))

  it.live("ends at the server what a client no longer waits for, and records nothing", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const asked = yield* Deferred.make<void>()
      const gone = yield* Deferred.make<void>()
      const server = yield* rawServer((_, response) => {
        response.once("close", () => Deferred.doneUnsafe(gone, Effect.void))
        Deferred.doneUnsafe(asked, Effect.void)
      })
      yield* Effect.gen(function*() {
        const { active } = yield* Emulator.Emulator
        yield* Effect.raceFirst(Effect.exit(post(ask("Hi"))), Deferred.await(asked))
        yield* Deferred.await(gone)
        yield* settled(active)
        assert.deepStrictEqual(yield* namesIn(directory), [])
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url, record: directory } })))
    }).pipe(Effect.provide(NodeFileSystem.layer), Effect.timeout("5 seconds")))

  it.live("records a stream that the server cut as lost, and cuts it again", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const chunk = (content: string) =>
        `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content } }] })}\n\n`
      const server = yield* rawServer((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write(chunk("Claude"))
        response.write(chunk(" Mo"), () => response.destroy())
      })
      const cut = Effect.gen(function*() {
        const texts: Array<string> = []
        const error = yield* Chat.stream(ask("Who?")).pipe(
          Stream.runForEach((chunk) => Effect.sync(() => texts.push(Completion.chunkText(chunk)))),
          Effect.flip
        )
        return [...texts, error.reason._tag]
      })
      const recorded = yield* Effect.provide(cut, local({ upstream: { url: server.url, record: directory } }))
      assert.deepStrictEqual(recorded, ["Claude", " Mo", "ConnectionLost"])
      const [filed] = yield* Cassette.read(directory)
      assert.strictEqual(filed?.cassette.response.end.how, "lost")
      assert.deepStrictEqual(yield* Effect.provide(cut, local({ replay: { directory } })), recorded)
    }).pipe(Effect.provide(NodeFileSystem.layer), Effect.timeout("5 seconds")))

  it.effect("answers 502 in Mistral's form where nobody listens, and records nothing", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const dead = yield* Effect.scoped(rawServer(() => {}))
      yield* Effect.gen(function*() {
        const { json, status } = yield* post(ask("Hi"))
        assert.strictEqual(status, 502)
        assert.deepStrictEqual(json, {
          object: "error",
          message: "The upstream server cannot be reached: ECONNREFUSED",
          type: "upstream_unreachable",
          param: null,
          code: null
        })
        assert.deepStrictEqual(yield* namesIn(directory), [])
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: dead.url, record: directory } })))
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("forwards the client's own authorization and what else it says, but not what concerns the connection", () =>
    Effect.gen(function*() {
      const server = yield* rawServer((_, response) => {
        response.writeHead(200, {
          "content-type": "application/json",
          "x-own": "1",
          "x-hop": "1",
          "connection": "keep-alive, x-hop",
          "set-cookie": ["a=1; Path=/", "b=2; HttpOnly"]
        })
        response.end("{}")
      })
      const answer = yield* Effect.provide(
        raw("/chat/completions?a=1&b=%20", {
          method: "POST",
          body: JSON.stringify(ask("Hi")),
          headers: {
            "authorization": "Bearer of-the-client",
            "x-anything": "1",
            "te": "trailers",
            "x-emulator-own": "1"
          }
        }),
        Emulator.layer({ upstream: { url: `${server.url}/v1/` } })
      )
      const [received] = server.received
      assert.strictEqual(received?.request.url, "/v1/chat/completions?a=1&b=%20")
      assert.strictEqual(received?.body, JSON.stringify(ask("Hi")))
      const { headers } = received!.request
      assert.strictEqual(headers.authorization, "Bearer of-the-client")
      assert.strictEqual(headers["x-anything"], "1")
      assert.strictEqual(headers["accept-encoding"], "identity")
      assert.strictEqual(headers.host, new URL(server.url).host)
      assert.isUndefined(headers.te)
      assert.isUndefined(headers["x-emulator-own"])
      assert.isUndefined(headers.traceparent)
      assert.strictEqual(answer.headers.get("x-own"), "1")
      assert.isNull(answer.headers.get("x-hop"))
      assert.isNull(answer.headers.get("x-ratelimit-limit-req-minute"))
      assert.deepStrictEqual(answer.headers.getSetCookie(), ["a=1; Path=/", "b=2; HttpOnly"])
    }))

  it.effect("passes on redirects, and answers without a body, and replays them", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const server = yield* rawServer(({ request }, response) => {
        if (request.method === "DELETE") response.writeHead(204)
        else if (request.method === "HEAD") response.writeHead(200, { "content-length": 1234 })
        else response.writeHead(307, { location: "https://elsewhere.example/" })
        response.end()
      })
      const asked = Effect.forEach(["GET", "DELETE", "HEAD"], (method) =>
        Effect.map(
          raw("/v1/files/1", { method, redirect: "manual" }),
          ({ headers, status, text }) => ({ status, text, location: headers.get("location") })
        ))
      const recorded = yield* Effect.provide(
        asked,
        Emulator.layer({ upstream: { url: server.url, record: directory } })
      )
      assert.deepStrictEqual(recorded, [
        { status: 307, text: "", location: "https://elsewhere.example/" },
        { status: 204, text: "", location: null },
        { status: 200, text: "", location: null }
      ])
      assert.deepStrictEqual(yield* Effect.provide(asked, Emulator.layer({ replay: { directory } })), recorded)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("forwards the paths of the API only, wherever their dots lead", () =>
    Effect.gen(function*() {
      const server = yield* rawServer((_, response) => response.end("{}"))
      yield* Effect.gen(function*() {
        const { port } = yield* Emulator.Emulator
        for (const path of ["/", "/admin", "/v1/../admin", "/v1/%2e%2e/admin", "/v10/models", "/modelsx"]) {
          assert.include(yield* statusLine(port, path), " 404 ", path)
        }
        assert.strictEqual(server.received.length, 0)
        assert.include(yield* statusLine(port, "/v1/anything/./new"), " 200 ")
        assert.deepStrictEqual(server.received.map(({ request }) => request.url), ["/v1/anything/new"])
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url } })))
    }))

  it.effect("sends the key it was given, for clients that have the emulator's own", () =>
    Effect.gen(function*() {
      const server = yield* rawServer((_, response) => response.end("{}"))
      const upstream = { url: `${server.url}/openai/v2beta`, apiKey: Redacted.make("of-the-server") }
      yield* Effect.gen(function*() {
        assert.strictEqual((yield* raw("/v1/models", { headers: { authorization: "Bearer another" } })).status, 401)
        assert.strictEqual(server.received.length, 0)
        assert.strictEqual((yield* raw("/v1/models")).status, 200)
        assert.strictEqual(server.received[0]?.request.headers.authorization, "Bearer of-the-server")
        assert.strictEqual(server.received[0]?.request.url, "/openai/v2beta/models")
      }).pipe(Effect.provide(Emulator.layer({ upstream })))
    }))

  it.effect("reads an answer that came compressed all the same", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const server = yield* rawServer((_, response) => {
        const bytes = gzipSync(JSON.stringify({ object: "list", data: [] }))
        response.writeHead(200, {
          "content-type": "application/json",
          "content-encoding": "gzip",
          "content-length": bytes.length
        })
        response.end(bytes)
      })
      const asked = yield* Effect.provide(
        raw("/v1/models"),
        Emulator.layer({ upstream: { url: server.url, record: directory } })
      )
      assert.deepStrictEqual(asked.json, { object: "list", data: [] })
      const [filed] = yield* Cassette.read(directory)
      assert.deepStrictEqual(filed?.cassette.response.body, { json: { object: "list", data: [] } })
      const replayed = yield* Effect.provide(raw("/v1/models"), Emulator.layer({ replay: { directory } }))
      assert.strictEqual(replayed.text, asked.text)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("leaves no secret in the directory, wherever it stood", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const server = yield* rawServer(({ request }, response) => {
        response.setHeader("set-cookie", "session=cookie-of-the-server")
        response.setHeader("openai-organization", "org-of-somebody")
        response.setHeader("x-echo", `saw ${request.headers.authorization}`)
        if (request.url === "/v1/models") {
          response.setHeader("content-type", "application/json")
          response.end(JSON.stringify({ key: "sk-very-secret-1234", list: ["a sk-very-secret-1234."] }))
          return
        }
        response.setHeader("content-type", "text/event-stream")
        // The key is split between two network reads.
        response.write("data: sk-very-")
        setTimeout(() => response.end("secret-1234 and query-secret\n\ndata: [DONE]\n\n"), 20)
      })
      const headers = {
        "authorization": "Bearer sk-very-secret-1234",
        "x-api-key": "another-secret-5678",
        "cookie": "session=cookie-of-the-client",
        "openai-organization": "org-of-somebody"
      }
      yield* Effect.gen(function*() {
        yield* raw("/v1/models", { headers })
        const asked = yield* postTo("/v1/chat/completions?api_key=query-secret&page=1")(
          { ...ask("My keys are sk-very-secret-1234 and another-secret-5678"), stream: true },
          { headers }
        )
        assert.include(asked.text, "data: sk-very-secret-1234 and query-secret")
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: server.url, record: directory } })))
      const everything = yield* everythingIn(directory)
      for (const secret of ["very", "1234", "another", "5678", "cookie-of", "query-secret", "org-of-somebody"]) {
        assert.notInclude(everything, secret)
      }
      const [models, chat] = (yield* Cassette.read(directory)).map(({ cassette }) => cassette)
      assert.strictEqual(chat?.request.path, "/v1/chat/completions?api_key=<redacted>&page=1")
      assert.deepStrictEqual(models?.response.body, { json: { key: "<redacted>", list: ["a <redacted>."] } })
      const replayed = yield* Effect.provide(
        postTo("/v1/chat/completions?page=1&api_key=of-today")(
          { ...ask("My keys are key-of-today and other-key-of-today"), stream: true },
          { headers: { "authorization": "Bearer key-of-today", "x-api-key": "other-key-of-today" } }
        ),
        Emulator.layer({ replay: { directory, speed: 0 } })
      )
      assert.strictEqual(replayed.text, "data: <redacted> and <redacted>\n\ndata: [DONE]\n\n")
      assert.isNull(replayed.headers.get("set-cookie"))
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("records what is asked at the same time, each exchange in a file of its own", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const { url } = yield* Emulator.Emulator
      const questions = Array.from({ length: 40 }, (_, index) => ({ ...ask(`Question ${index % 10}`), stream: true }))
      const recorded = yield* Effect.provide(
        Effect.forEach(questions, (question) => post(question), { concurrency: "unbounded" }),
        Emulator.layer({ upstream: { url, record: directory } })
      )
      const names = yield* namesIn(directory)
      assert.strictEqual(names.length, 40)
      assert.strictEqual(new Set(names.map((name) => name.replace(/-\d{3}\.json$/, ""))).size, 10)
      assert.deepStrictEqual([...new Set(names.map((name) => name.slice(-8)))], [
        "001.json",
        "002.json",
        "003.json",
        "004.json"
      ])
      const replayed = yield* Effect.provide(
        Effect.forEach(questions, (question) => post(question), { concurrency: "unbounded" }),
        Emulator.layer({ replay: { directory, speed: 0 } })
      )
      assert.deepStrictEqual(replayed.map(({ text }) => text).sort(), recorded.map(({ text }) => text).sort())
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("only forwards where no directory is given", () =>
    Effect.gen(function*() {
      const upstream = yield* Emulator.Emulator
      const answer = yield* Effect.provide(post(ask("Hi")), Emulator.layer({ upstream: { url: upstream.url } }))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual((yield* upstream.requests).length, 1)
    }).pipe(Effect.provide(Emulator.layer(instant))))
})
