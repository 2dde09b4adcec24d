import * as Chat from "@effect-mistral/chat/Chat"
import type * as Completion from "@effect-mistral/core/Completion"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { Cassette } from "@effect-mistral/emulator"
import * as ScriptedHttpClient from "@effect-mistral/testing/ScriptedHttpClient"
import * as TestCompletion from "@effect-mistral/testing/TestCompletion"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { namesIn, temporary } from "./cassetteSupport.ts"
import { ask } from "./support.ts"

const { bytes, connectionError, json, sse, text } = ScriptedHttpClient

/** The real client over some `HttpClient`. */
const chatOver = <E, R>(http: Layer.Layer<HttpClient.HttpClient, E, R>) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key-of-a-test-1234") })),
    Layer.provide(http)
  )

/** Records what a script answers. */
const recording = (
  directory: string,
  script: Parameters<typeof ScriptedHttpClient.layer>[0],
  options?: Cassette.RecordOptions
) => Layer.provide(Cassette.layerRecord(directory, options), ScriptedHttpClient.layer(script))

/** Asks some `HttpClient`, and reads the answer to its end. */
const asking = (...requests: ReadonlyArray<HttpClientRequest.HttpClientRequest>) =>
  Effect.forEach(requests, (request) =>
    HttpClient.execute(request).pipe(
      Effect.flatMap((response) => Effect.map(response.text, (text) => ({ status: response.status, text })))
    ))

const request = (path: string, body?: string, method: "GET" | "POST" = body === undefined ? "GET" : "POST") => {
  const request = HttpClientRequest.make(method)(`https://api.mistral.ai${path}`)
  return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
}

const texts = (answers: ReadonlyArray<{ readonly text: string }>) => answers.map(({ text }) => text)

const chunks = TestCompletion.chunks("Claude Monet painted")

describe("Cassette", () => {
  describe("a recording", () => {
    it.effect("is one readable file, named after what is in it", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const fs = yield* FileSystem.FileSystem
        yield* Effect.provide(
          after("40 millis", Chat.complete(ask("Hi", { random_seed: 3 }))),
          chatOver(recording(directory, [json(TestCompletion.response("Hello."), { delay: "40 millis" })]))
        )
        const [name = ""] = yield* namesIn(directory)
        assert.match(name, /^post-chat-completions-mistral-small-latest-[0-9a-f]{10}-001\.json$/)
        const written = yield* fs.readFileString(`${directory}/${name}`)
        assert.strictEqual(
          written,
          `${
            JSON.stringify(
              {
                version: 1,
                request: {
                  method: "POST",
                  path: "/v1/chat/completions",
                  headers: { "accept": "application/json", "content-type": "application/json" },
                  body: { json: { ...ask("Hi"), random_seed: 3, stream: false } }
                },
                response: {
                  status: 200,
                  headers: { "content-type": "application/json" },
                  after: 40,
                  body: { json: TestCompletion.response("Hello.") },
                  end: { after: 0, how: "complete" }
                }
              },
              undefined,
              2
            )
          }\n`
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds the pieces of a stream and the time between them, and is there when the reader sees [DONE]", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const script = [sse(["one", "two"], { pause: "7 millis", ending: "hang" })]
        yield* Effect.gen(function*() {
          const response = yield* HttpClient.get("https://api.mistral.ai/v1/events")
          yield* after("14 millis", Stream.runDrain(Stream.take(response.stream, 3)))
          const [filed] = yield* Cassette.read(directory)
          assert.deepStrictEqual(filed?.cassette.response, {
            status: 200,
            headers: { "content-type": "text/event-stream" },
            after: 0,
            body: {
              pieces: [
                { after: 0, text: "data: one\n\n" },
                { after: 7, text: "data: two\n\n" },
                { after: 7, text: "data: [DONE]\n\n" }
              ]
            },
            end: { after: 0, how: "complete" }
          })
        }).pipe(Effect.provide(recording(directory, script)))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds whole milliseconds, whatever the clock says", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const client = recording(directory, [sse(["one", "two"], { delay: "1500 micros", pause: "2700 micros" })])
        yield* Effect.provide(
          after("10 millis", Effect.flatMap(HttpClient.get("https://api.mistral.ai/v1/events"), ({ text }) => text)),
          client
        )
        const [filed] = yield* Cassette.read(directory)
        const { after: head, body } = filed?.cassette.response ?? {}
        assert.strictEqual(head, 2)
        // At 1.5, 4.2 and 6.9 ms.
        const times = body !== undefined && "pieces" in body ? body.pieces.map(({ after }) => after) : []
        assert.deepStrictEqual(times, [0, 2, 3])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("keeps bytes that are no text, and characters that the network cut", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const binary = Uint8Array.from([0, 255, 128, 10])
        const euro = new TextEncoder().encode("data: €\n\n")
        const script = [
          bytes([binary], { headers: { "content-type": "audio/mpeg" } }),
          bytes([euro.subarray(0, 7), euro.subarray(7)], { headers: { "content-type": "text/event-stream" } })
        ]
        const read = Effect.forEach(["/v1/audio", "/v1/events"], (path) =>
          Effect.flatMap(HttpClient.get(`https://api.mistral.ai${path}`), (response) =>
            Effect.map(response.arrayBuffer, (buffer) => [...new Uint8Array(buffer)])))
        const recorded = yield* Effect.provide(read, recording(directory, script))
        assert.deepStrictEqual(recorded, [[...binary], [...euro]])
        const bodies = (yield* Cassette.read(directory)).map(({ cassette }) =>
          cassette.response.body
        )
        assert.deepStrictEqual(bodies, [
          { base64: "AP+ACg==" },
          { pieces: [{ after: 0, base64: "ZGF0YTog4g==" }, { after: 0, base64: "gqwKCg==" }] }
        ])
        assert.deepStrictEqual(yield* Effect.provide(read, Cassette.layerReplay(directory)), recorded)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("keeps JSON as a value only where the value is written with the same bytes", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const bodies = [
          "{\"a\":1.5,\"b\":[\"é\"]}",
          "{ \"a\": 1 }",
          "[1.0]",
          "{\"2\":1,\"1\":2}",
          "\"text\"",
          "",
          "{\"a\":"
        ]
        const asked = asking(...bodies.map((_, index) => request(`/v1/number/${index}`)))
        yield* Effect.provide(
          asked,
          recording(directory, bodies.map((body) => text(body, { headers: { "content-type": "application/json" } })))
        )
        assert.deepStrictEqual((yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body), [
          { json: { a: 1.5, b: ["é"] } },
          { text: "{ \"a\": 1 }" },
          { text: "[1.0]" },
          { text: "{\"2\":1,\"1\":2}" },
          { json: "text" },
          undefined,
          { text: "{\"a\":" }
        ])
        assert.deepStrictEqual(texts(yield* Effect.provide(asked, Cassette.layerReplay(directory))), bodies)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("has a name that any file system takes, whatever the path", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const paths = [
          "/",
          "/v1/../../etc/passwd",
          "/v1/files/%2E%2E%2Fa%00b:c*?",
          `/v1/${"long/".repeat(200)}`,
          "/v1/CON"
        ]
        yield* Effect.provide(
          asking(
            ...paths.map((path) => request(path)),
            request("/v1/chat/completions", "{\"model\":\"../../é\",\"stream\":true}")
          ),
          recording(directory, () => text("x"))
        )
        const names = yield* namesIn(directory)
        assert.strictEqual(names.length, 6)
        for (const name of names) assert.match(name, /^[a-z0-9][a-z0-9-]{0,150}-[0-9a-f]{10}-001\.json$/)
        assert.isTrue(names.some((name) => name.startsWith("post-chat-completions-stream-")))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("replaces what the directory held of the same request, or comes after it", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const one = asking(request("/v1/one"))
        const both = asking(request("/v1/one"), request("/v1/one"), request("/v1/two"))
        yield* Effect.provide(both, recording(directory, [text("old 1"), text("old 2"), text("old")]))
        const names = yield* namesIn(directory)
        yield* Effect.provide(one, recording(directory, [text("new 1")]))
        assert.deepStrictEqual(yield* namesIn(directory), names.filter((name) => !name.endsWith("-002.json")))
        assert.deepStrictEqual(
          texts(yield* Effect.provide(both, Cassette.layerReplay(directory))),
          ["new 1", "new 1", "old"]
        )
        yield* Effect.provide(one, recording(directory, [text("new 2")], { earlier: "keep" }))
        assert.deepStrictEqual(
          texts(yield* Effect.provide(both, Cassette.layerReplay(directory))),
          ["new 1", "new 2", "old"]
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("replaces no recording that another recorder has made since", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const asked = asking(request("/v1/one"))
        yield* Effect.provide(asked, recording(directory, [text("old")]))
        const [first, second] = yield* Effect.all([
          Layer.build(Layer.fresh(recording(directory, [text("first")]))),
          Layer.build(Layer.fresh(recording(directory, [text("second")])))
        ])
        yield* Effect.provideContext(asked, first)
        yield* Effect.provideContext(asked, second)
        const recorded = (yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body)
        assert.deepStrictEqual(recorded, [{ text: "first" }, { text: "second" }])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("does not collide with another recorder's in the same directory", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(asking(request("/v1/one")), recording(directory, [text("old")]))
        const session = (name: string) =>
          Effect.provide(
            Effect.forEach(Array.from({ length: 20 }), () => asking(request("/v1/one")), { concurrency: "unbounded" }),
            Layer.fresh(recording(directory, () => text(name)))
          )
        yield* Effect.all([session("a"), session("b")], { concurrency: "unbounded" })
        const recorded = (yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body)
        assert.deepStrictEqual(
          recorded.map((body) => body !== undefined && "text" in body ? body.text : "").sort(),
          [...Array.from({ length: 20 }, () => "a"), ...Array.from({ length: 20 }, () => "b")]
        )
        // No draft is left.
        assert.isTrue((yield* namesIn(directory)).every((name) => name.endsWith(".json")))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is written as far as it came when the recorder's scope closes", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const scope = yield* Scope.make()
        const client = yield* Layer.buildWithScope(
          recording(directory, [sse(["one"], { ending: "hang", done: false })]),
          scope
        )
        const response = yield* Effect.provideContext(HttpClient.get("https://api.mistral.ai/v1/events"), client)
        const pull = yield* Effect.provideService(Stream.toPull(response.stream), Scope.Scope, yield* Scope.make())
        yield* pull
        assert.deepStrictEqual(yield* namesIn(directory), [])
        yield* Scope.close(scope, Exit.void)
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.response.end, { after: 0, how: "left" })
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is not made where nobody answered, and is there for an answer without a body that nobody reads", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          Effect.gen(function*() {
            assert.strictEqual((yield* Effect.flip(asking(request("/v1/one")))).reason._tag, "TransportError")
            assert.deepStrictEqual(yield* namesIn(directory), [])
            yield* HttpClient.del("https://api.mistral.ai/v1/files/1")
            assert.strictEqual((yield* namesIn(directory)).length, 1)
          }),
          recording(directory, [connectionError(), text("", { status: 204 })])
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds the beginning of an answer that is too large for a file", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const mebibyte = new Uint8Array(1024 * 1024).fill(97)
        const script = [bytes(Array.from({ length: 66 }, () => mebibyte))]
        const client = recording(directory, script)
        const [answer] = yield* Effect.provide(asking(request("/v1/files/1/content")), client)
        assert.strictEqual(answer?.text.length, 66 * mebibyte.length)
        const [filed] = yield* Cassette.read(directory)
        const { body, end } = filed?.cassette.response ?? {}
        assert.strictEqual(body !== undefined && "text" in body ? body.text.length : 0, 64 * mebibyte.length)
        assert.strictEqual(end?.how, "left")
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("can be read more than once by the program, as without the recorder", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const twice = Effect.flatMap(
          HttpClient.get("https://api.mistral.ai/v1/one"),
          (response: HttpClientResponse.HttpClientResponse) => Effect.all([response.text, response.json, response.text])
        )
        const expected: [string, Schema.Json, string] = ["{\"a\":1}", { a: 1 }, "{\"a\":1}"]
        assert.deepStrictEqual(yield* Effect.provide(twice, recording(directory, [json({ a: 1 })])), expected)
        assert.deepStrictEqual(yield* Effect.provide(twice, Cassette.layerReplay(directory)), expected)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds no secret that only the program knows of, in headers that it was told to keep either", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const asked = request("/v1/one").pipe(
          HttpClientRequest.setHeaders({
            "x-kept": "of hidden-in-a-header",
            "x-other": "1",
            "authorization": "Basic dTpwYXNzd29yZA=="
          })
        )
        yield* Effect.provide(
          asking(asked),
          recording(directory, [text("hidden-in-a-header, password, passwords, dTpwYXNzd29yZA==")], {
            headers: ["X-Kept"],
            secrets: [Redacted.make("hidden-in-a-header")]
          })
        )
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.request.headers, { "x-kept": "of <redacted>" })
        assert.deepStrictEqual(filed?.cassette.response.body, { text: "<redacted>, <redacted>, passwords, <redacted>" })
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("a replay", () => {
    it.effect("keeps the times of the recording on the reader's clock", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const seen = yield* Effect.provide(
          readingUnderTheClock(Array.from({ length: 8 }, () => "10 millis" as const)),
          chatOver(Cassette.layerReplay(directory))
        )
        // The head and the first piece after 30 ms, then a piece every 10, the last of them no chunk.
        assert.deepStrictEqual(seen, [0, 0, 1, 2, 3, 4, 5, 5])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("passes the times faster, or at once", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const half = yield* Effect.provide(
          readingUnderTheClock(Array.from({ length: 8 }, () => "5 millis" as const)),
          chatOver(Cassette.layerReplay(directory, { speed: 2 }))
        )
        assert.deepStrictEqual(half, [0, 0, 1, 2, 3, 4, 5, 5])
        const collected = yield* Effect.provide(
          Stream.runCollect(Chat.stream(ask("Who?"))),
          chatOver(Cassette.layerReplay(directory, { speed: 0 }))
        )
        assert.deepStrictEqual(collected as ReadonlyArray<unknown>, chunks)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("ends when its reader has enough, and waits no longer", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        yield* Effect.gen(function*() {
          const some = yield* after("40 millis", Stream.runCollect(Stream.take(Chat.stream(ask("Who?")), 2)))
          assert.strictEqual(some.length, 2)
          // The second reader begins anew, and is given up while it waits.
          const waiting = yield* Effect.forkChild(Stream.runCollect(Chat.stream(ask("Who?"))))
          yield* TestClock.adjust("45 millis")
          yield* Fiber.interrupt(waiting)
          assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
        }).pipe(Effect.provide(chatOver(Cassette.layerReplay(directory))))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("compares JSON as values, and queries as parameters", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          asking(request("/v1/things?a=1&b=2&b=1", "{\"a\":1.0,\"b\":{\"c\":100,\"d\":\"é\"}}")),
          recording(directory, [text("found")])
        )
        const [same, alike, ...others] = yield* Effect.provide(
          asking(
            request("/v1/things?b=2&b=1&a=1", "{ \"b\": { \"d\": \"\\u00e9\", \"c\": 1e2 }, \"a\": 1 }"),
            request("/things?b=2&b=1&%61=1", "{\"b\":{\"d\":\"é\",\"c\":100},\"a\":1}"),
            request("/v1/things?a=1&b=1&b=2", "{\"a\":1,\"b\":{\"c\":100,\"d\":\"é\"}}"),
            request("/v1/things?a=1&b=2&b=1", "{\"a\":\"1\",\"b\":{\"c\":100,\"d\":\"é\"}}"),
            request("/v1/things?a=1&b=2&b=1", "{\"a\":1,\"b\":{\"c\":100,\"d\":\"é\",\"e\":null}}"),
            request("/v1/things?a=1&b=2&b=1")
          ),
          Cassette.layerReplay(directory)
        )
        assert.deepStrictEqual([same?.text, alike?.text], ["found", "found"])
        assert.deepStrictEqual(others.map(({ status }) => status), [404, 404, 404, 404])
        const places = others.map(({ text }) => / differs in (.*)\.","type"/.exec(text)?.[1])
        assert.deepStrictEqual(places, ["query.b.0, query.b.1", "body.a", "body.b.e", "method, body"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("ignores what it is told to", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          asking(request("/v1/a?page=1", "{\"m\":[{\"t\":\"x\",\"id\":1},{\"t\":\"y\",\"id\":2}],\"seed\":1}")),
          recording(directory, [text("found")])
        )
        const replay = (ignore: ReadonlyArray<string>) =>
          Effect.provide(
            asking(request("/v1/a?page=2", "{\"m\":[{\"t\":\"x\",\"id\":8},{\"t\":\"y\",\"id\":9}]}")),
            Cassette.layerReplay(directory, { ignore })
          )
        const [found] = yield* replay(["query.page", "body.seed", "body.m.*.id"])
        assert.strictEqual(found?.text, "found")
        assert.strictEqual((yield* replay(["query", "body"]))[0]?.text, "found")
        assert.include((yield* replay(["query.page", "body.seed"]))[0]?.text, "differs in body.m.0.id, body.m.1.id.")
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("gives the recordings of a request in their order, and the last one again and again", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const polled = Effect.forEach(Array.from({ length: 12 }), () => asking(request("/v1/state")))
        yield* Effect.provide(polled, recording(directory, (_, index) => text(`state ${index + 1}`)))
        const fs = yield* FileSystem.FileSystem
        yield* Effect.forEach(
          (yield* namesIn(directory)).filter((name) => name.endsWith("-011.json")),
          (name) => fs.remove(`${directory}/${name}`)
        )
        const replayed = yield* Effect.provide(polled, Cassette.layerReplay(directory))
        assert.deepStrictEqual(
          texts(replayed.flat()),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 12].map((number) => `state ${number}`)
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("breaks off where the connection was lost, in a whole answer too", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const read = Effect.gen(function*() {
          const response = yield* HttpClient.get("https://api.mistral.ai/v1/one")
          const seen: Array<string> = []
          const error = yield* Effect.flip(
            Stream.runForEach(Stream.decodeText(response.stream), (text) => Effect.sync(() => void seen.push(text)))
          )
          return [...seen, error.reason._tag]
        })
        const cut = bytes(["{\"a\":", "1"], { headers: { "content-type": "application/json" }, ending: "fail" })
        assert.deepStrictEqual(yield* Effect.provide(read, recording(directory, [cut])), [
          "{\"a\":",
          "1",
          "DecodeError"
        ])
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.response.body, { text: "{\"a\":1" })
        assert.strictEqual(filed?.cassette.response.end.how, "lost")
        const replayed = yield* Effect.provide(read, Cassette.layerReplay(directory))
        assert.deepStrictEqual(replayed, ["{\"a\":1", "DecodeError"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("refuses a request without a recording as an answer that is not found", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const error = yield* Effect.provide(
          Effect.flip(Chat.complete(ask("Something private"))),
          chatOver(Cassette.layerReplay(directory))
        )
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, "No cassette answers POST /v1/chat/completions")
        assert.include(error.message, "differs in body.messages.0.content, body.stream.")
        assert.notInclude(error.message, "private")
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("secrets", () => {
    const key = "short-key"
    const cases: ReadonlyArray<readonly [said: string, kept: string]> = [
      ["short-key", "<redacted>"],
      ["{\"a\":\"My key:\\nshort-key\\n\"}", "{\"a\":\"My key:\\n<redacted>\\n\"}"],
      ["\\u00e9short-key, %20short-key%20", "\\u00e9<redacted>, %20<redacted>%20"],
      ["unshort-key, short-keys", "unshort-key, short-keys"],
      ["(short-key)short-key", "(<redacted>)<redacted>"]
    ]
    for (const [said, kept] of cases) {
      it.effect(`are taken out of ${said}`, () =>
        Effect.gen(function*() {
          const directory = yield* temporary
          const asked = (key: string, body: string) =>
            HttpClientRequest.setHeader(
              request("/v1/one", JSON.stringify({ said: body })),
              "authorization",
              `Bearer ${key}`
            )
          yield* Effect.provide(asking(asked(key, said)), recording(directory, [text(said)]))
          const [filed] = yield* Cassette.read(directory)
          const { body } = filed?.cassette.response ?? {}
          assert.strictEqual(
            body === undefined || "pieces" in body ? undefined : "text" in body ? body.text : JSON.stringify(body),
            kept.startsWith("{") ? JSON.stringify({ json: JSON.parse(kept) }) : kept
          )
          // Somebody with another key who says the same of theirs has asked the same.
          const other = asked("theirs", said.replaceAll(/(?<!un)short-key(?!s)/g, "theirs"))
          const [replayed] = yield* Effect.provide(asking(other), Cassette.layerReplay(directory))
          assert.deepStrictEqual(replayed, { status: 200, text: kept })
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }
  })

  describe("auto", () => {
    it.effect("asks where there is no recording, answers from it at once, and replaces none", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(asking(request("/v1/one")), recording(directory, [text("recorded")]))
        const auto = (script: ReadonlyArray<ScriptedHttpClient.Answer>) =>
          Layer.provideMerge(Cassette.layer({ directory, mode: "auto", speed: 0 }), ScriptedHttpClient.layer(script))
        const asked = asking(request("/v1/one"), request("/v1/two"), request("/v1/two"))
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(texts(yield* asked), ["recorded", "asked", "asked"])
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          assert.deepStrictEqual((yield* requests).map(({ path }) => path), ["/v1/two"])
        }).pipe(Effect.provide(auto([text("asked")])))
        assert.deepStrictEqual(texts(yield* Effect.provide(asked, auto([]))), ["recorded", "asked", "asked"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is one of the modes that a program can be given", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const inMode = (mode: "replay" | "record", script: ReadonlyArray<ScriptedHttpClient.Answer>) =>
          Effect.provide(
            asking(request("/v1/one")),
            Layer.provide(Cassette.layer({ directory, mode }), ScriptedHttpClient.layer(script))
          )
        assert.deepStrictEqual(texts(yield* inMode("record", [text("asked")])), ["asked"])
        assert.deepStrictEqual(texts(yield* inMode("replay", [])), ["asked"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("a file that is no cassette", () => {
    const good = {
      version: 1,
      request: { method: "GET", path: "/v1/models", headers: {} },
      response: { status: 200, headers: {}, after: 0, end: { after: 0, how: "complete" } }
    }
    const cases: ReadonlyArray<readonly [text: string, message: string]> = [
      [
        "{\n  \"version\": 1,\n  nonsense\n}",
        " at line 3, column 3: not JSON: Expecting property name enclosed in double quotes"
      ],
      ["[]", ": not a cassette: an object was expected"],
      ["{}", " at version: not a cassette: it has no version"],
      ["{\"version\":2}", " at version: this program reads version 1 of cassettes, and this is another one"],
      [
        JSON.stringify({ ...good, response: { ...good.response, status: "private" } }),
        " at response.status: Expected number"
      ],
      [
        JSON.stringify({ ...good, response: { ...good.response, end: { after: 0 } } }),
        " at response.end.how: Missing key"
      ],
      [JSON.stringify({ ...good, private: 1 }), " at private: Expected no excess property"]
    ]
    for (const [text, message] of cases) {
      it.effect(`is named with the place in it:${message}`, () =>
        Effect.gen(function*() {
          const directory = yield* temporary
          const fs = yield* FileSystem.FileSystem
          yield* fs.writeFileString(`${directory}/good.json`, JSON.stringify(good))
          yield* fs.writeFileString(`${directory}/other.txt`, "not read")
          assert.strictEqual((yield* Cassette.read(directory)).length, 1)
          yield* fs.writeFileString(`${directory}/wrong.json`, text)
          const error = yield* Effect.flip(
            Effect.provide(asking(request("/v1/models")), Cassette.layerReplay(directory))
          )
          assert.strictEqual(error._tag, "CassetteError")
          assert.strictEqual(error.message, `${directory}/wrong.json${message}`)
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }

    it.effect("is named where its body is wrong, without what stands there", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const fs = yield* FileSystem.FileSystem
        const body = { pieces: [{ after: 1, text: "x" }, { after: 2, base64: "a secret?" }] }
        yield* fs.writeFileString(
          `${directory}/wrong.json`,
          JSON.stringify({ ...good, response: { ...good.response, body } })
        )
        const error = yield* Effect.flip(Cassette.read(directory))
        assert.strictEqual(error.message, `${directory}/wrong.json at response.body.pieces.1.base64: Expected base64`)
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })
})

/** What becomes of an effect when so much time has passed since it began. */
const after = <A, E, R>(time: Duration.Input, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.forkChild(effect), (fiber) => Effect.andThen(TestClock.adjust(time), Fiber.join(fiber)))

/** A directory with a stream that began after 30 ms with a piece and then gave one every 10. */
const recordedStream = Effect.gen(function*() {
  const directory = yield* temporary
  yield* Effect.provide(
    after("1 second", Stream.runDrain(Chat.stream(ask("Who?")))),
    chatOver(recording(directory, [sse(chunks, { delay: "30 millis", pause: "10 millis" })]))
  )
  return directory
})

/** How many chunks have come after each step of the clock. */
const readingUnderTheClock = Effect.fnUntraced(function*(steps: ReadonlyArray<"5 millis" | "10 millis">) {
  const seen: Array<Completion.Chunk> = []
  const fiber = yield* Effect.forkChild(
    Stream.runForEach(Chat.stream(ask("Who?")), (chunk) => Effect.sync(() => void seen.push(chunk)))
  )
  const counts = yield* Effect.forEach(steps, (step) => Effect.map(TestClock.adjust(step), () => seen.length))
  yield* Fiber.interrupt(fiber)
  return counts
})
