import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Cassette, Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { ServerResponse } from "node:http"
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import { everythingIn, namesIn, rawServer, temporary } from "./cassetteSupport.ts"
import { ask, instant, local, post, postTo, type Raw, raw } from "./support.ts"

const fim = { model: "codestral-latest", prompt: "def area(r):\n", suffix: "\n", max_tokens: 20 }

/** Every kind of exchange that the client has. */
const session = Effect.gen(function*() {
  const whole = yield* Chat.complete(ask("Tell me about fog", { max_tokens: 12 }))
  const chunks = yield* Stream.runCollect(Chat.stream(ask("Tell me about fog", { max_tokens: 12 })))
  const filled = yield* Fim.complete(fim)
  const lines = yield* Stream.runCollect(Fim.stream(fim))
  const refused = yield* Effect.flip(Chat.complete(ask("Hi", { model: "nothing" })))
  return { whole, chunks, filled, lines, refused: refused.reason }
})

/** The same exchanges byte for byte. */
const bodies = Effect.forEach([
  post(ask("Tell me about snow")),
  post({ ...ask("Tell me about snow"), stream: true }),
  postTo("/v1/fim/completions")(fim),
  post(ask("Hi", { model: "nothing" })),
  post("no JSON"),
  raw("/v1/models"),
  raw("/v1/models/mistral-embed?a=1&b=2"),
  raw("/v1/nothing"),
  raw("/v1/models", { headers: { authorization: "Bearer wrong-key" } })
], (exchange) => Effect.map(exchange, comparable))

const comparable = ({ headers, status, text }: Raw) => ({
  status,
  text,
  type: headers.get("content-type"),
  id: headers.get("mistral-correlation-id")
})

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
        // Once nothing more is sent, it is because nobody reads.
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
        // The key is cut by the network.
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

describe("replaying", () => {
  it.effect("refuses what is not recorded, saying what was asked and what is near, and nothing of the prompt", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      yield* Effect.gen(function*() {
        const { json, status } = yield* post(ask("A question about rain", { temperature: 0.5, max_tokens: 3 }))
        assert.strictEqual(status, 404)
        const { message, ...rest } = json as { readonly message: string }
        assert.deepStrictEqual(rest, { object: "error", type: "cassette_not_found", param: null, code: null })
        const [, hash] = /^No cassette answers POST \/v1\/chat\/completions \((\w{10})\)\. Nearest: /.exec(message) ??
          []
        assert.isDefined(hash)
        assert.match(
          message,
          /Nearest: post-chat-completions-mistral-small-latest-\w+-001\.json differs in body\.messages\.0\.content, body\.temperature, body\.max_tokens; /
        )
        assert.notInclude(message, "rain")
        assert.notInclude(message, "key")
        const models = yield* raw("/models/one?page=2")
        assert.include(models.text, "No cassette answers GET /v1/models/one?page=2 (")
        assert.match(models.text, /Nearest: get-models-\w+-001\.json differs in path, query\.page; /)
      }).pipe(Effect.provide(Emulator.layer({ replay: { directory } })))
      const empty = yield* temporary
      const { text } = yield* Effect.provide(raw("/v1/models"), Emulator.layer({ replay: { directory: empty } }))
      assert.include(text, "There are no cassettes.")
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("knows a form again, whatever its boundary", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const server = yield* rawServer((_, response) => response.end("found"))
      const upload = (content: string) => {
        const body = new FormData()
        body.append("file", new Blob([content]), "a.jsonl")
        return raw("/v1/files", { method: "POST", body })
      }
      yield* Effect.provide(upload("one"), Emulator.layer({ upstream: { url: server.url, record: directory } }))
      assert.include(server.received[0]?.body, "\r\n\r\none\r\n--")
      const [filed] = yield* Cassette.read(directory)
      assert.strictEqual(filed?.cassette.request.headers["content-type"], "multipart/form-data; boundary=boundary")
      const replayed = yield* Effect.provide(
        Effect.all([upload("one"), upload("two")]),
        Emulator.layer({ replay: { directory } })
      )
      assert.deepStrictEqual(replayed.map(({ status }) => status), [200, 404])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("answers itself what is not recorded, if told so", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      const upstream = yield* Emulator.Emulator
      const before = (yield* upstream.requests).length
      yield* Effect.gen(function*() {
        const own = yield* post(ask("Something new"))
        assert.strictEqual(own.status, 200)
        assert.strictEqual(own.headers.get("x-ratelimit-limit-req-minute"), "720")
        assert.strictEqual((yield* raw("/v1/models", { headers: { authorization: "Bearer no" } })).status, 200)
        const wrong = { headers: { authorization: "Bearer no" } }
        assert.strictEqual((yield* post(ask("Something new"), wrong)).status, 401)
      }).pipe(Effect.provide(
        Emulator.layer({ ...instant, upstream: { url: upstream.url }, replay: { directory, onMiss: "answer" } })
      ))
      assert.strictEqual((yield* upstream.requests).length, before)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("asks the server for what is not recorded, once, and keeps it", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      const files = yield* namesIn(directory)
      const upstream = yield* Emulator.Emulator
      const before = (yield* upstream.requests).length
      const [first, second] = yield* Effect.provide(
        Effect.all([post(ask("Something new")), post(ask("Something new")), post(ask("Tell me about fog"))]),
        Emulator.layer({ upstream: { url: upstream.url }, replay: { directory, speed: 0 } })
      )
      assert.strictEqual((yield* upstream.requests).length, before + 1)
      assert.strictEqual(second.text, first.text)
      assert.strictEqual((yield* namesIn(directory)).length, files.length + 1)
      const later = yield* Effect.provide(
        post(ask("Something new")),
        Emulator.layer({ replay: { directory, speed: 0 } })
      )
      assert.strictEqual(later.text, first.text)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("fails to start on a file that is no cassette, and on a directory that is not there", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const starting = (directory: string) =>
        Effect.flip(Effect.provide(Emulator.Emulator, Emulator.layer({ replay: { directory } })))
      const missing = yield* starting(`${directory}/nowhere`)
      assert.strictEqual(missing.message, `${directory}/nowhere: it does not exist`)
      assert.instanceOf(missing, Cassette.CassetteError)
      const fs = yield* FileSystem.FileSystem
      yield* Effect.orDie(fs.writeFileString(`${directory}/a.json`, "{}"))
      const broken = yield* starting(directory)
      assert.strictEqual(broken.message, `${directory}/a.json at version: not a cassette: it has no version`)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.live("keeps the times of the recording, or passes them faster", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      const asked = post({ ...ask("Tell me about fog", { max_tokens: 10 }), stream: true })
      const timed = (layer: Emulator.Options) =>
        Effect.provide(
          Effect.map(Effect.timed(asked), ([duration]) => Duration.toMillis(duration)),
          Emulator.layer(layer)
        )
      yield* timed({ upstream: { url: upstream.url, record: directory } })
      // 100 ms to begin and 10 tokens at 50 a second; timers may only be late.
      const kept = yield* timed({ replay: { directory } })
      assert.isAtLeast(kept, 290)
      const fast = yield* timed({ replay: { directory, speed: 4 } })
      assert.isAtLeast(fast, 70)
      assert.isBelow(fast, kept)
      assert.isBelow(yield* timed({ replay: { directory, speed: 0 } }), fast)
    }).pipe(Effect.provide([
      Emulator.layer({ timeToFirstToken: "100 millis", tokensPerSecond: 50 }),
      NodeFileSystem.layer
    ])))
})

/** Some exchanges with the emulator around, recorded. */
const recordedDirectory = Effect.gen(function*() {
  const directory = yield* temporary
  const { url } = yield* Emulator.Emulator
  yield* Effect.provide(
    Effect.all([
      post(ask("Tell me about fog")),
      post({ ...ask("Tell me about fog"), stream: true, tools: [] }),
      raw("/v1/models")
    ]),
    Emulator.layer({ upstream: { url, record: directory } })
  )
  return directory
})

/** The first line of the answer to a path that is sent as it is. */
const statusLine = (port: number, path: string): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    })
    socket.once("data", (bytes) => resume(Effect.succeed(bytes.toString().split("\r\n")[0] ?? "")))
    return Effect.sync(() => socket.destroy())
  })

/** Reads an answer piece by piece. */
const reading = Effect.fnUntraced(function*(path: string, init: RequestInit = {}) {
  const { url } = yield* Emulator.Emulator
  const stop = new AbortController()
  const response = yield* Effect.promise(() => fetch(`${url}${path}`, { ...init, signal: stop.signal }))
  const reader = response.body!.getReader()
  return {
    next: Effect.promise(async () => {
      const { value } = await reader.read()
      return value === undefined ? undefined : new TextDecoder().decode(value)
    }),
    cancel: Effect.sync(() => stop.abort())
  }
})

/** Waits until nothing is being answered. */
const settled = (active: Effect.Effect<number>) =>
  active.pipe(Effect.repeat({ until: (count) => count === 0, schedule: Schedule.spaced("5 millis") }))
